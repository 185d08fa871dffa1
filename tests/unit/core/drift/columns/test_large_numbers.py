"""Integers beyond 2**53, such as ids and nanoseconds, are compared exactly instead of as floats."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray
from scipy.stats import ks_2samp

from courtside.core.dataset import Feature, FeatureKind
from courtside.core.drift import ClassicPolicy, Profile, check, fit
from courtside.core.drift.columns.column import NumericColumn
from courtside.core.drift.columns.whole_numbers import rounding_note
from courtside.core.report_page import render_page

X = [Feature("x", FeatureKind.NUMERIC)]
TOP, BOTTOM, MOST = 2**63 - 1, -(2**63), 2**64 - 1
Integers = NDArray[np.integer[Any]]


def around(start: int, offsets: NDArray[np.int64]) -> Integers:
    values = [start + offset for offset in offsets.tolist()]
    return np.array(values, np.uint64 if max(values) > TOP else np.int64)


def table(values: Integers, mask: NDArray[np.bool_] | None = None) -> pa.Table:
    return pa.table({"x": pa.array(values, mask=mask)})


def column_of(profile: Profile) -> NumericColumn:
    (column,) = profile.columns
    assert isinstance(column, NumericColumn)
    return column


@pytest.mark.parametrize(
    ("start", "reference_offsets", "current_offsets"),
    [
        (2**53, (0, 5), (0, 5)),
        (2**53, (0, 5), (1, 6)),
        (-(2**53), (-5, 0), (-6, -1)),
        (1_700_000_000_000_000_000, (0, 4_000), (2_000, 6_000)),
        (TOP, (-1_000, 0), (-1_500, -500)),
        (BOTTOM, (0, 300), (100, 400)),
        (MOST, (-1_000, 0), (-1_000, 0)),
        (MOST, (-7, 0), (-6, -1)),
    ],
)
def test_ks_is_computed_from_the_exact_integers(
    start: int, reference_offsets: tuple[int, int], current_offsets: tuple[int, int]
) -> None:
    rng = np.random.default_rng(6)
    offsets, moved = (rng.integers(*ends, 2_000, endpoint=True) for ends in (reference_offsets, current_offsets))
    profile = fit(table(around(start, offsets)), X)
    current = profile.summarize(table(around(start, moved)))
    (feature,) = check(profile, current, ClassicPolicy()).features
    assert feature.statistic("ks") == pytest.approx(ks_2samp(offsets, moved).statistic, abs=1e-3)
    column = column_of(current)
    assert column.grid.origin + int(column.minimum) == start + int(moved.min())
    assert column.grid.origin + int(column.maximum) == start + int(moved.max())
    assert rounding_note(column_of(profile), column) is None
    assert Profile.from_bytes(profile.to_bytes()) == profile


def test_a_report_says_that_values_over_the_whole_range_of_int64_are_rounded() -> None:
    values = np.array([BOTTOM, TOP, 0, -1, 1] * 50, np.int64)
    profile = fit(table(values), X)
    (feature,) = check(profile, profile.summarize(table(values)), ClassicPolicy()).features
    assert feature.statistic("ks") == 0
    assert "rounded to multiples of" in str(rounding_note(column_of(profile)))


def test_gaps_and_batches_change_nothing() -> None:
    rng = np.random.default_rng(7)
    values, missing = around(MOST, rng.integers(-5_000, 0, 3_000)), rng.random(3_000) < 0.2
    whole = table(values, missing)
    profile = fit(whole, X)
    parts = [whole.slice(start, 431) for start in range(0, 3_000, 431)]
    assert fit(parts, X).to_bytes() == profile.to_bytes()
    assert profile.summarize(parts).to_bytes() == profile.to_bytes()
    assert column_of(profile).tally.null == int(missing.sum())


def test_the_reason_and_the_page_show_the_digits_that_differ() -> None:
    rng = np.random.default_rng(8)
    start = 1_700_000_000_000_000_000
    profile = fit(table(around(start, rng.integers(0, 10, 1_000))), X)
    current = profile.summarize(table(around(start, rng.integers(5, 15, 1_000))))
    report = check(profile, current, ClassicPolicy())
    assert "mean rose by 4.8" in report.features[0].reason
    assert "from 1,700,000,000,000,000,00" in report.features[0].reason
    page = render_page(report, profile, current)
    assert "1,700,000,000,000,000,014" in page
    assert "All values are shown less 1,7" in page
