"""Ids of rows that may be stored as whole numbers in one file and as floats or decimals in another."""

from collections.abc import Sequence
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from courtside.contracts.errors import BadInput
from courtside.contracts.shortening import quoted
from courtside.core.drift.columns.arrow import type_name

_WHOLE_UP_TO: Final = {pa.float16(): 2**11, pa.float32(): 2**24, pa.float64(): 2**53}
"""The whole numbers up to here have a float each; beyond, several share one."""


class IdsRounded(BadInput):
    """Different ids may look the same, because some of them are stored in a type that rounds them."""

    def __init__(self, column: str, detail: str) -> None:
        self.column = column
        self.detail = detail
        super().__init__(
            f"the ids in column {quoted(column)} cannot be compared: {detail}. Write the column as whole numbers or as "
            "text in every file"
        )


def comparable(tables: Sequence[pa.Table], columns: Sequence[str]) -> list[pa.Table]:
    """Return tables whose ids, the columns of that name, are equal only if they were written as equal.

    Whole numbers become integers, however they are stored. Raises `IdsRounded` where rounding may have made two ids
    equal, or would when the tables are read together.
    """
    for name in columns:
        tables = [_with_integers(table, name) for table in tables]
        _refuse_rounding([table.column(name) for table in tables if name in table.column_names], name)
    return list(tables)


def _with_integers(table: pa.Table, name: str) -> pa.Table:
    place = table.schema.get_field_index(name)
    if place < 0:
        return table
    column: Any = table.column(place)
    if (exact := _WHOLE_UP_TO.get(column.type)) is not None:
        column = pc.if_else(pc.is_finite(column), column, pa.scalar(None, column.type))
        largest = pc.max(pc.abs(column)).as_py()
        if largest is not None and largest >= exact:
            raise IdsRounded(
                name,
                f"they are stored as {type_name(column.type)}, which holds whole numbers exactly only below "
                f"{exact:,}, and go up to {largest:,.0f}",
            )
    elif not (pa.types.is_decimal(column.type) or pa.types.is_uint64(column.type)):
        return table
    try:
        return table.set_column(place, name, column.cast(pa.int64()))
    except pa.ArrowInvalid:  # fractions, or numbers that no integer can hold
        return table


def _refuse_rounding(columns: Sequence[Any], name: str) -> None:
    """Refuse numbers that would be rounded if they were read together with the fractions of another table."""
    floating = next((each.type for each in columns if pa.types.is_floating(each.type)), None)
    if floating is None:
        return
    for column in columns:
        large = pa.types.is_integer(column.type) and _largest(column) > _WHOLE_UP_TO[pa.float64()]
        if large or pa.types.is_decimal(column.type):
            raise IdsRounded(
                name,
                f"some are stored as {type_name(column.type)}, which would be rounded to be read together with the "
                f"{type_name(floating)} of others",
            )


def _largest(column: Any) -> int:
    ends: Any = pc.min_max(column).as_py()
    return max((abs(each) for each in ends.values() if each is not None), default=0)
