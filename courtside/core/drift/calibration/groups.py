"""Groups of a column's fine cells: about 32 even ones, which are the resolution of the null distribution."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from courtside.core.drift.columns.cells import Cells
from courtside.core.drift.columns.column import Column, NumericColumn
from courtside.core.drift.columns.rounding import Integers

MOST_GROUPS = 34


@dataclass(frozen=True, eq=False, slots=True)
class Groups:
    """Which group each cell of a column belongs to; `size` groups, numbered in the order of the cells."""

    of_cell: Integers
    size: int
    ordered: bool

    @classmethod
    def of(cls, column: Column) -> "Groups":
        """Gather neighbouring cells into even shares of the reference, and for categories rare levels and unseen ones.

        Values outside the reference's range, or between its values if they are few, are in groups of their own.
        """
        if isinstance(column, NumericColumn):
            of_cell = np.arange(column.grid.cells)
            if column.grid.cells > MOST_GROUPS:
                of_cell = _even(column.counts)
            return cls(of_cell, int(of_cell[-1]) + 1, ordered=True)
        if column.slots is not None:  # groups by frequency would be biased, as kept levels are
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
        """Sum counts per cell to counts per group."""
        return np.bincount(self.of_cell, cells, self.size).astype(np.int64)

    def codes(self, cells: Cells) -> NDArray[np.int32]:
        """Return the group of each row from its cell, `size` for a row without a usable value."""
        # The last entry is that of `NO_CELL`, which is -1.
        found: NDArray[np.int32] = np.append(self.of_cell, self.size).astype(np.int32).take(cells)
        return found


def _even(counts: Integers) -> Integers:
    """Number runs of cells with about equal shares; the cells before the first value and after the last are runs.

    A cell belongs where its middle lies, so that one with much of the mass shares no run with rare values before it.
    """
    middle = 2 * np.cumsum(counts) - counts
    inner = MOST_GROUPS - 2
    run = np.minimum(middle * inner // max(1, 2 * counts.sum()), inner - 1) + 1
    filled = np.flatnonzero(counts)
    if not filled.size:  # no value in a segment
        return np.zeros(counts.size, np.int64)
    empty = counts == 0
    run[empty] = 0
    run = np.maximum.accumulate(run)
    run[filled[-1] + 1 :] = MOST_GROUPS
    return np.cumsum(np.diff(run, prepend=run[0]) > 0)
