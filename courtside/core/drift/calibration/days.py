"""Counts by day and group, which are all that calibration keeps of a history of any length."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.core.drift.calibration.groups import Groups
from courtside.core.drift.columns import arrow
from courtside.core.drift.columns.buffers import filled
from courtside.core.drift.columns.cells import BatchCells
from courtside.core.drift.columns.column import Column
from courtside.core.drift.columns.moments import is_time
from courtside.core.drift.columns.rounding import Integers
from courtside.core.drift.errors import MissingColumns, NotATimeColumn


@dataclass(frozen=True, eq=False, slots=True)
class DayCounts:
    """The ascending `days` since 1970, the rows of each day, and the counts of all features' groups side by side."""

    days: Integers
    rows: Integers
    counts: NDArray[np.int32]

    def of(self, part: slice) -> "DayCounts":
        """Return the counts of some of the groups."""
        return DayCounts(self.days, self.rows, self.counts[:, part])

    def since(self, day: int) -> "DayCounts":
        """Return the counts of the days from `day` on."""
        kept = slice(int(np.searchsorted(self.days, day)), None)
        return DayCounts(self.days[kept], self.rows[kept], self.counts[kept])

    def merge(self, other: "DayCounts") -> "DayCounts":
        """Add the rows of another part."""
        days = np.union1d(self.days, other.days)
        rows = np.zeros(days.size, np.int64)
        counts = np.zeros((days.size, self.counts.shape[1]), np.int32)
        for part in (self, other):
            places = np.searchsorted(days, part.days)
            rows[places] += part.rows
            counts[places] += part.counts
        return DayCounts(days, rows, counts)


def count_days(
    batches: arrow.Batches, columns: Sequence[Column], groups: Sequence[Groups], *, time_column: str
) -> DayCounts:
    """Count a history by day; rows without a day are left out.

    Raises `MissingColumns` without the time column, `WrongType` if it holds neither timestamps nor dates, and
    `DuplicateColumns`.
    """
    total = DayCounts(
        np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, sum(g.size for g in groups)), np.int32)
    )
    for batch in arrow.record_batches(batches):
        time = arrow.column(batch, time_column)
        if time is None:
            raise MissingColumns([time_column], batch.schema.names)
        day = days_of(time, time_column)
        known = day != NO_DAY
        if known.any():
            total = total.merge(_counted(BatchCells(batch), columns, groups, day, known))
    return total


def rows_since(batches: arrow.Batches, day: int, *, time_column: str) -> Iterator[pa.RecordBatch]:
    """Yield the rows of the days from `day` (since 1970) on; rows without a day are left out."""
    for batch in arrow.record_batches(batches):
        time = arrow.column(batch, time_column)
        if time is not None and (kept := days_of(time, time_column) >= day).any():
            yield batch.filter(pa.array(kept))


NO_DAY = np.iinfo(np.int64).min


def _counted(
    cells: BatchCells,
    columns: Sequence[Column],
    groups: Sequence[Groups],
    day: Integers,
    known: NDArray[np.bool_],
) -> DayCounts:
    days, place = np.unique(day[known], return_inverse=True)
    counts = counts_by_place(cells, columns, groups, place=place, places=days.size, known=known)
    return DayCounts(days, np.bincount(place, minlength=days.size), counts)


def counts_by_place(
    cells: BatchCells,
    columns: Sequence[Column],
    groups: Sequence[Groups],
    *,
    place: Integers,
    places: int,
    known: NDArray[np.bool_],
) -> NDArray[np.int32]:
    """Count all groups side by side, in the shape (places, groups); `place` is the place of each `known` row."""
    parts, everyone, place = [], bool(known.all()), place.astype(np.int32)
    for column, group in zip(columns, groups, strict=True):
        found = cells.of(column)
        code = group.codes(found if everyone else found[known])
        width = group.size + 1  # the last place is for rows without a usable value
        code += place * width
        flat = np.bincount(code, minlength=places * width)
        parts.append(flat.reshape(places, width)[:, :-1].astype(np.int32))
    return np.concatenate(parts, axis=1)


def days_of(array: arrow.Array, name: str) -> Integers:
    """Return the day of each row since 1970, or `NO_DAY` for a row without one; raises `NotATimeColumn`."""
    if not (is_time(array.type) or array.null_count == len(array)):
        raise NotATimeColumn(name, found=str(array.type))
    if array.null_count == len(array):
        return np.full(len(array), NO_DAY)
    days = array.cast(pa.date32(), safe=False).cast(pa.int32()).cast(pa.int64())
    return filled(days, NO_DAY)
