"""Rows are selected by day from a time column of any type and time zone."""

from datetime import date
from typing import Any

import pyarrow as pa

from courtside.core.drift.columns import arrow, moments
from courtside.core.drift.columns.buffers import constant
from courtside.core.drift.reading.days import Days

EPOCH = date(1970, 1, 1)
# 64-bit nanoseconds reach no further than this.
_FIRST_IN_NS, _LAST_IN_NS = date(1677, 9, 22), date(2262, 4, 11)


def rows_within(batch: pa.RecordBatch, days: Days, *, time_column: str | None) -> pa.RecordBatch:
    """Keep the rows of the selected days; rows without a time belong to none. Raises what `moments.period` raises."""
    if days.unlimited:
        return batch
    assert time_column is not None
    column = arrow.column(batch, time_column)
    found = moments.period(column, time_column)
    if column is None or found is None:
        return batch.slice(0, 0)
    inside = (days.start is None or days.start <= found[0]) and (days.end is None or found[1] < days.end)
    if inside and not column.null_count:
        return batch
    return batch.filter(_mask(column, days))


def _mask(column: arrow.Array, days: Days) -> "pa.Array[Any]":
    import pyarrow.compute as pc

    mask = pc.is_valid(column)
    if days.start is not None:
        mask = pc.and_(mask, pc.greater_equal(column, _midnight(days.start, column.type)))
    if days.end is not None:
        mask = pc.and_(mask, pc.less(column, _midnight(days.end, column.type)))
    return mask


def _midnight(day: date, kind: Any) -> "pa.Scalar[Any]":
    """Return the first moment of a day, which is after midnight if clocks are set forward at midnight."""
    if pa.types.is_date(kind):
        return constant((day - EPOCH).days, pa.date32(), 1).cast(kind)[0]
    if kind.unit == "ns":
        day = min(max(day, _FIRST_IN_NS), _LAST_IN_NS)
    moment: Any = constant((day - EPOCH).days, pa.date32(), 1).cast(pa.timestamp(kind.unit))
    if kind.tz is not None:
        import pyarrow.compute as pc

        moment = pc.assume_timezone(moment, kind.tz, ambiguous="earliest", nonexistent="latest")
    found: pa.Scalar[Any] = moment[0]
    return found
