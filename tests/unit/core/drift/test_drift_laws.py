"""Statistics and profiles obey laws for any data, such as symmetry, bounds, exact merging and lossless storage."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from courtside.core.dataset import Feature, FeatureKind
from courtside.core.drift import Profile, fit
from courtside.core.drift.columns.column import NumericColumn
from courtside.core.drift.columns.grid import Grid, grid_of
from courtside.core.drift.columns.ordering import ordered as in_order
from courtside.core.drift.columns.rounding import from_ordered_bits, ordered_bits, shortest_between
from courtside.core.drift.statistics.chi_squared import chi_squared
from courtside.core.drift.statistics.jensen_shannon import jensen_shannon
from courtside.core.drift.statistics.ks import ks
from courtside.core.drift.statistics.psi import psi
from courtside.core.drift.statistics.wasserstein import wasserstein
from tests.unit.core.drift.shapes import categorical, numeric

FEATURES = [
    Feature("points", FeatureKind.NUMERIC),
    Feature("venue", FeatureKind.CATEGORICAL),
    Feature("rested", FeatureKind.BINARY),
]

finite = st.floats(allow_nan=False, allow_infinity=False, width=64)
tame = st.one_of(st.integers(-50, 50).map(float), st.floats(-1e6, 1e6))
columns = st.lists(tame, min_size=1, max_size=60)
levels = st.lists(st.sampled_from("abcd"), min_size=1, max_size=60)
gappy = st.one_of(st.none(), st.just(float("nan")), st.just(float("inf")), tame)
rows = st.tuples(gappy, st.one_of(st.none(), st.sampled_from("abcxyz")), st.one_of(st.none(), st.booleans()))
tables = st.lists(rows, max_size=40)


def table(values: list[tuple[Any, Any, Any]]) -> pa.Table:
    points, venues, rested = ([row[i] for row in values] for i in range(3))
    return pa.table(
        {
            "points": pa.array(points, pa.float64()),
            "venue": pa.array(venues, pa.string()),
            "rested": pa.array(rested, pa.bool_()),
        }
    )


REFERENCE = fit(table([(float(i % 37), "abc"[i % 3], i % 2 == 0) for i in range(200)]), FEATURES)


def counts(profile: Profile) -> list[Any]:
    return [(column.counts.tolist(), column.tally, column.dtypes) for column in profile.columns]


@given(columns, columns)
def test_distances_are_symmetric_and_bounded(first: list[float], second: list[float]) -> None:
    reference, current = numeric(first, second)
    statistics: list[Callable[[NumericColumn, NumericColumn], float]] = [
        lambda a, b: psi(a, b).value,
        lambda a, b: ks(a, b).value,
        jensen_shannon,
    ]
    for statistic in statistics:
        there, back = statistic(reference, current), statistic(current, reference)
        assert there == pytest.approx(back, abs=1e-12)
        assert there >= 0
    assert wasserstein(reference, current).value == pytest.approx(wasserstein(current, reference).value)
    assert ks(reference, current).value <= 1
    assert 0 <= ks(reference, current).pvalue <= 1
    assert jensen_shannon(reference, current) <= 1


@given(columns)
def test_equal_columns_are_at_distance_zero(values: list[float]) -> None:
    reference, current = numeric(values, values)
    assert psi(reference, current).value == 0
    assert ks(reference, current).value == 0
    assert jensen_shannon(reference, current) == 0
    assert wasserstein(reference, current).value == 0


@given(levels, levels)
@example(["a"] * 15 + ["b"] * 7, ["a"])
def test_category_statistics_are_symmetric_and_bounded(first: list[str], second: list[str]) -> None:
    reference, current = categorical(first, second)
    there, back = chi_squared(reference, current), chi_squared(current, reference)
    assert there.value == pytest.approx(back.value)
    assert there.value >= 0
    assert 0 <= there.pvalue <= 1
    assert psi(reference, current).value == pytest.approx(psi(current, reference).value)
    same = chi_squared(reference, reference)
    assert (same.value, same.pvalue) == (0, 1)


@given(tables, st.lists(st.integers(0, 40), max_size=5))
def test_counts_do_not_depend_on_the_batches(values: list[Any], cuts: list[int]) -> None:
    whole = table(values)
    ends = [0, *sorted(min(cut, len(values)) for cut in cuts), len(values)]
    parts = [whole.slice(a, b - a) for a, b in pairwise(ends)]
    at_once, in_parts = REFERENCE.summarize(whole), REFERENCE.summarize(parts)
    assert counts(in_parts) == counts(at_once)
    for mine, theirs in zip(in_parts.columns, at_once.columns, strict=True):
        if isinstance(mine, NumericColumn) and isinstance(theirs, NumericColumn) and mine.valid:
            assert mine.mean == pytest.approx(theirs.mean, rel=1e-12, abs=1e-9)


@given(tables, tables, tables)
def test_merging_is_associative_and_commutative_to_the_last_bit(a: list[Any], b: list[Any], c: list[Any]) -> None:
    first, second, third = (REFERENCE.summarize(table(values)) for values in (a, b, c))
    assert first.merge(second).merge(third) == first.merge(second.merge(third))
    assert first.merge(second) == second.merge(first)
    assert first.merge(REFERENCE.blank()) == first


@given(st.lists(rows.filter(lambda row: row[0] is not None and np.isfinite(row[0])), min_size=1, max_size=40))
def test_a_stored_profile_is_read_back_unchanged(values: list[Any]) -> None:
    whole = table([*values, (1.0, "a", True)])
    profile = fit(whole, FEATURES)
    again = Profile.from_bytes(profile.to_bytes())
    assert again == profile
    assert counts(again.summarize(whole)) == counts(profile)
    assert again.merge(profile.blank()) == profile


@given(st.lists(finite, min_size=1, max_size=80), st.lists(finite, max_size=80))
def test_the_lookup_finds_the_same_cells_as_a_binary_search(reference: list[float], values: list[float]) -> None:
    grid = grid_of(in_order([np.array(reference)]))
    with np.errstate(over="ignore"):
        both = np.array([*reference, *values, *np.nextafter(reference, np.inf), *np.nextafter(reference, -np.inf)])
    both = both[np.isfinite(both)]
    assert grid.lookup(both).tolist() == np.searchsorted(grid.edges, both, "left").tolist()


@pytest.mark.parametrize("scale", [1e-300, 1e-3, 1.0, 1e300])
@pytest.mark.parametrize("seed", range(5))
def test_the_lookup_agrees_with_a_binary_search_for_heavy_tails(scale: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    grid = grid_of(in_order([rng.standard_cauchy(20_000) * scale]))
    values = np.concatenate((rng.standard_cauchy(20_000) * scale, grid.edges, np.nextafter(grid.edges, np.inf), [0.0]))
    assert grid.lookup(values).tolist() == np.searchsorted(grid.edges, values, "left").tolist()


@given(st.lists(st.lists(finite, max_size=40), min_size=1, max_size=3))
def test_values_of_all_batches_are_sorted_together(batches: list[list[float]]) -> None:
    found = in_order([np.array(batch) for batch in batches])
    assert found.tolist() == sorted(value for batch in batches for value in batch)


@pytest.mark.parametrize("odd", [0.5, 0.015, 1e-300, -1e300, 1e18])
@pytest.mark.parametrize("steps", [1, 10, 100, 1000])
def test_round_values_are_sorted_correctly_even_with_one_odd_value_among_them(odd: float, steps: int) -> None:
    rng = np.random.default_rng(steps)
    values = rng.integers(-20_000, 20_000, 30_000) / steps
    assert in_order([values]).tolist() == np.sort(values).tolist()
    values[12_345] = odd  # the first check of the values does not see this place
    assert in_order([values]).tolist() == np.sort(values).tolist()


@given(finite, finite)
def test_the_shortest_float_lies_between_its_bounds(first: float, second: float) -> None:
    low, high = np.array([min(first, second)]), np.array([max(first, second)])
    short = shortest_between(low, high)
    assert low[0] <= short[0] <= high[0]
    assert from_ordered_bits(ordered_bits(low))[0] == low[0]
    assert (ordered_bits(low) <= ordered_bits(high)).all()


@pytest.mark.parametrize("rows", [1, 2, 999, 1500, 2047, 2999, 20_000])
def test_no_cell_except_those_of_repeated_values_holds_more_than_a_thousandth(rows: int) -> None:
    rng = np.random.default_rng(rows)
    for values in (
        rng.normal(size=rows),
        rng.lognormal(3, 1, rows).round(2),
        rng.integers(0, 5000, rows).astype(float),
    ):
        grid = grid_of(in_order([values]))
        held = np.bincount(grid.lookup(values), minlength=grid.cells)
        assert held[~grid.single & ~around_one_value(grid)].max() <= rows / 1000


def around_one_value(grid: Grid) -> NDArray[np.bool_]:
    """Mark the cells that span several floats but are no wider than the blur of the grid."""
    narrow = np.zeros(grid.cells, np.bool_)
    narrow[1:-1] = np.diff(ordered_bits(grid.edges)).view(np.uint64) <= 1 << grid.blur
    return narrow & ~grid.single


@pytest.mark.parametrize("scale", [1e-300, 1.0, 1e300])
@pytest.mark.parametrize("rows", [401, 700, 999])
def test_a_value_that_occurs_once_is_alone_in_a_cell_much_narrower_than_its_gaps(rows: int, scale: float) -> None:
    rng = np.random.default_rng(rows)
    for values in (rng.normal(size=rows), rng.lognormal(0, 3, rows), np.append(rng.random(rows - 2), [0.0, 0.0])):
        ordered = np.sort(values * scale)
        grid = grid_of(ordered)
        around = around_one_value(grid)
        assert around.sum() > 0.9 * rows
        held = np.bincount(grid.lookup(ordered), minlength=grid.cells)
        assert held[around].max() == 1
        assert held[~around & ~grid.single].max(initial=0) == 0
        assert np.median(np.diff(ordered_bits(ordered))) / (1 << grid.blur) >= 2 ** (10_000 // rows - 1)
