"""Parts of the year in which rows are expected."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from courtside.contracts.errors import BadInput

PART_OF_YEAR = r"^[0-9]{2}-[0-9]{2} to [0-9]{2}-[0-9]{2}$"
LEAP_YEAR = 2020
ONE_DAY = timedelta(days=1)


class NotPartOfAYear(BadInput):
    """A part of the year was not written as its first and its last day."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(
            f"{text!r} is not a part of the year: write its first and its last day as MM-DD, like 10-15 to 06-20"
        )


@dataclass(frozen=True, slots=True)
class PartOfYear:
    """The days from `first` to `last`, each a month and a day; both belong to it.

    A part whose last day comes before its first goes over the turn of the year.

    >>> season = PartOfYear.parse("10-15 to 06-20")
    >>> [day in season for day in (date(2026, 12, 31), date(2027, 6, 20), date(2027, 7, 1))]
    [True, True, False]
    """

    first: tuple[int, int]
    last: tuple[int, int]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``MM-DD to MM-DD``; raises `NotPartOfAYear`."""
        try:
            if re.fullmatch(PART_OF_YEAR, text) is None:
                raise NotPartOfAYear(text)
            first, last = (date.fromisoformat(f"{LEAP_YEAR}-{day}") for day in text.split(" to "))
        except ValueError as error:
            raise NotPartOfAYear(text) from error
        return cls((first.month, first.day), (last.month, last.day))

    def __contains__(self, day: date) -> bool:
        """Return whether a day belongs to this part of its year."""
        at = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= at <= self.last
        return at >= self.first or at <= self.last


def awaited(newest: date, *, today: date, season: Sequence[PartOfYear]) -> timedelta:
    """Return for how long newer rows than those of `newest` have been expected, up to `today`.

    Only the stretch of the season counts in which `today` lies: the rows of a season that begins may be as late as any,
    however long the break before it was. Outside the season rows are not expected at all.
    """
    day = today
    while day > newest and any(day in part for part in season):
        day -= ONE_DAY
    return today - day
