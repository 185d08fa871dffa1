"""The days that rows belong to, whatever type their time column has (dates, or timestamps with or without a zone)."""

from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from courtside.core.drift.columns import moments
from courtside.core.drift.reading.days import Days


def within(table: pa.Table, time_column: str | None, days: Days) -> pa.Table:
    """Return the rows of these days, in their own zone, all of a table without times.

    Rows whose time is missing belong to no day.
    """
    if time_column is None:
        return table
    day = _days(table, time_column)
    mask: Any = pc.is_valid(day)
    if days.start is not None:
        mask = pc.and_(mask, pc.greater_equal(day, pa.scalar(days.start, pa.date32())))
    if days.end is not None:
        mask = pc.and_(mask, pc.less(day, pa.scalar(days.end, pa.date32())))
    return table.filter(mask)


def period(table: pa.Table, time_column: str) -> tuple[date, date]:
    """Return the first and last day of a table that has rows with a time; raises `TimeOutOfRange`."""
    found = moments.period(table.column(time_column), time_column)
    assert found is not None
    return found


def days_of(table: pa.Table, time_column: str) -> set[date]:
    """Return the days that have rows."""
    return set(pc.unique(_days(table, time_column).drop_null()).to_pylist())


def _days(table: pa.Table, time_column: str) -> Any:
    # They are compared as days, because the ends of a range may lie outside what a timestamp in nanoseconds can hold.
    return table.column(time_column).cast(pa.date32(), safe=False)
