"""Which cell of a column each row falls into, in the order of the rows."""

import numpy as np
import pyarrow as pa

from courtside.core.drift.columns import arrow
from courtside.core.drift.columns.buffers import filled
from courtside.core.drift.columns.column import CategoryColumn, Column, NumericColumn
from courtside.core.drift.columns.rounding import Integers

NO_CELL = -1
"""The cell of a row without a usable value."""


def cells(column: Column, array: arrow.Array | None, *, rows: int) -> Integers:
    """Return the cell of each row of one batch, `NO_CELL` where there is no usable value."""
    if array is None:
        return np.full(rows, NO_CELL)
    if isinstance(column, NumericColumn):
        return _number_cells(column, array)
    return _label_cells(column, array)


def _number_cells(column: NumericColumn, array: arrow.Array) -> Integers:
    if not arrow.is_numeric(array.type):
        return np.full(len(array), NO_CELL)
    values, _ = arrow.with_gaps(array, column.grid.origin)
    usable = np.isfinite(values)
    if usable.all():
        return column.grid.lookup(values)
    found = np.full(len(array), NO_CELL)
    found[usable] = column.grid.lookup(values[usable])
    return found


def _label_cells(column: CategoryColumn, array: arrow.Array) -> Integers:
    text = arrow.is_text(array.type)
    if text != column.text or not (text or arrow.is_numeric(array.type)):
        return np.full(len(array), NO_CELL)
    encoded = array if isinstance(array, pa.DictionaryArray) else array.dictionary_encode()
    write = str if text else arrow.number_label
    unusable = set() if text else {"nan", "inf", "-inf"}
    of_value = np.full(len(encoded.dictionary) + 1, NO_CELL)
    written = ((place, write(value)) for place, value in enumerate(encoded.dictionary.to_pylist()) if value is not None)
    label_of = {place: label for place, label in written if label not in unusable}
    if label_of:
        of_value[list(label_of)] = column.cells_of(list(label_of.values()))
    found: Integers = of_value[filled(encoded.indices, len(encoded.dictionary))]
    return found
