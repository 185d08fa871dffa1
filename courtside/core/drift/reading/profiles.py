"""Files are profiled one by one, so that an unusable file is set aside whole and the others still count."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial, reduce

import pyarrow as pa

from courtside.contracts.errors import BadInput
from courtside.contracts.shortening import shortened
from courtside.core.dataset import Feature, Outcome, Phase
from courtside.core.drift.columns import arrow
from courtside.core.drift.errors import DuplicateColumns, EmptyWindow, MissingColumns, TimeOutOfRange, WrongType
from courtside.core.drift.profiles.fitting import fit
from courtside.core.drift.profiles.profile import Profile
from courtside.core.drift.reading.days import Days
from courtside.core.drift.reading.errors import FileDiffers, NothingReadable
from courtside.core.drift.reading.formats.errors import UnreadableFile
from courtside.core.drift.reading.table import FeatureTable, TableFile
from courtside.core.drift.reports.quarantine import QuarantinedFile, TableSide
from courtside.core.drift.story.parts import Part, Span, split, sub_windows

LONGEST_REASON = 500
UNUSABLE = (UnreadableFile, MissingColumns, DuplicateColumns, WrongType, TimeOutOfRange)


@dataclass(frozen=True, slots=True)
class TableProfile:
    """A table's profile, its sub-windows in order of time (none if it has no dates), and the files set aside."""

    profile: Profile
    parts: tuple[Part, ...] = ()
    quarantined: tuple[QuarantinedFile, ...] = ()


def fit_table(
    table: FeatureTable,
    features: Sequence[Feature],
    *,
    time_column: str | None,
    calibrated: bool = False,
    phase: Phase | None = None,
    outcomes: Sequence[Outcome] = (),
    segments: Sequence[str] = (),
) -> TableProfile:
    """Fit a reference on a table's files, reading each twice, and once or twice more to calibrate it or a segment.

    Unreadable files are set aside. A file that lacks a feature or has it in another type is refused, because a
    reference must be complete. Raises what `fit` raises (inside `FileDiffers` for a folder) and `NothingReadable`.
    """
    named = [(feature.name, *feature.entity) for feature in features]
    names = [*(name for names in named for name in names), *(outcome.name for outcome in outcomes), *segments]
    reading = _Reading(table.of(names, time_column=time_column, days=table.days))
    quarantined: list[QuarantinedFile] = []
    while True:
        try:
            profile = fit(
                reading,
                features,
                time_column=time_column,
                calibrated=calibrated,
                phase=phase,
                outcomes=outcomes,
                segments=segments,
            )
            return TableProfile(profile, quarantined=tuple(quarantined))
        except UnreadableFile as error:
            _set_aside(quarantined, reading.table, reading.now, TableSide.REFERENCE, error)
            reading = _Reading(reading.table.without({error.file}))
            if not reading.table.pruned:
                raise NothingReadable(table.name, quarantined) from error
        except UNUSABLE as error:
            if table.single:
                raise
            raise FileDiffers(table.shown(reading.now), error) from error


def summarize_table(reference: Profile, table: FeatureTable) -> TableProfile:
    """Count a table's files on the reference's grid, in one pass and in constant memory.

    A file is set aside if it is unreadable, names a feature twice, has none of them, or has no readable days although
    days are selected; for a single file, that error is raised instead. Raises `NothingReadable` and `EmptyWindow`.
    """
    table = table.of(reference.columns_read, time_column=reference.time_column, days=table.days).like(reference)
    count = _Count(reference, table)
    for file in table.pruned:
        count.add(file)
    if count.quarantined and len(count.quarantined) == len(table.pruned):
        raise NothingReadable(table.name, count.quarantined)
    if not count.whole.rows:
        raise EmptyWindow(table.name)
    parts = tuple(Part(*span, profile) for span, profile in zip(count.windows, count.pieces, strict=True))
    return TableProfile(count.whole, parts, tuple(count.quarantined))


def count_rows(
    reference: Profile, batches: Callable[[], Iterable[pa.RecordBatch]], *, windows: Sequence[Span]
) -> tuple[Profile, list[Profile]]:
    """Count dated rows on the reference's grid: all rows, and the rows of each window.

    `batches` returns the rows, and returns them again if called twice. Raises what `split` and `summarize` raise.
    """
    counted = _Counted(batches())
    pieces = [part.profile for part in split(reference, counted, windows=windows)]
    whole = reduce(Profile.merge, pieces, reference.blank())
    absent = all(column.tally.absent == whole.rows for column in whole.columns)
    if (
        whole.rows < counted.rows or absent
    ):  # rows without a day and refused files are both rare, so the table is read again
        whole = reference.summarize(batches())
    return whole, pieces


@dataclass
class _Reading:
    """Iterates over a table and remembers the current file, so that an error in a batch can be attributed to it."""

    table: FeatureTable
    now: TableFile = field(init=False)

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        for file in self.table.pruned:
            self.now = file
            yield from self.table.batches(file)


class _Count:
    """Adds up files: the whole table, and the sub-windows of the period that the footers state."""

    def __init__(self, reference: Profile, table: FeatureTable) -> None:
        self._reference = reference
        self._table = table
        self._dated: set[TableFile] = set()
        self.quarantined: list[QuarantinedFile] = []
        self.whole = reference.blank()
        self.windows = self._windows()
        self.pieces = [reference.blank() for _ in self.windows]

    def add(self, file: TableFile) -> None:
        """Count one file whole, or set it aside."""
        try:
            whole, pieces = self._counted(file)
        except UNUSABLE as error:
            _set_aside(self.quarantined, self._table, file, TableSide.CURRENT, error)
            return
        self.whole = self.whole.merge(whole)
        self.pieces = [mine.merge(piece) for mine, piece in zip(self.pieces, pieces, strict=True)]

    def _counted(self, file: TableFile) -> tuple[Profile, list[Profile]]:
        if file not in self._dated:
            blank = self._reference.blank()
            return self._reference.summarize(self._table.batches(file)), [blank for _ in self.windows]
        return count_rows(self._reference, partial(self._table.batches, file), windows=self.windows)

    def _windows(self) -> tuple[Span, ...]:
        """Cut the period that the readable files state; files that state none give no sub-windows."""
        whole: arrow.Period | None = None
        for file in self._table.pruned:
            try:
                period = self._table.period(file)
            except UNUSABLE:
                continue  # the file is set aside when its rows are read
            if period is not None:
                self._dated.add(file)
                whole = arrow.joined(whole, period)
        return () if whole is None else _cut(*whole, self._table.days)


def _cut(first: date, last: date, days: Days) -> tuple[Span, ...]:
    first = first if days.start is None else max(first, days.start)
    last = last if days.end is None else min(last, days.end - timedelta(days=1))
    return sub_windows(first, last) if first <= last else ()


class _Counted:
    """Passes batches on and counts their rows."""

    def __init__(self, batches: Iterable[pa.RecordBatch]) -> None:
        self._batches = batches
        self.rows = 0

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        for batch in self._batches:
            self.rows += batch.num_rows
            yield batch


def _set_aside(
    quarantined: list[QuarantinedFile], table: FeatureTable, file: TableFile, side: TableSide, error: BadInput
) -> None:
    if table.single:
        raise error
    reason = f"unreadable: {error.detail}" if isinstance(error, UnreadableFile) else str(error)
    quarantined.append(QuarantinedFile(table.shown(file), side, shortened(reason, LONGEST_REASON)))
