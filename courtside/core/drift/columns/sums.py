"""Sums of the values in tail cells minus the anchor are exact, so parts add up equally in any order."""

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from courtside.core.drift.columns.grid import Grid
from courtside.core.drift.columns.rounding import Floats


def single_sums(grid: Grid, counts: NDArray[np.int64]) -> dict[int, Fraction]:
    """Return the sums of the tail cells for one value as fractions, which columns therefore need not keep."""
    cells = grid.single_tails[counts[grid.single_tails] > 0]
    anchor = Fraction(grid.anchor)
    return {cell: int(counts[cell]) * (Fraction(float(grid.edges[cell])) - anchor) for cell in cells.tolist()}


def loose_sums(grid: Grid, values: Floats, counts: NDArray[np.int64], *, largest: float) -> dict[int, int]:
    """Return the sums, in units, of the other tail cells with values, from all values and the cells' counts.

    `largest` is the largest magnitude of the values.
    """
    rows = counts[grid.loose_tails]
    held = grid.loose_tails[rows > 0]
    if not held.size:
        return {}
    low, high = grid.tight
    values = values[((values <= low) | (values > high)).nonzero()[0]]
    cells = grid.edges.searchsorted(values, "left")
    if values.size > rows.sum():
        loose = grid.loose[cells]
        values, cells = values[loose], cells[loose]
    sums = grid.quantum.sums(values, held.searchsorted(cells), counts[held], largest=largest)
    return dict(zip(held.tolist(), sums, strict=True))
