"""From two columns' counts to what the charts draw: shares of equal-width bins, or of levels."""

from dataclasses import dataclass

import numpy as np

from courtside.core.drift.columns.column import CategoryColumn, Column, NumericColumn
from courtside.core.drift.columns.rounding import Floats
from courtside.core.pages.wording import number

BINS = 40
MOST_VALUES = 24
"""The most distinct numbers that are drawn one by one."""
MOST_LEVELS = 12
STRAY = 0.05
"""The largest share of rows outside the drawn values with which numbers are still drawn one by one."""
CLIPPED = 0.005
"""Share at each end that may be put into the last bin, so that one outlier does not flatten the picture."""


@dataclass(frozen=True, eq=False)
class Histogram:
    """Shares of the rows per bin (edges[i], edges[i + 1]]; the first and last bin also hold everything beyond them."""

    edges: Floats
    reference: Floats
    current: Floats


@dataclass(frozen=True, eq=False)
class Levels:
    """Shares of the rows per level; `ordered` says that the levels are numbers, `left_out` how many are not shown."""

    labels: tuple[str, ...]
    reference: Floats
    current: Floats
    ordered: bool = False
    left_out: int = 0


def distributions(reference: Column, current: Column) -> Histogram | Levels | None:
    """Return what to draw; None where neither bins nor levels can be made (an infinite range)."""
    if isinstance(reference, NumericColumn) and isinstance(current, NumericColumn):
        return _single_values(reference, current) or _histogram(reference, current)
    assert isinstance(reference, CategoryColumn)
    assert isinstance(current, CategoryColumn)
    return _levels(reference, current)


def beyond(reference: NumericColumn, current: NumericColumn) -> float:
    """Return the share of the current values outside the reference's range."""
    if not current.valid:
        return 0.0
    edges = reference.grid.edges
    first, last = edges.searchsorted(reference.minimum), edges.searchsorted(reference.maximum)
    below = float(current.cumulative[first - 1]) if first else 0.0
    return below + 1 - float(current.cumulative[last])


def _levels(reference: CategoryColumn, current: CategoryColumn) -> Levels:
    """Keep the levels with the largest share on either side, in their own order."""
    before, after = _shares(reference), _shares(current)
    labels = np.array([*reference.levels, "any other value"], object)
    shown = np.ones(labels.size, np.bool_)
    shown[-1] = before[-1] > 0 or after[-1] > 0
    if shown.sum() > MOST_LEVELS:
        largest = np.argsort(-np.maximum(before, after)[:-1], kind="stable")[:MOST_LEVELS]
        shown[:-1] = False
        shown[largest] = True
    return Levels(
        labels=tuple(labels[shown]),
        reference=before[shown],
        current=after[shown],
        left_out=len(reference.levels) - int(shown[:-1].sum()),
    )


def _single_values(reference: NumericColumn, current: NumericColumn) -> Levels | None:
    """Return one level per number if nearly all rows of both sides lie in cells of one number."""
    grid = reference.grid
    drawn = np.flatnonzero(grid.single & ((reference.counts > 0) | (current.counts > 0)))
    if not 0 < drawn.size <= MOST_VALUES:
        return None
    before, after = _shares(reference), _shares(current)
    rest = [max(0.0, float(1 - shares[drawn].sum())) if shares.any() else 0.0 for shares in (before, after)]
    if max(rest) > STRAY:
        return None
    labels = [number(value) for value in grid.edges[drawn].tolist()]
    if len(set(labels)) < len(labels):
        return None
    extra = [max(rest)] * (max(rest) > 1e-9)
    return Levels(
        labels=(*labels, *("other" for _ in extra)),
        reference=np.append(before[drawn], [rest[0] for _ in extra]),
        current=np.append(after[drawn], [rest[1] for _ in extra]),
        ordered=True,
    )


def _histogram(reference: NumericColumn, current: NumericColumn) -> Histogram | None:
    sides = [column for column in (reference, current) if column.valid]
    ends = np.array([_range(column) for column in sides])
    low, high = float(ends[:, 0].min()), float(ends[:, 1].max())
    with np.errstate(over="ignore"):
        span = np.float64(high) - low
    if not np.isfinite([span, low, high]).all() or span <= abs(low) * 1e-12:
        return None
    edges = _even_edges(low, high)
    return Histogram(edges, _binned(reference, edges), _binned(current, edges))


def _even_edges(low: float, high: float) -> Floats:
    """Return edges at multiples of 1, 2 or 5 times a power of ten, so that rounded data spreads evenly over bins."""
    power = int(np.floor(np.log10((high - low) / BINS)))
    unit = 10.0**power
    step = next(factor for factor in (1, 2, 5, 10) if factor * unit * BINS >= (high - low) * (1 - 1e-9))
    first, last = np.ceil(low / (step * unit)) - 1, np.ceil(high / (step * unit))
    numbers = np.arange(first, last + 1) * step
    edges: Floats = numbers * unit if power >= 0 else numbers / 10.0**-power  # division keeps decimals exact
    return edges


def _binned(column: NumericColumn, edges: Floats) -> Floats:
    if not column.valid:
        return np.zeros(edges.size - 1)
    points, values = _distribution(column)
    up_to = np.interp(edges, points, values)
    up_to[0], up_to[-1] = 0.0, 1.0
    return np.diff(up_to)


def _distribution(column: NumericColumn) -> tuple[Floats, Floats]:
    """Return the points of the distribution function: straight within cells, closed at the extreme values."""
    edges = column.grid.edges
    inner = (edges >= column.minimum) & (edges < column.maximum)
    start = np.nextafter(column.minimum, -np.inf)
    points = np.concatenate(([start], edges[inner], [column.maximum]))
    return points, np.concatenate(([0.0], column.cumulative[:-1][inner], [1.0]))


def _range(column: NumericColumn) -> tuple[float, float]:
    """Return the smallest and largest value to draw, without the farthest half percent where that lies far out."""
    points, values = _distribution(column)
    with np.errstate(over="ignore", invalid="ignore"):
        low, high = (float(np.interp(share, values, points)) for share in (CLIPPED, 1 - CLIPPED))
        reach = (high - low) / 4
    return max(column.minimum, low - reach), min(column.maximum, high + reach)


def _shares(column: Column) -> Floats:
    result: Floats = column.counts / max(1, column.valid)
    return result
