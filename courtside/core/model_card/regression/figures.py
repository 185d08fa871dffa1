"""The figures behind the plots of a regression candidate."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from courtside.contracts.curves import HeaviestRows, IntervalFigures, MeanOfBin, ResidualGroup, ValueCurves
from courtside.core.model_card.regression.groups import figure, grouped, residual_group

GRID = 30
"""Into how many parts the grid of predicted and actual values cuts each axis."""
BINS = 10
RESIDUAL_BINS = 24
SLICES = 20
ROWS_OF_SLICE = 10
MOST_SEGMENTS = 12
TAIL = 0.005
"""The share of rows at either end that the axes may leave out, so that one value of 1e12 does not flatten the rest."""
FEW, FEWEST_ROWS = 0.01, 20
"""Nobody is surprised that a larger share of the rows has half of all squared error, or one of very few rows."""

Values = NDArray[np.float64]
Days = NDArray[np.datetime64]


@dataclass(frozen=True, slots=True)
class Intervals:
    """Prediction intervals of a stated level in (0, 1), `low` and `high` of shape (n,).

    Both are NaN for rows that the intervals were calibrated on, which cannot say how often they hold.
    """

    level: float
    low: Values
    high: Values

    def cover(self, actual: Values) -> Values:
        """Return 1 for each value that lies within and 0 for any other, NaN where there is no interval, shape (n,)."""
        within = (self.low <= actual) & (actual <= self.high)
        return np.where(np.isnan(self.low), np.nan, within)


@dataclass(frozen=True, slots=True)
class Segments:
    """The column by whose values parts are looked at, and its value in each row as text, shape (n,)."""

    column: str
    values: NDArray[np.object_]


def value_curves(
    actual: Values,
    predicted: Values,
    *,
    days: Days | None = None,
    segments: Segments | None = None,
    intervals: Intervals | None = None,
) -> ValueCurves:
    """Return what the plots draw of predictions, shape (n,), n at least 1; `days` and segments are of the same rows."""
    residuals = actual - predicted
    covered = None if intervals is None else intervals.cover(actual)
    low, high = _span(np.concatenate([actual, predicted]))
    counts = bool((actual >= 0).all() and (actual == np.round(actual)).all())
    outside = (np.minimum(actual, predicted) < low) | (np.maximum(actual, predicted) > high)
    edges, bars = _histogram(residuals)
    return ValueCurves(
        rows=actual.size,
        span=(low, high),
        outside=int(outside.sum()),
        cells=_cells(actual[~outside], predicted[~outside], (low, high)),
        means=_means(actual, predicted),
        edges=edges,
        residuals=bars,
        over_time=() if days is None else _over_time(residuals, covered, days),
        segment=None if segments is None else segments.column,
        by_segment=() if segments is None else _by_segment(residuals, covered, segments),
        intervals=None if intervals is None else _interval_figures(intervals, actual, predicted),
        heaviest=_heaviest(residuals),
        counts=counts,
        below_zero=int((predicted < 0).sum()) if counts else 0,
    )


def _heaviest(residuals: Values) -> HeaviestRows | None:
    """Return the fewest rows with half of all squared error, None where they are not few."""
    largest = float(np.abs(residuals).max())
    if not largest or residuals.size < FEWEST_ROWS:
        return None
    squared = np.sort((residuals / largest) ** 2)[::-1]  # relative to the largest, which might overflow
    shares = np.cumsum(squared) / squared.sum()
    rows = int(np.searchsorted(shares, 0.5)) + 1
    return HeaviestRows(rows=rows, share=figure(shares[rows - 1])) if rows <= max(1, FEW * squared.size) else None


def _span(values: Values) -> tuple[float, float]:
    """Return what an axis shows: all but the tails, a little wider, and never nothing."""
    low, high = np.quantile(values, [TAIL, 1 - TAIL], method="nearest").tolist()
    inside = values[(values >= low - (high - low)) & (values <= high + (high - low))]
    low, high = float(inside.min()), float(inside.max())
    room = (high - low) * 0.03 or abs(low) * 0.1 or 1.0
    return low - room, high + room


def _cells(actual: Values, predicted: Values, span: tuple[float, float]) -> tuple[tuple[int, int, int], ...]:
    """Return (place of the prediction, place of the actual value, rows) of the cells that hold rows."""
    edges = np.linspace(*span, GRID + 1)
    across, up = (np.searchsorted(edges[1:-1], values, side="right") for values in (predicted, actual))
    places, rows = np.unique(GRID * across + up, return_counts=True)
    return tuple((int(place // GRID), int(place % GRID), int(count)) for place, count in zip(places, rows, strict=True))


def _means(actual: Values, predicted: Values) -> tuple[MeanOfBin, ...]:
    """Return the means of bins with equally many rows each, from low to high predictions."""
    return tuple(
        MeanOfBin(predicted=figure(predicted[rows].mean()), actual=figure(actual[rows].mean()), rows=rows.size)
        for rows in _by_prediction(predicted)
    )


def _by_prediction(predicted: Values) -> list[NDArray[np.intp]]:
    """Return the rows of bins with about equally many rows; equal predictions share a bin."""
    edges = np.unique(np.quantile(predicted, np.arange(1, BINS) / BINS))
    bins = np.searchsorted(edges, predicted, side="right")
    return [np.flatnonzero(bins == each) for each in np.unique(bins)]


def _histogram(residuals: Values) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """Return edges and counts; what lies beyond the outer edges is counted in the outer bins."""
    low, high = _span(residuals)
    edges = np.linspace(low, high, RESIDUAL_BINS + 1)
    counts, _ = np.histogram(np.clip(residuals, low, high), edges)
    return tuple(map(figure, edges)), tuple(counts.tolist())


def _over_time(residuals: Values, covered: Values | None, days: Days) -> tuple[ResidualGroup, ...]:
    """Return at most `SLICES` groups with about equally many rows each, one after the other; a day is never parted.

    A mean of very few rows says nothing, so fewer rows have fewer groups.
    """
    order, slices = np.argsort(days, kind="stable"), min(SLICES, max(1, days.size // ROWS_OF_SLICE))
    places = (np.arange(slices) * order.size) // slices
    starts = np.unique(np.searchsorted(days[order], days[order][places]))
    return tuple(
        residual_group("", residuals, covered, rows, days=days) for rows in np.split(order, starts[1:]) if rows.size
    )


def _by_segment(residuals: Values, covered: Values | None, segments: Segments) -> tuple[ResidualGroup, ...]:
    """Return the segments with the most rows, the largest first."""
    return tuple(
        residual_group(name, residuals, covered, rows) for name, rows in grouped(segments.values)[:MOST_SEGMENTS]
    )


def _interval_figures(intervals: Intervals, actual: Values, predicted: Values) -> IntervalFigures | None:
    known = ~np.isnan(intervals.low)
    if not known.any():
        return None
    actual, predicted, covered = actual[known], predicted[known], intervals.cover(actual)[known]
    return IntervalFigures(
        level=intervals.level,
        rows=actual.size,
        covered=round(float(covered.mean()), 6),
        width=figure((intervals.high - intervals.low)[known].mean()),
        by_prediction=tuple(
            residual_group(f"about {predicted[rows].mean():.4g}", actual - predicted, covered, rows)
            for rows in _by_prediction(predicted)
        ),
    )
