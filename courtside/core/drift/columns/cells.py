"""The cell of each row of a batch in every column, and the entities to which the rows belong."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.core.drift.columns import arrow
from courtside.core.drift.columns.buffers import filled
from courtside.core.drift.columns.column import CategoryColumn, Column, NumericColumn
from courtside.core.drift.columns.hashing import Hashes, value_hashes
from courtside.core.drift.columns.rounding import Integers

Cells = NDArray[np.int16] | NDArray[np.int32]

NO_CELL = -1
"""The cell of a row without a usable value."""


class BatchCells:
    """The rows of one batch as columns, entities and pairs count them; what these share is computed once and kept."""

    def __init__(self, batch: pa.RecordBatch) -> None:
        self.batch = batch
        self._arrays: dict[str, arrow.Array | None] = {}
        self._cells: dict[str, Cells] = {}
        self._hashes: dict[str, Hashes | None] = {}

    def array(self, name: str) -> arrow.Array | None:
        """Return the values of a column, with texts as a dictionary, or None if the batch lacks it."""
        if name not in self._arrays:
            found = arrow.column(self.batch, name)
            plain_text = found is not None and arrow.is_text(found.type) and not isinstance(found, pa.DictionaryArray)
            self._arrays[name] = found.dictionary_encode() if found is not None and plain_text else found
        return self._arrays[name]

    def of(self, column: Column) -> Cells:
        """Return the cell of each row, or `NO_CELL` for a row without a usable value."""
        if column.name not in self._cells:
            self._cells[column.name] = cells(column, self.array(column.name), rows=self.batch.num_rows)
        return self._cells[column.name]

    def hashes(self, name: str) -> Hashes | None:
        """Return a hash of each row's value, or None if the column is absent or has no plain values."""
        if name not in self._hashes:
            array = self.array(name)
            self._hashes[name] = None if array is None else value_hashes(array)
        return self._hashes[name]


def cells(column: Column, array: arrow.Array | None, *, rows: int) -> Cells:
    """Return the cell of each row of one batch, or `NO_CELL` for a row without a usable value."""
    narrow: Any = np.int16 if column.cells.size <= np.iinfo(np.int16).max else np.int32  # all columns' cells are kept
    found: Cells = np.full(rows, NO_CELL, narrow)
    if array is not None and isinstance(column, NumericColumn):
        _put_number_cells(found, column, array)
    elif array is not None and isinstance(column, CategoryColumn):
        _put_label_cells(found, column, array)
    return found


def _put_number_cells(found: Cells, column: NumericColumn, array: arrow.Array) -> None:
    if not arrow.is_numeric(array.type):
        return
    values, _ = arrow.with_gaps(array, column.grid.origin)
    usable = np.isfinite(values)
    found[usable] = column.grid.lookup(values if usable.all() else values[usable])


def _put_label_cells(found: Cells, column: CategoryColumn, array: arrow.Array) -> None:
    text = arrow.is_text(array.type)
    if text != column.text or not (text or arrow.is_numeric(array.type)):
        return
    of_row, values = _encoded(array)
    write = str if text else arrow.number_label
    unusable = set() if text else {"nan", "inf", "-inf"}
    of_value = np.full(len(values) + 1, NO_CELL, found.dtype)
    written = ((place, write(value)) for place, value in enumerate(values) if value is not None)
    label_of = {place: label for place, label in written if label not in unusable}
    if label_of:
        of_value[list(label_of)] = column.cells_of(list(label_of.values()))
    of_value.take(of_row, out=found, mode="wrap")


def _encoded(array: arrow.Array) -> tuple[Integers, Sequence[Any]]:
    """Return which of the values each row has, and these values; a null's position is beyond them."""
    small = arrow.small_whole_numbers(array)
    if small is not None:
        return small, range(int(small.max()) + 1)
    encoded = array if isinstance(array, pa.DictionaryArray) else array.dictionary_encode()
    return filled(encoded.indices, len(encoded.dictionary)), encoded.dictionary.to_pylist()
