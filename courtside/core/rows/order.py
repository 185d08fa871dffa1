"""The one order of a dataset's rows, whatever order they were given in."""

from typing import Literal

import pyarrow as pa

from courtside.core.dataset import Dataset

SortKeys = list[tuple[str, Literal["ascending", "descending"]]]


def row_order(table: pa.Table, dataset: Dataset) -> SortKeys:
    """Return what to sort rows by: time if they have one, then ids, or every column of a contract without ids.

    Rows that are still equal after that are equal in everything that a model sees, so no model depends on the order of
    the rows in a file.
    """
    names = dict.fromkeys((dataset.time_column, *(dataset.id_columns or dataset.columns)))
    sortable = [name for name in names if name is not None and _sortable(table, name)]
    return [(name, "ascending") for name in sortable]


def _sortable(table: pa.Table, name: str) -> bool:
    return name in table.column_names and not pa.types.is_null(table.schema.field(name).type)
