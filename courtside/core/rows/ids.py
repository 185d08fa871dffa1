"""Row ids as text: the same row has the same id, whatever format and type its file gave the columns."""

from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from courtside.contracts.errors import BadInput
from courtside.core.dataset import Dataset
from courtside.core.rows.exact_ids import comparable
from courtside.core.rows.overlap import identity

BETWEEN = "|"
"""Stands between the parts of an id that has several columns; within a part it is written with a backslash before."""


class NoIds(BadInput):
    """The rows of a contract have nothing that tells them apart, so nothing can be kept of one."""

    def __init__(self, dataset: str) -> None:
        self.dataset = dataset
        super().__init__(
            f"the contract of {dataset} names no `id_columns`, so a prediction could not be found again when its "
            "label comes; name the columns that tell its rows apart, like `id_columns: [customer_id]`"
        )


def id_columns_of(dataset: Dataset) -> list[str]:
    """Return the columns that a row's id is made of, none where the contract names no ids.

    A table's are its ids and its time, because a customer who is billed every month is a row of each month. A game
    keeps its id when it is played on another day.
    """
    return identity(dataset) if dataset.builder is None else list(dataset.id_columns)


def ids_of(table: pa.Table, dataset: Dataset) -> Any:
    """Return the ids of a dataset's rows as text, null where a part of one is missing; raises `NoIds`."""
    return row_ids(table, id_columns_of(dataset), dataset=dataset.name)


def row_ids(table: pa.Table, columns: Sequence[str], *, dataset: str) -> Any:
    """Return the ids of a table's rows as text, null where a part of one is missing.

    Raises `NoIds`, and `IdsRounded` where different ids may have become the same text.
    """
    if not columns:
        raise NoIds(dataset)
    (exact,) = comparable([table.select(columns)], columns)
    parts: list[Any] = [canonical_text(exact.column(name)) for name in columns]
    if len(parts) == 1:
        return parts[0]
    escaped = [
        pc.replace_substring(pc.replace_substring(each, "\\", "\\\\"), BETWEEN, f"\\{BETWEEN}") for each in parts
    ]
    return pc.binary_join_element_wise(*escaped, BETWEEN)


def canonical_text(column: Any) -> Any:
    """Return the values of a column as text, null where they are missing (null, or not a number).

    Whole numbers of any type are written as such (17 and 17.0 are ``17``), truth values as ``0`` and ``1``, days as
    ``2026-11-29``, moments in UTC as ``2026-11-29T08:00:00.000000Z``, with nine digits where six do not say all.
    A moment at midnight is written as its day, because parquet files hold days as such moments and CSV files hold the
    same days as days.
    """
    array: Any = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    written = next((write for holds, write in _WRITTEN if holds(array.type)), _plain)
    return written(array)


def _plain(array: Any) -> Any:
    return array.cast(pa.string())


def _truth(array: Any) -> Any:
    return _plain(array.cast(pa.uint8()))


def _moments(array: Any) -> Any:
    moments = array.cast(pa.timestamp("us", tz=array.type.tz), safe=False).cast(pa.timestamp("us", tz="UTC"))
    days: Any = moments.cast(pa.timestamp("us")).cast(pa.date32(), safe=False)
    at_midnight: Any = pc.equal(days.cast(pa.timestamp("us")), moments.cast(pa.timestamp("us")))
    written: Any = pc.if_else(at_midnight, _days(days), pc.strftime(moments, _MOMENT))
    if array.type.unit != "ns":
        return written
    exact = array.cast(pa.timestamp("ns", tz="UTC"))
    return pc.if_else(pc.equal(moments.cast(exact.type), exact), written, pc.strftime(exact, _MOMENT))


_MOMENT = "%Y-%m-%dT%H:%M:%SZ"
"""With as many digits of a second as the type has."""


def _days(array: Any) -> Any:
    return pc.strftime(array, "%Y-%m-%d")


def _decimals(array: Any) -> Any:
    text: Any = _plain(array)
    return pc.utf8_rtrim(pc.utf8_rtrim(text, characters="0"), characters=".") if array.type.scale > 0 else text


def _floats(array: Any) -> Any:
    known: Any = array.cast(pa.float64())
    known = pc.if_else(pc.is_finite(known), known, pa.scalar(None, pa.float64()))
    rounded: Any = pc.floor(known)
    small: Any = pc.less(pc.abs(known), pa.scalar(2.0**63))
    whole: Any = pc.and_(pc.equal(rounded, known), small)
    numbers: Any = pc.if_else(whole, known, pa.scalar(None, pa.float64()))
    return pc.if_else(whole, _plain(numbers.cast(pa.int64())), _plain(known))


_WRITTEN: tuple[tuple[Callable[[pa.DataType], bool], Callable[[Any], Any]], ...] = (
    (pa.types.is_boolean, _truth),
    (pa.types.is_timestamp, _moments),
    (pa.types.is_date, _days),
    (pa.types.is_decimal, _decimals),
    (pa.types.is_floating, _floats),
)
