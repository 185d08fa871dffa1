"""Sums of the tail cells' values minus the anchor, as fractions, so that parts add up to the same in any order."""

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from courtside.core.drift.columns.grid import Grid
from courtside.core.drift.columns.rounding import Floats


def single_sums(grid: Grid, counts: NDArray[np.int64]) -> dict[int, Fraction]:
    """Return the sums of the tail cells that can hold only one value; columns need not keep these."""
    cells = grid.single_tails[counts[grid.single_tails] > 0]
    anchor = Fraction(grid.anchor)
    return {cell: int(counts[cell]) * (Fraction(float(grid.edges[cell])) - anchor) for cell in cells.tolist()}


def loose_sums(grid: Grid, values: Floats, counts: NDArray[np.int64]) -> dict[int, Fraction]:
    """Return the sums of the other tail cells, where there are values, from all values and the cells' counts."""
    held = grid.loose_tails[counts[grid.loose_tails] > 0]
    if not held.size:
        return {}
    low, high = grid.tight
    values = values[np.flatnonzero((values <= low) | (values > high))]
    cells = grid.edges.searchsorted(values, "left")
    loose = grid.loose[cells]
    sums = grid.quantum.sums(values[loose], held.searchsorted(cells[loose]), counts[held])
    return dict(zip(held.tolist(), sums, strict=True))
