"""Population stability index."""

from dataclasses import dataclass

import numpy as np

from courtside.core.drift.columns.column import NumericColumn
from courtside.core.drift.columns.grid import BINS
from courtside.core.drift.columns.ordering import distinct
from courtside.core.drift.columns.rounding import Floats
from courtside.core.drift.statistics.shares import AnyColumn, require_comparable, shares

FLOOR = 1e-4
"""Smallest share a bin is given, so that an empty bin counts but does not explode."""


@dataclass(frozen=True, slots=True)
class Psi:
    """The index, and the same less what sampling alone would give."""

    value: float
    adjusted: float


def psi(reference: AnyColumn, current: AnyColumn) -> Psi:
    """Return sum((q - p) ln(q / p)) over the reference's deciles, or the levels of a category.

    Symmetric, at least 0, unitless. Atoms that are deciles are bins of their own. Shares below 1e-4 are raised to it.
    The adjusted value subtracts the expectation under no drift, (bins - 1)(1/n + 1/m), and stops at 0. Raises
    `ProfileMismatch` or `EmptyWindow`.

    Source: Kullback & Leibler 1951 (their J divergence); Siddiqi, Credit Risk Scorecards, 2006; expectation: Yurdakul &
    Naranjo 2020, J. Risk Model Validation 14(4).
    """
    require_comparable(reference, current)
    return _index(shares(reference), shares(current), reference.valid, current.valid)


def psi_equal_width(reference: NumericColumn, current: NumericColumn) -> Psi:
    """Return the index over ten bins of equal width across the reference's range, for comparison with older reports.

    Values beyond the range fall into the outermost bins. The bins' bounds are moved to the nearest edge of the grid, so
    the index is exact only for values on it; heavy tails put nearly all rows into one bin. Raises as `psi` does.
    """
    require_comparable(reference, current)
    low, high = reference.minimum, reference.maximum
    part = np.arange(BINS) / BINS
    bounds = low * (1 - part) + high * part  # the range itself may overflow
    starts = reference.grid.edges.searchsorted(bounds, "right")
    starts[0] = 0
    starts = starts[distinct(starts)]  # bounds in one cell make one bin
    expected, actual = (np.add.reduceat(column.counts, starts) / column.valid for column in (reference, current))
    return _index(expected, actual, reference.valid, current.valid)


def _index(expected: Floats, actual: Floats, rows: int, other_rows: int) -> Psi:
    occupied = int(np.count_nonzero((expected > 0) | (actual > 0)))
    p, q = np.maximum(expected, FLOOR), np.maximum(actual, FLOOR)
    value = float(((q - p) * np.log(q / p)).sum())
    sampling = (occupied - 1) * (1 / rows + 1 / other_rows)
    return Psi(value=value, adjusted=max(0.0, value - sampling))
