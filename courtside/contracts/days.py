"""Days as people write them."""

from datetime import date, timedelta

from courtside.contracts.errors import BadInput


class NotADay(BadInput):
    """A date was not written as YYYY-MM-DD."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"{text!r} is not a day: write it as YYYY-MM-DD, for example 2010-07-01")


class DayToCome(BadInput):
    """What is known on a day that has not come yet was asked for, or given."""

    def __init__(self, day: date, today: date) -> None:
        self.day = day
        self.today = today
        super().__init__(
            f"today is {today} in UTC, so nothing can have become known on {day}; name a day up to today with --as-of, "
            "or leave it out"
        )


def parse_day(text: str) -> date:
    """Read YYYY-MM-DD; raises `NotADay`."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise NotADay(text) from error


def shifted(day: date, by: timedelta) -> date:
    """Return a day so much later, or earlier; at the ends of the calendar the last day, or the first.

    >>> shifted(date(2026, 11, 29), timedelta(days=7)), shifted(date.max, timedelta(days=1)) == date.max
    (datetime.date(2026, 12, 6), True)
    """
    try:
        return day + by
    except OverflowError:
        return date.max if by > timedelta() else date.min


def parse_as_of(text: str | None, *, today: date) -> date:
    """Read a day that has come, or return today if none is given; raises `NotADay` and `DayToCome`."""
    day = parse_day(text) if text else today
    if day > today:
        raise DayToCome(day, today)
    return day
