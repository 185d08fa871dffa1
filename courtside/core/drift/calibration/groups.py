"""Groups gather the fine cells of a column into about 32 even ones, which the null distribution distinguishes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from courtside.core.drift.columns.cells import Cells
from courtside.core.drift.columns.column import Column, NumericColumn
from courtside.core.drift.columns.rounding import Integers

MOST_GROUPS = 34


@dataclass(frozen=True, eq=False, slots=True)
class Groups:
    """The group of each cell of a column; the `size` groups are numbered in the order of the cells."""

    of_cell: Integers
    size: int
    ordered: bool

    @classmethod
    def of(cls, column: Column) -> "Groups":
        """Gather neighbouring cells into even shares of the reference, and for categories the rare levels.

        Values outside the reference's range, values between its few distinct ones, and unseen levels have groups of
        their own.
        """
        if isinstance(column, NumericColumn):
            of_cell = np.arange(column.grid.cells)
            if column.grid.cells > MOST_GROUPS:
                of_cell = _even(column.counts)
            return cls(of_cell, int(of_cell[-1]) + 1, ordered=True)
        if column.slots is not None:  # grouping by frequency would be as biased as the choice of kept levels
            return cls(np.arange(column.slots.size) % MOST_GROUPS, MOST_GROUPS, ordered=False)
        return cls._of_levels(column.counts)

    @classmethod
    def _of_levels(cls, counts: Integers) -> "Groups":
        levels = counts[:-1]
        rank = np.empty(levels.size, np.int64)
        rank[np.argsort(-levels, kind="stable")] = np.arange(levels.size)
        most = MOST_GROUPS - 2
        of_cell = np.append(np.minimum(rank, most), min(levels.size, most + 1))
        return cls(of_cell, int(of_cell.max()) + 1, ordered=False)

    def counts(self, cells: Integers) -> Integers:
        """Add the counts of cells up to the counts of groups."""
        return np.bincount(self.of_cell, cells, self.size).astype(np.int64)

    def codes(self, cells: Cells) -> NDArray[np.int32]:
        """Return the group of each row from its cell, or `size` for a row without a usable value."""
        # `NO_CELL` is -1, so it selects the last entry.
        found: NDArray[np.int32] = np.append(self.of_cell, self.size).astype(np.int32).take(cells)
        return found


def _even(counts: Integers) -> Integers:
    """Number runs of cells with about equal shares; the cells before the first value and after the last are runs too.

    A cell belongs to the run in which its middle lies, so that a cell with much of the mass shares no run with rare
    values before it.
    """
    middle = 2 * np.cumsum(counts) - counts
    inner = MOST_GROUPS - 2
    run = np.minimum(middle * inner // max(1, 2 * counts.sum()), inner - 1) + 1
    filled = np.flatnonzero(counts)
    if not filled.size:  # this column has no value in a segment
        return np.zeros(counts.size, np.int64)
    empty = counts == 0
    run[empty] = 0
    run = np.maximum.accumulate(run)
    run[filled[-1] + 1 :] = MOST_GROUPS
    return np.cumsum(np.diff(run, prepend=run[0]) > 0)
