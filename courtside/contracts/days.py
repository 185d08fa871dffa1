"""Days as people write them."""

from datetime import date, timedelta

from courtside.contracts.errors import BadInput


class NotADay(BadInput):
    """A date was not written as YYYY-MM-DD."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"{text!r} is not a day: write it as YYYY-MM-DD, for example 2010-07-01")


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
