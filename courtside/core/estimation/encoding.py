"""Features as trees take them: a matrix of numbers, categories as codes of the levels that the reference has."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from courtside.core.estimation.estimator import Numbers, RowsUnfit

MOST_LEVELS = 100
"""The most frequent levels are told apart; all others, and those that the reference does not have, count as one."""


@dataclass(frozen=True, slots=True)
class Encoder:
    """How the columns of a reference are encoded; `levels` are those of each category by name, None for numbers."""

    levels: dict[str, Any]

    @classmethod
    def of(cls, reference: pa.Table) -> "Encoder":
        """Learn the columns' kinds and levels; whatever is no number, such as text or a date, is a category."""
        columns = zip(reference.column_names, reference.columns, strict=True)
        return cls({name: None if _is_number(column.type) else _levels(column) for name, column in columns})

    @property
    def categories(self) -> list[int]:
        """The numbers of the matrix's columns that hold codes."""
        return [place for place, levels in enumerate(self.levels.values()) if levels is not None]

    def matrix(self, table: pa.Table) -> Numbers:
        """Return the columns as a matrix, shape (rows, columns), what is missing as NaN; raises `RowsUnfit`."""
        made = np.empty((table.num_rows, len(self.levels)))
        for place, (name, levels) in enumerate(self.levels.items()):
            if name not in table.column_names:
                raise RowsUnfit(f"there is no column {name}, which the labelled rows have")
            column = table.column(name)
            if levels is None and not _is_number(column.type):
                raise RowsUnfit(f"{name} holds {column.type}, but a number in the labelled rows")
            made[:, place] = _numbers(column) if levels is None else _codes(column, levels)
        return made


def _is_number(kind: pa.DataType) -> bool:
    types = pa.types
    return bool(types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind) or types.is_boolean(kind))


def _numbers(column: Any) -> Numbers:
    return np.asarray(column.cast(pa.float64()).to_numpy(), dtype=np.float64)


def _levels(column: Any) -> Any:
    counts = column.cast(pa.string()).drop_null().value_counts()
    order = pc.sort_indices(counts, sort_keys=[("counts", "descending"), ("values", "ascending")])
    return counts.field("values").take(order[:MOST_LEVELS])


def _codes(column: Any, levels: Any) -> Numbers:
    texts = column.cast(pa.string())
    codes = pc.fill_null(pc.index_in(texts, value_set=levels), MOST_LEVELS).to_numpy()
    return np.where(texts.is_valid().to_numpy(), codes.astype(np.float64), np.nan)
