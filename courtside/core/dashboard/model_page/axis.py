"""The axis of time that everything on the page shares."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from courtside.core.pages.markup import Markup, element
from courtside.core.pages.wording import short_day, short_month

SHORT = 62
"""With at most so many days, weeks are marked; else months, up to `LONG` days."""
LONG = 800
LETTER = 3
"""Percent of the axis that a letter takes on the narrowest phone."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A marked day; one that is `minor` has no label where there is little room."""

    day: date
    label: str
    minor: bool


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """The days from `start` to `end` (not included); a place on it is the number of days since the start."""

    start: date
    end: date

    @property
    def days(self) -> int:
        """How many days there are, at least one."""
        return max(1, (self.end - self.start).days)

    def place(self, moment: date | datetime) -> float:
        """Return the place of a day's beginning or of a moment, moved to the nearer end where it is beyond one."""
        day = moment.date() if isinstance(moment, datetime) else moment
        part = (moment.hour * 60 + moment.minute) / 1440 if isinstance(moment, datetime) else 0.0
        return min(float(self.days), max(0.0, (day - self.start).days + part))

    def percent(self, moment: date | datetime) -> float:
        """Return the place in percent of the axis."""
        return 100 * self.place(moment) / self.days

    def columns(self, start: date | datetime, end: date | datetime) -> str:
        """Return the style that puts an element into the columns of these days, at least into one."""
        first, last = int(self.place(start)), int(self.place(end))
        first = min(first, self.days - 1)
        return f"grid-column:{first + 1}/{max(first + 1, last) + 1}"

    def ticks(self) -> Iterator[Tick]:
        """Yield the beginnings of weeks, months or years, whichever suits the length."""
        every = 365 if self.days > LONG else 31 if self.days > SHORT else 7
        for number in range(self.days):
            day = self.start + timedelta(days=number)
            if every == 7 and day.weekday() == 0:
                yield Tick(day, short_day(day), minor=day.isocalendar().week % 2 == 1)
            elif every == 31 and day.day == 1:
                yield Tick(day, short_month(day), minor=day.month not in {1, 4, 7, 10})
            elif every == 365 and (day.month, day.day) == (1, 1):
                yield Tick(day, str(day.year), minor=day.year % 2 == 1 and self.days > 6 * 365)


def axis_labels(axis: TimeAxis) -> Markup:
    """Return the marked days as a line of text; what the charts say of days is also in words, so readers skip it."""
    spans = [
        element("span", tick.label, class_=_importance(axis, tick), style=f"left:{axis.percent(tick.day):.2f}%")
        for tick in axis.ticks()
    ]
    return element("div", element("div", *spans, class_="plot"), class_="panel axis-labels", aria_hidden="true")


def _importance(axis: TimeAxis, tick: Tick) -> str | None:
    """Return the class of labels that phones leave out: the minor ones, and one that would stick out at the end."""
    sticks_out = axis.percent(tick.day) + LETTER * len(tick.label) > 103
    return "minor" if tick.minor or sticks_out else None
