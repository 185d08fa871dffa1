"""Profiles are identical to the byte however rows are cut into batches and in whatever order parts are merged."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courtside.core.dataset import Feature, FeatureKind
from courtside.core.drift import Profile, fit
from courtside.core.drift.columns.column import NumericColumn
from tests.unit.core.drift.shapes import SHAPES, Values

X = [Feature("x", FeatureKind.NUMERIC)]
LARGEST = 1.7976931348623157e308
AWKWARD = (
    0.0,
    -0.0,
    5e-324,
    -5e-324,
    2.2250738585072014e-308,
    1e-300,
    0.1,
    1.0,
    2.0**53,
    1e16,
    -1e16,
    LARGEST,
    -LARGEST,
)
USABLE = st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.floats(-10, 10), st.sampled_from(AWKWARD))
ANY = st.one_of(USABLE, st.floats(), st.none())


def profiled(values: Sequence[float | None] | Values) -> Profile:
    return fit(pa.table({"x": pa.array(values, pa.float64())}), X)


def cut(table: pa.Table, places: Sequence[int]) -> list[pa.Table]:
    ends = [0, *sorted(place % (table.num_rows + 1) for place in places), table.num_rows]
    return [table.slice(start, end - start) for start, end in pairwise(ends)]


def merged(parts: list[Profile], order: Sequence[int]) -> Profile:
    """Merge two parts at a time, as chosen by `order`, until one is left."""
    for choice in order:
        if len(parts) > 1:
            mine, theirs = (parts.pop(choice % len(parts)) for _ in range(2))
            parts.insert(choice % (len(parts) + 1), mine.merge(theirs))
    while len(parts) > 1:
        parts.append(parts.pop(0).merge(parts.pop(0)))
    return parts[0]


@given(
    reference=st.lists(USABLE, min_size=1, max_size=40),
    current=st.lists(ANY, max_size=60),
    places=st.lists(st.integers(0, 100), max_size=8),
    order=st.lists(st.integers(0, 100), max_size=8),
)
@settings(max_examples=300, deadline=None)
def test_any_values_may_be_cut_anywhere_and_merged_in_any_order(
    reference: list[float], current: list[float | None], places: list[int], order: list[int]
) -> None:
    profile = profiled(reference)
    table = pa.table({"x": pa.array(current, pa.float64())})
    whole = profile.blank().merge(profile.summarize(table))
    parts = [profile.blank().merge(profile.summarize(part)) for part in cut(table, places)]
    assert merged(parts, order).to_bytes() == whole.to_bytes()


@given(values=st.lists(ANY, min_size=1, max_size=60), places=st.lists(st.integers(0, 100), max_size=8))
@settings(max_examples=150, deadline=None)
def test_a_reference_does_not_depend_on_batches_and_counts_its_own_rows_equally(
    values: list[float | None], places: list[int]
) -> None:
    table = pa.table({"x": pa.array([1.0, *values], pa.float64())})
    whole = fit(table, X)
    assert fit(cut(table, places), X).to_bytes() == whole.to_bytes()
    assert whole.summarize(table).to_bytes() == whole.to_bytes()


@given(
    reference=st.lists(USABLE, min_size=1, max_size=40),
    current=st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(-100, 100), min_size=1, max_size=60),
    places=st.lists(st.integers(0, 100), max_size=8),
)
@settings(max_examples=200, deadline=None)
def test_whole_numbers_have_the_sums_of_the_same_floats(
    reference: list[float], current: list[int], places: list[int]
) -> None:
    profile, whole = profiled(reference), pa.table({"x": pa.array(current, pa.int64())})
    floats = pa.table({"x": pa.array(np.array(current, np.int64).astype(np.float64))})
    (expected,) = profile.summarize(floats).columns
    for batches in (whole, cut(whole, places)):
        (found,) = profile.summarize(batches).columns
        assert isinstance(expected, NumericColumn)
        assert isinstance(found, NumericColumn)
        assert (found.total, found.tails) == (expected.total, expected.tails)


@pytest.mark.parametrize("shape", sorted(SHAPES.keys() - {"binary"}))
def test_long_tables_of_every_shape_may_be_cut_and_merged(shape: str) -> None:
    rng = np.random.default_rng(8)
    reference, current = (values.astype(float) for values in SHAPES[shape](rng, 20_000, 150_000))
    profile, table = profiled(reference), pa.table({"x": pa.array(current)})
    whole = profile.summarize(table)
    parts = [profile.summarize(part) for part in cut(table, rng.integers(0, current.size, 9).tolist())]
    assert merged(parts, rng.integers(0, 100, 9).tolist()).to_bytes() == whole.to_bytes()
    assert profile.summarize(table.take(rng.permutation(current.size))).to_bytes() == whole.to_bytes()


@given(values=st.lists(st.one_of(st.floats(-1e6, 1e6), st.sampled_from((1e16, -1e16, 1e300, -1e300))), min_size=1))
@settings(max_examples=100, deadline=None)
def test_means_are_accurate_to_nine_digits_of_the_largest_value(values: list[float]) -> None:
    (column,) = profiled([1.0, 2.0, 3.0]).summarize(pa.table({"x": values})).columns
    assert isinstance(column, NumericColumn)
    assert column.mean is not None
    exact = sum(map(Fraction, values), Fraction(0)) / len(values)
    largest = max(3.0, *map(abs, values))
    assert abs(Fraction(column.mean) - exact) <= Fraction(largest) / 10**9


def test_a_tiny_mean_beside_a_constant_reference_stays_accurate() -> None:
    (column,) = profiled([0.0] * 50).summarize(pa.table({"x": [0.0, 0.0, 1e-30, 3e-30]})).columns
    assert isinstance(column, NumericColumn)
    assert column.mean == pytest.approx(1e-30, rel=1e-10)
