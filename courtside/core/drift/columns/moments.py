"""Calendar days of times as integers, since neither pandas nor datetime can hold every time that a file may have."""

from datetime import date
from typing import Any

import pyarrow as pa

from courtside.core.drift.columns import arrow
from courtside.core.drift.errors import FIRST_YEAR, LAST_YEAR, NotATimeColumn, TimeOutOfRange

EPOCH = date(1970, 1, 1).toordinal()
FIRST_DAY, LAST_DAY = date(FIRST_YEAR, 1, 1).toordinal() - EPOCH, date(LAST_YEAR, 12, 31).toordinal() - EPOCH
SECONDS_PER_DAY = 86_400
PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


def is_time(kind: pa.DataType) -> bool:
    """Tell whether a type says when something happened: a timestamp or a date."""
    return pa.types.is_timestamp(kind) or pa.types.is_date(kind)


def period(array: "pa.Array[Any] | pa.ChunkedArray[Any] | None", name: str) -> tuple[date, date] | None:
    """Return the first and last day of a time column in its own time zone, or None without values.

    Raises `NotATimeColumn` and `TimeOutOfRange`.
    """
    if array is None or array.null_count == len(array):
        return None
    if not is_time(array.type):
        raise NotATimeColumn(name, found=arrow.type_name(array.type))
    import pyarrow.compute as pc

    extremes: Any = pc.min_max(array)
    return _day(extremes["min"], name), _day(extremes["max"], name)


def day_of(count: int, per_day: int) -> date | None:
    """Return the day of a moment that counts `per_day` units a day since 1970, or None outside of the usable years."""
    days = count // per_day
    return date.fromordinal(days + EPOCH) if FIRST_DAY <= days <= LAST_DAY else None


def _day(moment: Any, name: str) -> date:
    kind = moment.type
    per_day = units_per_day(kind)
    found = day_of(moment.value, per_day)
    if found is not None and pa.types.is_timestamp(kind) and kind.tz is not None:
        import pyarrow.compute as pc

        found = day_of(pc.local_timestamp(moment).value, per_day)
    if found is None:
        raise TimeOutOfRange(name, _written(moment.value, per_day))
    return found


def units_per_day(kind: Any) -> int:
    """Return how many units of a time type a day has."""
    if pa.types.is_date32(kind):
        return 1
    return SECONDS_PER_DAY * PER_SECOND["ms" if pa.types.is_date64(kind) else kind.unit]


def _written(count: int, per_day: int) -> str:
    """Write a moment that `datetime` may not hold: its day if there is one, else the approximate year."""
    days = count // per_day
    if 1 <= days + EPOCH <= date.max.toordinal():
        return date.fromordinal(days + EPOCH).isoformat()
    return f"of about the year {1970 + round(days / 365.2425)}"
