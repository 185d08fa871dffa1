"""Days are positions in a year that begins where the data pauses, so that a season is one cycle."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from courtside.core.drift.columns.rounding import Integers

DAYS_OF_YEAR = 366
"""The days of a leap year; day 59 is 29 February in every year."""
MONTHS = 12
SEASON_PAUSE = 7
"""A yearly pause of at least this many days separates seasons; weekends and holidays are shorter."""
_MONTH_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
MONTH_STARTS = np.cumsum((0, *_MONTH_DAYS[:-1]))
LEAP_DAY = 59
MONTH_OF_DAY = np.repeat(np.arange(MONTHS), _MONTH_DAYS)


def years_and_days(days: Integers) -> tuple[Integers, Integers]:
    """Return the year of each day and its day of the year, counted from 0; `days` are counted from 1970."""
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    month = months.astype(np.int64)
    day_of_year = MONTH_STARTS[month % MONTHS] + (dates - months).astype(np.int64)
    return month // MONTHS + 1970, day_of_year


def covered(start: date, end: date) -> Integers:
    """Return the days of the year from a first to a last day; 29 February is included if the days around it are."""
    first, last = (np.datetime64(day, "D").astype(np.int64) for day in (start, end))
    if last - first >= DAYS_OF_YEAR - 1:
        return np.arange(DAYS_OF_YEAR)
    return _with_leap_day(np.unique(years_and_days(np.arange(first, last + 1))[1]))


@dataclass(frozen=True, eq=False)
class Cycles:
    """The cycle of each day, numbered from 0 among the cycles with rows, and its position in the cycle, 0 to 365."""

    cycle: Integers
    place: Integers
    cut: int
    pause: int

    @classmethod
    def of(cls, days: Integers) -> "Cycles":
        """Cut years after the longest pause that they share, or at New Year if they share none."""
        year, day_of_year = years_and_days(days)
        cut, pause = _after_pause(np.unique(day_of_year))
        year = year + (day_of_year >= cut) if cut else year
        return cls(np.unique(year, return_inverse=True)[1], (day_of_year - cut) % DAYS_OF_YEAR, cut, pause)

    @property
    def seasons(self) -> bool:
        """Tell whether the data pauses every year for long enough to separate seasons."""
        return self.pause >= SEASON_PAUSE

    @property
    def count(self) -> int:
        """Return the number of cycles that have rows."""
        return int(self.cycle.max()) + 1 if self.cycle.size else 0

    @cached_property
    def month_of_place(self) -> Integers:
        """Return the month, 0 to 11, of each position in the cycle."""
        return np.roll(MONTH_OF_DAY, -self.cut)

    @cached_property
    def free(self) -> float:
        """Return the degrees of freedom of the cycles' levels if each is compared with the levels of its neighbours."""
        held = np.eye(self.count)
        for cycle in range(self.count):
            others = self.neighbours(cycle)
            held[cycle, others] = -1 / len(others)
        squared = held.T @ held
        return float(np.trace(squared) ** 2 / (squared * squared).sum())

    def neighbours(self, cycle: int) -> Sequence[int]:
        """Return the two nearest other cycles, so that a trend cancels and only the variation between years is left."""
        others = sorted((abs(other - cycle), other) for other in range(self.count) if other != cycle)
        return [other for _, other in others[:2]]


def _after_pause(used: Integers) -> tuple[int, int]:
    """Return the first day after the longest pause, and its length; both are 0 if every day of the year has rows."""
    if not used.size:
        return 0, 0
    used = _with_leap_day(used)
    steps = np.diff(used, append=used[0] + DAYS_OF_YEAR)
    longest = int(steps.argmax())
    pause = int(steps[longest]) - 1
    return (int(used[longest] + steps[longest]) % DAYS_OF_YEAR, pause) if pause else (0, 0)


def _with_leap_day(used: Integers) -> Integers:
    """Treat 29 February like the days around it, because years without that day do not pause there."""
    around = np.isin((LEAP_DAY - 1, LEAP_DAY + 1), used).all()
    return np.union1d(used, [LEAP_DAY]) if around else used
