"""Adding the batches of one column up, faster than merging a column per batch and to the same counts."""

from fractions import Fraction

import numpy as np

from courtside.core.drift import arrow
from courtside.core.drift.columns import CategoryColumn, Column, NumericColumn
from courtside.core.drift.lookup import Indices
from courtside.core.drift.rounding import Floats
from courtside.core.drift.slots import Scratch, SlotTable
from courtside.core.drift.tally import Tally

LONG = 65_536
"""Rows of a batch from which the table of slots repays its making."""
SHORT = 16_384
"""Rows of a batch from which the table, once made, is the quicker way."""
MANY_EQUAL = 0.2
"""Share of a batch that repeated values must make up for the next one to be counted by value."""
MOST_KEPT = 65_536
"""Values in tails kept until they are added up."""


class MergingCounter:
    """Counts each batch by itself and merges: for labels, and for what is not a number."""

    def __init__(self, column: Column) -> None:
        self._blank = column.blanked()
        self._parts: list[Column] = []

    def add(self, array: arrow.Array | None, *, rows: int) -> None:
        """Count one batch; None is a batch without the column."""
        self._parts.append(self._blank.counted(array, rows=rows))
        if len(self._parts) > 1:
            second, first = self._parts.pop(), self._parts.pop()
            self._parts.append(_merged(first, second))

    @property
    def any(self) -> bool:
        """Whether any batch was counted."""
        return bool(self._parts)

    def column(self) -> Column:
        """Return what was counted."""
        return self._parts[0] if self._parts else self._blank


class NumericCounter:
    """Counts long batches of numbers on the grid's slots, others as `MergingCounter` does."""

    def __init__(self, column: NumericColumn, scratch: Scratch) -> None:
        self._name = column.name
        self._grid = column.grid
        self._scratch = scratch
        self._others = MergingCounter(column)
        self._counts = np.zeros(column.grid.cells, np.int64)
        self._tally = Tally()
        self._total = Fraction(0)
        self._tails: dict[int, Fraction] = {}
        self._kept: list[tuple[Indices, Floats]] = []
        self._kept_rows = 0
        self._minimum, self._maximum = np.inf, -np.inf
        self._dtypes: set[str] = set()
        self._by_value = bool(column.grid.atoms.any())

    def add(self, array: arrow.Array | None, *, rows: int) -> None:
        """Count one batch; None is a batch without the column."""
        worth = rows >= (SHORT if self._grid.has_slots else LONG)
        table = self._grid.slots if worth else None
        if table is None or array is None or not arrow.is_numeric(array.type) or not self._added(array, table):
            self._others.add(array, rows=rows)

    def column(self) -> Column:
        """Return what was counted."""
        if not self._tally.rows:
            return self._others.column()
        self._add_up()
        counted = NumericColumn(
            name=self._name,
            grid=self._grid,
            counts=self._counts,
            tally=self._tally,
            total=self._total,
            tails=self._tails,
            minimum=self._minimum,
            maximum=self._maximum,
            dtypes=frozenset(self._dtypes),
        )
        return _merged(counted, self._others.column()) if self._others.any else counted

    def _added(self, array: arrow.Array, table: SlotTable) -> bool:
        values, nulls = arrow.floats(array)
        if not SHORT <= values.size <= self._scratch.floats.size:
            return False
        centred = self._scratch.floats[: values.size]
        with np.errstate(over="ignore", invalid="ignore"):
            total = float(np.subtract(values, self._grid.anchor, out=centred).sum())
        if not np.isfinite(total):
            return False
        lowest, highest = float(values.min()), float(values.max())
        least = lowest - self._grid.anchor
        found = table.count(values, centred, least, self._scratch, by_value=self._by_value)
        self._counts += found.cells
        if found.equal is not None:
            self._by_value = bool(found.equal.sum() > MANY_EQUAL * values.size)
        self._keep(found.tail_cells, found.tail_values)
        self._tally += Tally(rows=len(array), null=nulls)
        self._total += Fraction(total)
        self._minimum, self._maximum = min(self._minimum, lowest), max(self._maximum, highest)
        self._dtypes.add(arrow.type_name(array.type))
        return True

    def _keep(self, cells: Indices, values: Floats) -> None:
        if cells.size:
            self._kept.append((cells, values))
            self._kept_rows += cells.size
        if self._kept_rows > MOST_KEPT:
            self._add_up()

    def _add_up(self) -> None:
        if not self._kept:
            return
        cells = np.concatenate([cells for cells, _ in self._kept])
        sums = np.bincount(cells, np.concatenate([values for _, values in self._kept]), minlength=self._grid.cells)
        for cell in np.flatnonzero(self._grid.loose & (sums != 0)).tolist():
            exact = Fraction(float(sums[cell]))
            self._tails[cell] = self._tails[cell] + exact if cell in self._tails else exact
        self._kept, self._kept_rows = [], 0


Counter = MergingCounter | NumericCounter


def counter_of(column: Column, scratch: Scratch) -> Counter:
    """Return the counter that fits a column."""
    return NumericCounter(column, scratch) if isinstance(column, NumericColumn) else MergingCounter(column)


def _merged(first: Column, second: Column) -> Column:
    if isinstance(first, NumericColumn) and isinstance(second, NumericColumn):
        return first.merge(second)
    assert isinstance(first, CategoryColumn)
    assert isinstance(second, CategoryColumn)
    return first.merge(second)
