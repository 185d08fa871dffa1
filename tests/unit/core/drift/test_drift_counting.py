"""A column is counted into the same profile however its rows are cut into batches."""

from functools import reduce

import numpy as np
import pyarrow as pa
import pytest

from courtside.core.dataset import Feature, FeatureKind
from courtside.core.drift import Profile, fit
from courtside.core.drift.columns.column import CategoryColumn, NumericColumn
from tests.unit.core.drift.shapes import SHAPES, Values

LONG, SHORT = 65_536, 16_384
X = [Feature("x", FeatureKind.NUMERIC)]
ROWS = 3 * LONG


def profiled(values: Values) -> Profile:
    return fit(pa.table({"x": pa.array(values)}), X)


def counted_both_ways(reference: Profile, values: Values) -> tuple[NumericColumn, NumericColumn]:
    table = pa.table({"x": pa.array(values)})
    whole = reference.summarize(table)
    parts = [reference.summarize(table.slice(start, SHORT - 1)) for start in range(0, table.num_rows, SHORT - 1)]
    slow = reduce(Profile.merge, parts)
    (fast_column,), (slow_column,) = whole.columns, slow.columns
    assert isinstance(fast_column, NumericColumn)
    assert isinstance(slow_column, NumericColumn)
    return fast_column, slow_column


def require_same(fast: NumericColumn, slow: NumericColumn) -> None:
    assert fast.counts.tolist() == slow.counts.tolist()
    assert (fast.tally, fast.minimum, fast.maximum) == (slow.tally, slow.minimum, slow.maximum)
    assert (fast.total, fast.tails) == (slow.total, slow.tails)


@pytest.mark.parametrize("shape", sorted(SHAPES.keys() - {"binary"}))
def test_every_shape_is_counted_equally_in_long_and_short_batches(shape: str) -> None:
    reference, current = SHAPES[shape](np.random.default_rng(5), ROWS, ROWS)
    profile = profiled(reference.astype(float))
    for values in (reference, current):
        require_same(*counted_both_ways(profile, values.astype(float)))


@pytest.mark.parametrize("shape", ["normal unchanged", "lognormal sigma 3", "cauchy", "timestamps", "prices"])
@pytest.mark.parametrize("rows", [400, 401, 999])
def test_long_and_short_batches_are_counted_equally_on_the_grid_of_a_short_reference(shape: str, rows: int) -> None:
    reference, current = SHAPES[shape](np.random.default_rng(6), rows, ROWS)
    profile = profiled(reference.astype(float))
    require_same(*counted_both_ways(profile, np.concatenate((np.resize(reference, ROWS // 2), current)).astype(float)))


@pytest.mark.parametrize("far", [1e6, 1e15, 1e19, 1e160, 1.7e308])
@pytest.mark.parametrize("sign", [1, -1])
def test_extreme_values_fall_into_the_outermost_cell_on_their_side(far: float, sign: int) -> None:
    rng = np.random.default_rng(1)
    profile = profiled(rng.normal(size=ROWS))
    values = rng.normal(size=ROWS)
    values[::7] = sign * far
    fast, slow = counted_both_ways(profile, values)
    require_same(fast, slow)
    assert fast.counts[-1 if sign > 0 else 0] >= values[::7].size


def test_nan_and_infinities_are_tallied_in_long_batches() -> None:
    rng = np.random.default_rng(2)
    profile = profiled(rng.normal(size=ROWS))
    values = rng.normal(size=ROWS)
    values[:5], values[5:9], values[9:12] = np.nan, np.inf, -np.inf
    fast, slow = counted_both_ways(profile, values)
    require_same(fast, slow)
    assert (fast.tally.nan, fast.tally.positive_infinity, fast.tally.negative_infinity) == (5, 4, 3)


def test_integers_with_gaps_are_counted_equally_in_long_and_short_batches() -> None:
    rng = np.random.default_rng(3)
    values = rng.integers(0, 40, ROWS)
    profile = profiled(values)
    table = pa.table({"x": pa.array(values, mask=rng.random(ROWS) < 0.2)})
    (fast,) = profile.summarize(table).columns
    (slow,) = reduce(Profile.merge, (profile.counted(batch) for batch in table.to_batches(max_chunksize=999))).columns
    assert fast.counts.tolist() == slow.counts.tolist()
    assert fast.tally == slow.tally


def test_counts_stay_right_when_batches_alternate_between_repeated_and_distinct_values() -> None:
    """Such batches make the counter switch its method: the first repeats one value, and the next ones repeat none."""
    rng = np.random.default_rng(4)
    reference = np.where(rng.random(ROWS) < 0.5, 0.0, rng.exponential(1, ROWS))
    profile = profiled(reference)
    batches = [np.zeros(LONG), rng.exponential(1, LONG), rng.exponential(1, LONG), np.zeros(LONG), reference]
    tables = [pa.table({"x": pa.array(batch)}) for batch in batches]
    (fast,) = profile.summarize(tables).columns
    (slow,) = profile.summarize(
        pa.table({"x": pa.array(np.concatenate(batches))}).to_batches(max_chunksize=1000)
    ).columns
    assert fast.counts.tolist() == slow.counts.tolist()


@pytest.mark.parametrize("dtype", ["int8", "int64", "uint16", "float32", "float64"])
def test_small_integers_are_the_same_labels_in_any_type(dtype: str) -> None:
    values = np.random.default_rng(6).integers(0, 5, 4_000)
    feature = [Feature("x", FeatureKind.CATEGORICAL)]
    profile = fit(pa.table({"x": pa.array(values)}), feature)
    column = profile.summarize(pa.table({"x": pa.array(values.astype(dtype))})).columns[0]
    assert column.counts.tolist() == [*np.bincount(values).tolist(), 0]


def test_a_batch_counts_only_the_labels_it_holds_of_a_large_dictionary() -> None:
    words = pa.array([f"word{i}" for i in range(100_000)])
    feature = [Feature("x", FeatureKind.CATEGORICAL)]
    profile = fit(pa.table({"x": ["word1", "word2"] * 300}), feature)
    rows = pa.DictionaryArray.from_arrays(pa.array([1, 1, 2, 99_999], pa.int32()), words)
    column = profile.summarize(pa.table({"x": rows})).columns[0]
    assert column.counts.tolist() == [2, 1, 1]


@pytest.mark.parametrize("shape", sorted(SHAPES.keys() - {"binary"}))
@pytest.mark.parametrize(("rows", "batches"), [(6_000, 1), (6_000, 3), (800, 3)])
def test_fitting_gives_the_same_counts_as_a_second_pass(shape: str, rows: int, batches: int) -> None:
    rng = np.random.default_rng(7)
    values = SHAPES[shape](rng, rows, 10)[0].astype(float)
    values[5:9], values[100], values[200] = np.nan, np.inf, -np.inf
    table = pa.table({"x": pa.array(values, mask=rng.random(rows) < 0.1)})
    parts = table.to_batches(max_chunksize=rows // batches)
    profile = fit(parts, X)
    assert profile.summarize(parts) == profile
    (column,) = profile.columns
    assert (column.tally.rows, column.valid) == (rows, int(np.isfinite(table["x"].to_numpy()).sum()))


def test_fitting_gives_the_same_counts_of_labels_as_a_second_pass() -> None:
    rng = np.random.default_rng(8)
    words = [f"word{int(number)}" for number in rng.zipf(1.3, 9_000) % 3_000]
    table = pa.table({"x": pa.array(words, mask=rng.random(9_000) < 0.1)})
    parts = [*table.to_batches(max_chunksize=2_000), *pa.table({"x": pa.nulls(50)}).to_batches()]
    profile = fit(parts, [Feature("x", FeatureKind.CATEGORICAL)])
    (column,) = profile.columns
    assert isinstance(column, CategoryColumn)
    assert column.lumped
    assert column.counts[-1] > 0
    assert profile.summarize(parts) == profile
