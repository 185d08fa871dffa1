"""When a schedule was due last, read from its expression.

Source: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_MONTH_NAMES = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}
# The scheduler counts days of the week from Sunday, 1 to 7.
_WEEKDAYS = {name: number for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), 1)}
_LOOK_BACK_DAYS = 400


class ScheduleUnreadable(ValueError):
    """An expression that is not understood: L, W and # are not."""


@dataclass(frozen=True, slots=True)
class _Cron:
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    years: frozenset[int]

    def includes(self, day: datetime) -> bool:
        weekday = day.isoweekday() % 7 + 1
        return day.day in self.days and day.month in self.months and weekday in self.weekdays and day.year in self.years


def last_due(expression: str, zone: tzinfo, *, now: datetime) -> datetime | None:
    """Return when a schedule was due last at `now` (aware), None if not within the last 400 days.

    A rate has no fixed hours, so it was due one period ago. Raises `ScheduleUnreadable`.

    >>> from datetime import UTC
    >>> last_due("cron(0 12 * * ? *)", UTC, now=datetime(2026, 3, 1, 7, tzinfo=UTC))
    datetime.datetime(2026, 2, 28, 12, 0, tzinfo=datetime.timezone.utc)
    """
    if rate := _RATE.fullmatch(expression):
        return now - timedelta(**{f"{rate[2]}s": int(rate[1])})
    cron, local = _parsed(expression), now.astimezone(zone)
    return next((due for due in _dues(cron, local) if due <= local), None)


def _dues(cron: _Cron, local: datetime) -> Iterator[datetime]:
    """Yield the times it was due, newest first."""
    for back in range(_LOOK_BACK_DAYS):
        day = local - timedelta(days=back)
        if cron.includes(day):
            for hour in sorted(cron.hours, reverse=True):
                for minute in sorted(cron.minutes, reverse=True):
                    yield day.replace(hour=hour, minute=minute, second=0, microsecond=0)


def _parsed(expression: str) -> _Cron:
    fields = expression.removeprefix("cron(").removesuffix(")").split()
    if not expression.startswith("cron(") or len(fields) != 6:
        raise ScheduleUnreadable(expression)
    minutes, hours, days, months, weekdays, years = fields
    return _Cron(
        _values(minutes, 0, 59),
        _values(hours, 0, 23),
        _values(days, 1, 31),
        _values(months, 1, 12, _MONTHS),
        _values(weekdays, 1, 7, _WEEKDAYS),
        _values(years, 1970, 2199),
    )


def _values(field: str, low: int, high: int, names: dict[str, int] | None = None) -> frozenset[int]:
    known = names or {}

    def number(word: str) -> int:
        try:
            value = known[word] if word in known else int(word)
        except ValueError as error:
            raise ScheduleUnreadable(field) from error
        if not low <= value <= high:
            raise ScheduleUnreadable(field)
        return value

    found: set[int] = set()
    for part in field.upper().split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        start = low if span in {"*", "?"} else number(first)
        end = number(last) if last else high if step or span in {"*", "?"} else start
        found |= set(range(start, end + 1, int(step) if step.isdecimal() and step != "0" else 1))
    return frozenset(found)
