"""Hive partitions (``dt=2019-03-01/``) are values in a file's path, and may tell the days of its rows."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from urllib.parse import unquote

from courtside.core.drift.reading.days import ALL_DAYS, Days

DAY_KEYS = ("dt", "date", "day", "ds")
NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MONTH = re.compile(r"(\d{4})-(\d{2})")

Partitions = Mapping[str, str | None]


def partitions_of(relative_path: str) -> dict[str, str | None]:
    """Return the ``key=value`` folders of a path, None for Hive's word for no value.

    >>> partitions_of("season=2019/dt=2019-03-01/part-0.parquet")
    {'season': '2019', 'dt': '2019-03-01'}
    """
    pairs = (folder.split("=", 1) for folder in relative_path.split("/")[:-1] if "=" in folder)
    return {key: None if value == NO_VALUE else unquote(value) for key, value in pairs}


def days_of(partitions: Partitions, *, time_column: str | None) -> Days:
    """Return the range of days that a file's rows can belong to, as far as its partitions tell.

    It understands ``dt``, ``date``, ``day``, ``ds`` and the time column's own name with a day (2019-03-01) or month
    (2019-03); ``year``, ``month`` and ``day`` as numbers; and ``season`` with a year, which may be the one it starts or
    ends in.
    """
    for key in (time_column, *DAY_KEYS):
        found = _day_or_month(partitions.get(key) or "") if key else None
        if found is not None:
            return found
    year = _number(partitions.get("year"))
    if year is not None:
        return _calendar(year, _number(partitions.get("month")), _number(partitions.get("day")))
    season = _number(partitions.get("season"))
    if season is not None and 1 < season < 9998:
        return Days(date(season - 1, 1, 1), date(season + 2, 1, 1))
    return ALL_DAYS


def all_whole_numbers(values: Sequence[str | None]) -> bool:
    """Tell whether all values of a partition key are integers, as query engines decide."""
    given = [value for value in values if value is not None]
    return bool(given) and all(re.fullmatch(r"-?\d{1,18}", value) for value in given)


def _day_or_month(text: str) -> Days | None:
    try:
        if _DAY.fullmatch(text):
            day = date.fromisoformat(text)
            return Days(day, day + timedelta(days=1))
        month = _MONTH.fullmatch(text)
        return _calendar(int(month[1]), int(month[2]), None) if month else None
    except (ValueError, OverflowError):
        return None


def _calendar(year: int, month: int | None, day: int | None) -> Days:
    try:
        if month is None:
            return Days(date(year, 1, 1), date(year + 1, 1, 1))
        if day is None:
            return Days(date(year, month, 1), date(year + month // 12, month % 12 + 1, 1))
        start = date(year, month, day)
        return Days(start, start + timedelta(days=1))
    except (ValueError, OverflowError):
        return ALL_DAYS


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and re.fullmatch(r"\d{1,4}", text) else None
