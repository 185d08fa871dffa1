"""A target's column, whatever its task: which rows have a label, and how its values are told to people."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from courtside.core.drift.columns import arrow

MOST_SHOWN = 5
MOST_LETTERS = 40

Value = str | bool | int | float | None
"""One value of a target, as records keep it."""


class Target(Protocol):
    """How a target's values are coded, so that models can learn them."""

    @property
    def target(self) -> str:
        """The column."""
        ...

    @property
    def classes(self) -> tuple[Value, ...]:
        """The values that the codes 0, 1, … stand for; none where the target is a number."""
        ...

    @property
    def positive(self) -> str | None:
        """The value of class 1 as text, where the models predict its probability alone."""
        ...

    def coded(self, table: pa.Table, /) -> pa.Table:
        """Return the table with the target as its task codes it, null where a row has no label yet."""
        ...


def labelled(table: pa.Table, target: str) -> pa.Table:
    """Return the rows that have a label."""
    column = plain_column(table, target)
    return table.filter(column.is_valid()) if column.null_count else table


def is_labelled(table: pa.Table, target: str) -> Any:
    """Return which rows have a label, none of them in a table that lacks the target, shape (n,)."""
    if target not in table.column_names:
        return pa.array(np.zeros(table.num_rows, bool))
    return plain_column(table, target).is_valid()


def plain_column(table: pa.Table, target: str) -> Any:
    """Return the target without dictionary, and null wherever a row has no label."""
    column: Any = table.column(target)
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_string_view(column.type):
        column = column.cast(pa.large_string())
    if pa.types.is_floating(column.type):
        return pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
    return column


def is_text_or_number(kind: pa.DataType) -> bool:
    """Tell whether values of this type can be classes."""
    return arrow.is_text(kind) or arrow.is_numeric(kind) or pa.types.is_null(kind)


def sample(values: Sequence[Any]) -> str:
    """List the first of some values for a message, each shortened."""
    return ", ".join(written(value)[:MOST_LETTERS] for value in values[:MOST_SHOWN]) + ", …" * (
        len(values) > MOST_SHOWN
    )


def kept(value: Any) -> Value:
    """Return a value as records keep it: one that is neither text, number nor truth value is written as text."""
    plain = (str, bool, int, float, type(None))
    return value if isinstance(value, plain) else written(value)


def written(level: Any) -> str:
    """Write a value as people do: truth values in lower case, whole numbers without a point."""
    if isinstance(level, str):
        return level
    return str(level).lower() if isinstance(level, bool) else arrow.number_label(level)
