"""Sums over pairs of columns are exact, so they are equal to the byte for any batches in any order."""

from dataclasses import replace
from datetime import date
from functools import reduce
from itertools import pairwise
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courtside.core.dataset import Feature, FeatureKind
from courtside.core.drift import Profile, fit
from courtside.core.drift.columns.cells import BatchCells
from courtside.core.drift.columns.column import Column
from courtside.core.drift.errors import ProfileMismatch
from courtside.core.drift.pairs import sums as pair_sums
from courtside.core.drift.pairs.history import MOST_BLOCKS, PairHistory
from courtside.core.drift.pairs.scores import MOST_SCORES, Scores
from tests.unit.core.drift.turned import FEATURES, ROWS_A_DAY, reference, turned

REFERENCE = reference()
gappy = st.one_of(
    st.none(), st.just(float("nan")), st.just(float("inf")), st.integers(-800, 800).map(lambda quarter: quarter / 4)
)
rows = st.tuples(gappy, gappy, gappy, st.one_of(st.none(), st.sampled_from(["home", "away", "moon"])))
tables = st.lists(rows, min_size=1, max_size=40)


Row = tuple[float | None, float | None, float | None, str | None]


def table(values: list[Row]) -> pa.Table:
    pace, points, rest, venue = zip(*values, strict=True)
    numbers = {"pace": pace, "points": points, "rest": rest}
    columns = {name: pa.array(list(column), pa.float64()) for name, column in numbers.items()}
    day = pa.array([date(2021, 6, 1)] * len(values))
    return pa.table({"day": day, **columns, "venue": pa.array(list(venue), pa.string())})


@settings(max_examples=60, deadline=None)
@given(tables, st.lists(st.integers(0, 40), max_size=4), st.randoms(use_true_random=False))
def test_parts_merged_in_any_order_equal_one_pass_to_the_byte(
    values: list[Row], cuts: list[int], random: Random
) -> None:
    whole = table(values)
    edges = sorted({0, len(values), *(cut for cut in cuts if cut < len(values))})
    parts = [whole.slice(start, end - start) for start, end in pairwise(edges)]
    random.shuffle(parts)
    merged = reduce(Profile.merge, [REFERENCE.summarize(part) for part in parts], REFERENCE.blank())
    # Columns are tested elsewhere, so both profiles get the same ones here.
    found, expected = (replace(each, columns=REFERENCE.columns) for each in (merged, REFERENCE.summarize(whole)))
    assert found.to_bytes() == expected.to_bytes()


def test_the_sums_equal_those_computed_from_the_scores_of_each_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pair_sums, "AT_ONCE", 7)
    current = turned(3, days=2, correlation=0.2)
    batch = current.to_batches()[0]
    assert REFERENCE.pairs is not None
    scores = REFERENCE.pairs.sums.scores
    scored, present = scores.rows(REFERENCE.columns, BatchCells(batch), slice(None))
    found = REFERENCE.pairs.sums.counted(REFERENCE.columns, BatchCells(batch))
    first, second = scores.pairs
    assert present is None
    assert found.products.tolist() == [int(scored[a] @ scored[b]) for a, b in zip(first, second, strict=True)]
    assert found.totals.tolist() == scored.sum(axis=1).tolist()
    assert set(found.both.tolist()) == {2 * ROWS_A_DAY}


def test_a_correlation_uses_only_the_rows_in_which_both_columns_have_a_value() -> None:
    current = turned(4, days=30, correlation=0.5)
    gaps = np.arange(current.num_rows) % 3 == 0
    points = pa.array(current["points"].to_numpy(), mask=gaps)
    current = current.set_column(current.schema.get_field_index("points"), "points", points)
    pairs = REFERENCE.summarize(current).pairs
    assert pairs is not None
    found = pairs.sums.correlations()
    cells = BatchCells(current.combine_chunks().to_batches()[0])
    scored, _ = pairs.sums.scores.rows(REFERENCE.columns, cells, slice(None))
    assert found.rows[0] == np.count_nonzero(~gaps)
    assert found.values[0] == pytest.approx(np.corrcoef(scored[0][~gaps], scored[1][~gaps])[0, 1], abs=0.02)


def test_the_rank_correlation_is_close_to_that_of_spearman() -> None:
    from scipy.stats import spearmanr

    current = turned(5, days=100, correlation=0.4)
    pairs = REFERENCE.summarize(current).pairs
    assert pairs is not None
    exact = spearmanr(current["pace"].to_numpy(), current["points"].to_numpy()).statistic
    assert pairs.sums.correlations().values[0] == pytest.approx(exact, abs=0.01)


def test_the_number_of_scored_columns_and_levels_is_bounded() -> None:
    values: dict[str, Any] = {f"x{place}": np.arange(200.0) for place in range(MOST_SCORES + 10)}
    features = [Feature(name, FeatureKind.NUMERIC) for name in values]
    assert Scores.of(fit(pa.table(values), features).columns).size == MOST_SCORES
    assert [score.level for score in Scores.of(REFERENCE.columns).each] == [None, None, None, "away", "home", "neutral"]


def test_parts_that_score_their_columns_differently_are_not_merged() -> None:
    other = fit(turned(9, days=20, correlation=0.0), FEATURES, time_column="day", calibrated=True)
    assert REFERENCE.pairs is not None
    assert other.pairs is not None
    with pytest.raises(ProfileMismatch, match="score their columns differently"):
        REFERENCE.pairs.merge(other.pairs)
    with pytest.raises(ProfileMismatch, match="only one of them has pairs"):
        REFERENCE.merge(Profile(REFERENCE.columns, time_column="day"))


def blocks_of(batches: list[pa.RecordBatch], columns: tuple[Column, ...]) -> PairHistory:
    history = PairHistory(columns, Scores.of(columns), time_column="day")
    for batch in batches:
        history.add(BatchCells(batch))
    return history


def test_the_blocks_of_a_history_do_not_depend_on_row_order_and_stay_few() -> None:
    table = turned(6, days=700, correlation=0.6)
    shuffled = table.take(np.random.default_rng(0).permutation(table.num_rows))
    whole = blocks_of(table.to_batches(), REFERENCE.columns).blocks()
    mixed = blocks_of(shuffled.to_batches(max_chunksize=999), REFERENCE.columns).blocks()
    assert whole.width == mixed.width == 2
    assert whole.numbers.size <= MOST_BLOCKS
    for name in ("both", "totals", "products"):
        assert np.array_equal(getattr(whole.sums, name), getattr(mixed.sums, name))
    assert np.array_equal(whole.squares, mixed.squares)
    assert np.array_equal(whole.cubes, mixed.cubes)
    assert whole.sums.added().both[0] == table.num_rows


def test_rows_without_a_day_belong_to_no_block() -> None:
    table = turned(7, days=5, correlation=0.6)
    days = pa.array(table["day"].to_numpy(), mask=np.arange(table.num_rows) < ROWS_A_DAY)
    undated = table.set_column(0, "day", days)
    blocks = blocks_of(undated.to_batches(), REFERENCE.columns).blocks()
    assert blocks.sums.added().both[0] == 4 * ROWS_A_DAY
    none = undated.slice(0, ROWS_A_DAY)
    assert blocks_of(none.to_batches(), REFERENCE.columns).blocks().sums.added().both[0] == 0
    known = fit(pa.concat_tables([table, none]), FEATURES, time_column="day", calibrated=True)
    assert known.pairs is not None
    assert known.pairs.sums.both[0] == known.rows == 6 * ROWS_A_DAY


def test_pairs_survive_serialization() -> None:
    read = Profile.from_bytes(REFERENCE.to_bytes())
    assert read == REFERENCE
    assert read.pairs is not None
    assert read.pairs.null is not None
    assert REFERENCE.pairs is not None
    assert REFERENCE.pairs.null is not None
    assert [each.windows for each in read.pairs.null.spreads] == [each.windows for each in REFERENCE.pairs.null.spreads]
    current = REFERENCE.summarize(turned(8, days=10, correlation=0.0))
    assert Profile.from_bytes(current.to_bytes()) == current


def test_a_column_with_many_levels_is_scored_by_its_most_frequent_ones() -> None:
    rng = np.random.default_rng(0)
    codes = np.where(rng.random(20_000) < 0.4, 0, rng.integers(1, 5_000, 20_000))
    values: dict[str, Any] = {"code": [f"zip {code}" for code in codes], "x": (codes == 0) + rng.normal(0, 0.3, 20_000)}
    features = [Feature("code", FeatureKind.CATEGORICAL), Feature("x", FeatureKind.NUMERIC)]
    known = fit(pa.table(values), features, calibrated=True)
    assert known.pairs is not None
    scores = known.pairs.sums.scores.each
    assert len(scores) == 4
    place = [score.level for score in scores].index("zip 0")
    found = known.pairs.sums.correlations()
    first, second = known.pairs.sums.scores.different
    pair = [(a, b) for a, b in zip(first.tolist(), second.tolist(), strict=True)].index((place, 3))
    assert found.values[pair] > 0.7
    assert Profile.from_bytes(known.to_bytes()) == known
