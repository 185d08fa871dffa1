"""Lengths of time as contracts write them: a whole number of hours, days or weeks."""

import re
from datetime import timedelta

from courtside.contracts.errors import BadInput

DURATION = r"^(0|[1-9][0-9]{0,3})[hdw]$"
_UNITS = {"w": timedelta(weeks=1), "d": timedelta(days=1), "h": timedelta(hours=1)}


class NotADuration(BadInput):
    """A length of time was not written as a number with its unit."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"{text!r} is not a length of time: write a whole number and h, d or w, like 12h, 7d or 2w")


def parse_duration(text: str) -> timedelta:
    """Read hours, days or weeks; raises `NotADuration`.

    >>> parse_duration("12h"), parse_duration("2w")
    (datetime.timedelta(seconds=43200), datetime.timedelta(days=14))
    """
    if re.fullmatch(DURATION, text) is None:
        raise NotADuration(text)
    return int(text[:-1]) * _UNITS[text[-1]]


def written(length: timedelta) -> str:
    """Return a length of whole hours as a contract may write it, in days where they fit.

    >>> written(timedelta(days=90)), written(timedelta(hours=36))
    ('90d', '36h')
    """
    unit = "h" if length % _UNITS["d"] else "d"
    return f"{length // _UNITS[unit]}{unit}"
