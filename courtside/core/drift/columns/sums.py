"""Sums of values minus the anchor. They are fractions, so that parts add up to the same sum in any order."""

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from courtside.core.drift.columns.grid import Grid
from courtside.core.drift.columns.rounding import Floats


def sum_from(values: Floats, anchor: float) -> Fraction:
    """Return the sum of value - anchor; near the largest floats the values are scaled down first."""
    with np.errstate(over="ignore", invalid="ignore"):
        total = float((values - anchor).sum())
    if np.isfinite(total):
        return Fraction(total)
    down = 2.0**-64
    return Fraction(float((values * down - anchor * down).sum())) * 2**64


def single_sums(grid: Grid, counts: NDArray[np.int64]) -> dict[int, Fraction]:
    """Return the sums of the tail cells that can hold only one value; columns need not keep these."""
    cells = grid.single_tails[counts[grid.single_tails] > 0]
    anchor = Fraction(grid.anchor)
    return {cell: int(counts[cell]) * (Fraction(float(grid.edges[cell])) - anchor) for cell in cells.tolist()}


def loose_sums(grid: Grid, values: Floats) -> dict[int, Fraction]:
    """Return the sums of the other tail cells, taken over the values that lie in them."""
    low, high = grid.tight
    values = values[np.flatnonzero((values <= low) | (values > high))]
    cells = grid.edges.searchsorted(values, "left")
    loose = grid.loose[cells]
    values, cells = values[loose], cells[loose]
    with np.errstate(over="ignore", invalid="ignore"):
        sums = np.bincount(cells, values - grid.anchor)
    if np.isfinite(sums).all():
        return {cell: Fraction(float(sums[cell])) for cell in np.flatnonzero(sums).tolist()}
    return {cell: sum_from(values[cells == cell], grid.anchor) for cell in np.unique(cells).tolist()}
