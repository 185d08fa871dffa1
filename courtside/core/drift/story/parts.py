"""A window is cut into sub-windows at calendar boundaries, and each is profiled on the reference's grid."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pyarrow as pa

from courtside.contracts.errors import BadInput
from courtside.core.drift.columns import arrow, moments
from courtside.core.drift.columns.buffers import filled, mask
from courtside.core.drift.errors import MissingColumns
from courtside.core.drift.profiles.profile import Profile, ProfileCounter

MOST_PARTS = 16
"""The most sub-windows of a window, so that they are few enough to read and large enough to be meaningful."""

Span = tuple[date, date]
_NOT_A_TIME = np.iinfo(np.int64).min


class PartsInvalid(BadInput):
    """Sub-windows do not fit the window that they are parts of."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(f"these sub-windows cannot be used: {problem}; cut the current window with `split`")


@dataclass(frozen=True, slots=True)
class Part:
    """The profile of the rows of one sub-window [start, end)."""

    start: date
    end: date
    profile: Profile


def sub_windows(first: date, last: date, *, most: int = MOST_PARTS) -> tuple[Span, ...]:
    """Cut the days from `first` to `last` (both included) into days, weeks, months, quarters or years.

    The finest of these that gives at most `most` pieces. Weeks begin on Monday; the first and last piece are cut at the
    window's ends, and join their neighbour if that leaves less than half of it. Pieces are half-open, [start, end).
    Raises `PartsInvalid` if the last day is before the first.

    >>> [start.isoformat() for start, _ in sub_windows(date(2018, 10, 16), date(2018, 11, 14))]
    ['2018-10-16', '2018-10-22', '2018-10-29', '2018-11-05']
    """
    if last < first:
        raise PartsInvalid(f"the last day {last} is before the first {first}")
    for begin in (_day, _week, _month, _quarter):
        if (spans := _cut(first, last, begin, most)) is not None:
            return _whole(spans)
    spans = _cut(first, last, _year, last.year - first.year + 1)
    assert spans is not None
    return _whole(spans)


def split(reference: Profile, batches: arrow.Batches, *, windows: Sequence[Span]) -> tuple[Part, ...]:
    """Profile each window's rows on the reference's grid, in one pass; rows outside all windows are left out.

    Raises `PartsInvalid` for overlapping windows or a reference without time column, `MissingColumns` without its
    column, `WrongType` if that holds no dates.
    """
    name = reference.time_column
    if name is None:
        raise PartsInvalid("the reference has no time column")
    require_ordered(windows)
    counters = [ProfileCounter(reference) for _ in windows]
    for batch in arrow.record_batches(batches):
        places = _places(batch, name, windows)
        for place in np.flatnonzero(np.bincount(places + 1)[1:]).tolist():
            inside = places == place
            counters[place].add(batch if inside.all() else batch.filter(mask(inside)))
    return tuple(Part(*window, counter.profile()) for window, counter in zip(windows, counters, strict=True))


def require_ordered(windows: Sequence[Span]) -> None:
    """Raise `PartsInvalid` unless the windows follow each other without overlap."""
    for start, end in windows:
        if end <= start:
            raise PartsInvalid(f"{start} to {end} ends before it starts")
    for (_, end), (start, _) in pairwise(windows):
        if start < end:
            raise PartsInvalid(f"one starts on {start}, before the end {end} of the one before it")


def _cut(first: date, last: date, begin: Callable[[date], date], most: int) -> tuple[Span, ...] | None:
    """Cut backwards at the days that `begin` gives; return None if this takes more than `most` pieces."""
    spans: list[Span] = []
    end = last + timedelta(days=1)
    while end > first:
        if len(spans) == most:
            return None
        start = max(first, begin(end - timedelta(days=1)))
        spans.append((start, end))
        end = start
    return tuple(reversed(spans))


def _whole(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """Join a short piece at either end with its neighbour, because a few rows often start a false story."""
    pieces = list(spans)
    if len(pieces) > 2 and 2 * _length(pieces[0]) < _length(pieces[1]):
        pieces[:2] = [(pieces[0][0], pieces[1][1])]
    if len(pieces) > 2 and 2 * _length(pieces[-1]) < _length(pieces[-2]):
        pieces[-2:] = [(pieces[-2][0], pieces[-1][1])]
    return tuple(pieces)


def _length(span: Span) -> timedelta:
    return span[1] - span[0]


def _day(day: date) -> date:
    return day


def _week(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _month(day: date) -> date:
    return day.replace(day=1)


def _quarter(day: date) -> date:
    return day.replace(month=day.month - (day.month - 1) % 3, day=1)


def _year(day: date) -> date:
    return day.replace(month=1, day=1)


def _places(batch: pa.RecordBatch, name: str, windows: Sequence[Span]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return the window of each row, or -1 for a row in none of them."""
    column = arrow.column(batch, name)
    if column is None:
        raise MissingColumns([name], batch.schema.names)
    moments.period(column, name)  # this refuses a column without dates
    if column.null_count == len(column) or not windows:
        return np.full(len(column), -1)
    days = filled(column.cast(pa.timestamp("us"), safe=False), _NOT_A_TIME).view("datetime64[us]")
    starts = np.array([start for start, _ in windows], "datetime64[us]")
    ends = np.array([end for _, end in windows], "datetime64[us]")
    places = starts.searchsorted(np.where(np.isnat(days), starts[0], days), "right") - 1
    inside = ~np.isnat(days) & (places >= 0) & (days < ends[places])
    return np.where(inside, places, -1)
