"""The windows that performance is stated for: whole days on a grid that never moves.

The grid begins on a Monday (1 January of the year 1), so that windows of seven days are weeks, and a day lies in the
same window whenever and from wherever one looks.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from courtside.contracts.events import Window

_DAY = timedelta(days=1)
_FIRST = date.min.toordinal()
_EPOCH = date(1970, 1, 1).toordinal()


def window_of(day: date, length: timedelta) -> Window:
    """Return the window of `length` (whole days) that a day lies in.

    >>> window_of(date(2026, 11, 29), timedelta(days=7))
    Window(start=datetime.date(2026, 11, 23), end=datetime.date(2026, 11, 30))
    """
    start = day - (day.toordinal() - _FIRST) % (length // _DAY) * _DAY
    return Window(start=start, end=start + length)


def windows_between(first: date, last: date, length: timedelta) -> Iterator[Window]:
    """Return the windows from that of the day `first` to that of the day `last`, in order."""
    window = window_of(first, length)
    while window.start <= last:
        yield window
        window = window_of(window.end, length)


def starts_of(days: NDArray[np.datetime64], length: timedelta) -> NDArray[np.datetime64]:
    """Return the first day of each day's window; both are ``datetime64[D]`` of shape (n,)."""
    ordinals = days.astype(np.int64) + (_EPOCH - _FIRST)
    return np.asarray((days - ordinals % (length // _DAY)).astype("datetime64[D]"))
