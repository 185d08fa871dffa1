"""The density ratio: 1 where nothing moved, the true one where inputs moved, and a word on rows that nobody knows."""

from datetime import date
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courtside.core.estimation import Reason, RowsUnfit
from courtside.core.estimation.density import Ratio, density_ratio, ratios
from courtside.core.estimation.encoding import MOST_LEVELS, Encoder
from courtside.core.estimation.support import too_unlike
from tests.unit.core.estimation.known import Numbers

ROWS, COLUMNS = 4_000, 5


def normal(seed: int, rows: int = ROWS, *, moved: float = 0.0, far: float = 0.0) -> Numbers:
    """Return independent columns, the first one `moved`; a share of `far` rows lies where no other row does."""
    rng = np.random.default_rng(seed)
    inputs = rng.normal(0, 1, (rows, COLUMNS))
    inputs[:, 0] += moved
    inputs[rng.random(rows) < far, 1] += 8
    return inputs


def test_the_same_rows_have_weights_of_exactly_1() -> None:
    inputs = normal(1)
    ratio = density_ratio(inputs, inputs, [])
    assert (ratio.weights == 1).all()
    assert ratio.effective == ROWS
    assert ratio.covered == 1


@given(seed=st.integers(0, 1_000))
@settings(max_examples=8, deadline=None)
def test_without_a_shift_the_weights_say_nothing(seed: int) -> None:
    ratio = density_ratio(normal(seed), normal(seed + 5_000, 1_000), [])
    assert ratio.effective > 0.95 * ROWS
    assert ratio.covered == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("moved", [-1.0, 0.7, 1.0])
def test_weighted_by_the_ratio_the_reference_has_the_windows_inputs(moved: float) -> None:
    """One draw in forty is off by more than a fifth, so it is the mean over draws that is held to bounds."""
    found = []
    for seed in range(12):
        known = normal(seed)
        ratio = density_ratio(known, normal(seed + 5_000, moved=moved), [])
        true = np.exp(moved * known[:, 0] - moved**2 / 2)
        first, third = (float(ratio.weights @ known[:, column]) / ROWS for column in (0, 2))
        found.append((np.corrcoef(ratio.weights, true)[0, 1], first, third))
        assert ratio.weights.mean() == pytest.approx(1)
        assert too_unlike(ratio) is None
    like, first, third = np.mean(found, axis=0)
    assert like > 0.8
    assert first == pytest.approx(moved, abs=0.15 * abs(moved))
    assert third == pytest.approx(0, abs=0.04)


def test_the_ratio_says_which_share_of_a_window_is_like_no_row() -> None:
    ratio = density_ratio(normal(1), normal(2, far=0.4), [])
    assert ratio.covered == pytest.approx(0.6, abs=0.1)
    refused = too_unlike(ratio)
    assert refused is not None
    assert refused.reason is Reason.OUTSIDE_FEATURES
    assert "of the rows are like no labelled row" in refused.sentence


def test_a_window_of_which_no_row_is_known_is_refused() -> None:
    assert too_unlike(density_ratio(normal(1), normal(2, far=1.0), [])) is not None


def test_a_column_that_gives_the_window_away_leaves_finite_weights() -> None:
    known, asked = (np.full((3_000, 1), value) for value in (0.0, 1.0))
    ratio = density_ratio(known, asked, [])
    assert np.isfinite(ratio.weights).all()
    assert too_unlike(ratio) is not None


def test_few_rows_that_stand_for_all_are_refused_with_their_number() -> None:
    refused = too_unlike(Ratio(np.where(np.arange(1_000) < 10, 100.0, 0.0)))
    assert refused is not None
    assert refused.reason is Reason.FEW_EFFECTIVE_ROWS
    assert refused.figures == {"effective_rows": pytest.approx(10), "limit": 100}
    assert "say as much as 10 rows would" in refused.sentence


def test_a_handful_of_rows_cannot_be_told_apart() -> None:
    for rows in (1, 19):
        assert (density_ratio(normal(1), normal(2, rows, moved=9), []).weights == 1).all()


def test_the_same_rows_and_seed_have_the_same_ratio() -> None:
    one, other = (density_ratio(normal(1), normal(2, moved=0.8), []).weights for _ in range(2))
    assert np.array_equal(one, other)


def test_categories_are_told_apart_by_the_levels_of_the_reference() -> None:
    known = pa.table({"town": ["a"] * 2_000 + ["b"] * 2_000})
    ratio = ratios(known)(pa.table({"town": ["a"] * 300 + ["b"] * 100}))
    assert ratio.weights[0] == pytest.approx(1.5, abs=0.15)
    assert ratio.weights[-1] == pytest.approx(0.5, abs=0.15)
    assert too_unlike(ratios(known)(pa.table({"town": ["a"] * 100 + ["elsewhere"] * 300}))) is not None


def test_columns_become_numbers_and_codes() -> None:
    known = pa.table(
        {
            "age": [1, None, 3],
            "paid": pa.array([Decimal("1.5"), None, Decimal("2.5")]),
            "member": [True, False, None],
            "town": pa.array(["b", "b", "a"]).dictionary_encode(),
            "since": [date(2026, 1, 1), None, date(2026, 1, 1)],
        }
    )
    encoder = Encoder.of(known)
    assert encoder.categories == [3, 4]
    missing = np.nan
    expected = [[1, 1.5, 1, 0, 0], [missing, missing, 0, 0, missing], [3, 2.5, missing, 1, 0]]
    assert np.array_equal(encoder.matrix(known), expected, equal_nan=True)
    others = known.set_column(3, "town", pa.array(["new", None, "a"])).slice(0, 2)
    assert np.array_equal(encoder.matrix(others)[:, 3], [MOST_LEVELS, missing], equal_nan=True)


def test_only_the_most_frequent_levels_are_told_apart() -> None:
    names = [f"{number:03}" for number in range(MOST_LEVELS + 50)]
    codes = Encoder.of(pa.table({"name": names + names[-1:]})).matrix(pa.table({"name": names}))[:, 0]
    assert codes[-1] == 0
    assert (codes == MOST_LEVELS).sum() == 50


@pytest.mark.parametrize(
    ("table", "says"),
    [
        (pa.table({"other": [1]}), "there is no column age, which the labelled rows have"),
        (pa.table({"age": ["old"]}), "age holds string, but a number in the labelled rows"),
    ],
)
def test_columns_that_do_not_fit_are_named(table: pa.Table, says: str) -> None:
    with pytest.raises(RowsUnfit, match=says):
        Encoder.of(pa.table({"age": [1]})).matrix(table)
