"""What is believed as of a day: the predictions in the lake joined with the labels that were known by then.

Files are read in the order of their logs and only up to that day, so later files change no answer about it. Up to
`MOST_IN_MEMORY` bytes of rows are joined at once. More are first written to a temporary folder, apart by a hash of
their ids, and joined part by part, so that memory does not grow with the number of rows.
"""

from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import chain, islice
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.contracts.days import shifted
from courtside.core.archive_schemas import LABELS, PREDICTIONS
from courtside.core.dataset import Dataset
from courtside.core.drift.reading import Days
from courtside.core.labels.believed import READ_OF_LABELS, READ_OF_PREDICTIONS, believed
from courtside.core.labels.parts import part_numbers
from courtside.core.predictions.hindsight import HINDSIGHT, without_hindsight
from courtside.core.predictions.said_columns import columns_beside
from courtside.core.rows.days import within
from courtside.workflows.archive_log import ArchiveLog, labels_log, predictions_log
from courtside.workflows.ports import Lake
from courtside.workflows.spill import Spill, folder_to_spill

MOST_IN_MEMORY = 400 * 2**20
"""How many bytes of predictions and labels are joined at once, which takes about three times as much memory.

A prediction has about 80 bytes and a label 22: some 4 million rows with their labels.
"""

_BYTES_OF_PART = 16 * 2**20
_FEWEST_PARTS, _MOST_PARTS = 16, 256
_MOST_FILES = 64
_AHEAD = 8
_PARALLEL = 8
_ONE_DAY = timedelta(days=1)
_PLACE = "place"


class _Kind(StrEnum):
    LABELS = "labels"
    PREDICTIONS = "predictions"


@dataclass(frozen=True, slots=True)
class _File:
    """One file of a log."""

    kind: _Kind
    log: ArchiveLog
    day: date
    number: int
    beside: tuple[str, ...] = ()

    def table(self) -> pa.Table:
        """Read what is joined of it."""
        if self.kind is _Kind.LABELS:
            return self.log.read(self.day, self.number, columns=READ_OF_LABELS)
        said = self.log.read(self.day, self.number, columns=(*READ_OF_PREDICTIONS, *self.beside, HINDSIGHT))
        return without_hindsight(said).drop_columns([HINDSIGHT])


@dataclass(frozen=True, slots=True)
class Beliefs:
    """The predictions of a model's rows, and the labels that are known as of a day (that day included).

    Rows have the columns of `BELIEVED`, and after them those that the task's predictions have beside the number.
    Without `labels` none are read, as by those who may not.
    """

    lake: Lake
    dataset: Dataset
    as_of: date
    most_in_memory: int = MOST_IN_MEMORY
    labels: bool = True

    def parts(self, days: Days) -> Iterator[pa.Table]:
        """Yield the rows of these days in `BELIEVED`, part by part, in no order that means anything.

        Memory does not grow with the number of rows. Raises `LogDamaged` and `NoRoomToJoin`.
        """
        for table in self._joined(days):
            yield table.drop_columns([_PLACE])

    def windows(self, windows: Sequence[Days]) -> Iterator[tuple[Days, pa.Table]]:
        """Yield each window with its rows in `BELIEVED`, in the order in which they were predicted.

        `windows` come one after the other, each with a start and an end. One window has to fit into memory, all of
        them do not. Raises `LogDamaged` and `NoRoomToJoin`.
        """
        if not windows:
            return
        bounds = np.array([day for each in windows for day in (each.start, each.end)], "datetime64[D]")
        with closing(self._joined(Days(windows[0].start, windows[-1].end))) as joined:
            first, second = next(joined), next(joined, None)
            if second is None:
                yield from _each(windows, first, bounds)
                return
            with folder_to_spill() as folder:
                share = -(-len(windows) // _MOST_FILES)
                by_window = Spill(folder, first.schema)
                for table in chain([first, second], joined):
                    by_window.add(table, _windows_of(table, bounds) // share)
                for start in range(0, len(windows), share):
                    end = start + share
                    yield from _each(windows[start:end], by_window.taken(start // share), bounds[2 * start : 2 * end])

    def _joined(self, days: Days) -> Generator[pa.Table]:
        """Yield at least one table of the rows of these days, each with its place in the order of the log."""
        with closing(self._apart(days)) as parts:
            for predictions, labels in parts:
                yield within(believed(predictions, labels), "day", days)

    def _apart(self, days: Days) -> Generator[tuple[pa.Table, pa.Table]]:
        """Yield predictions and labels such that all of one id are together."""
        files = self._files(days)
        tables, held, size = _read(files), deque[tuple[_Kind, pa.Table]](), 0
        for kind, table in tables:
            held.append((kind, table))
            size += table.nbytes
            if size > self.most_in_memory:
                break
        else:
            yield self._of_kind(held, _Kind.PREDICTIONS), self._of_kind(held, _Kind.LABELS)
            return
        # Labels come first and are smaller, and files differ, so this may be a few times too little.
        expected = size // len(held) * len(files)
        count = min(max(expected // _BYTES_OF_PART, _FEWEST_PARTS), _MOST_PARTS)
        with folder_to_spill() as folder:
            spills = {kind: Spill(_folder(folder, kind), self._schema(kind)) for kind in _Kind}
            for kind, table in chain(_emptied(held), tables):
                spills[kind].add(table, part_numbers(table.column("id"), count))
            for part in range(count):
                yield spills[_Kind.PREDICTIONS].taken(part), spills[_Kind.LABELS].taken(part)

    @property
    def _beside(self) -> tuple[str, ...]:
        return columns_beside(self.dataset.task)

    def _schema(self, kind: _Kind) -> pa.Schema:
        if kind is _Kind.LABELS:
            return pa.schema([LABELS.field(name) for name in READ_OF_LABELS])
        read = (PREDICTIONS.field(name) for name in (*READ_OF_PREDICTIONS, *self._beside))
        return pa.schema([*read, pa.field(_PLACE, pa.int64())])

    def _of_kind(self, held: deque[tuple[_Kind, pa.Table]], kind: _Kind) -> pa.Table:
        return pa.concat_tables([self._schema(kind).empty_table(), *(table for each, table in held if each is kind)])

    def _files(self, days: Days) -> list[_File]:
        """Return the files that may hold what is known of rows of these days, first those of labels.

        A prediction is looked for from `ahead` before its row on, and a label from `label_delay` before that; rows
        without times may have been predicted at any time. A row may be predicted a day earlier still, because `ahead`
        counts from its day in its own zone, which may be the one before its day in UTC.
        """
        start = None
        if self.dataset.time_column is not None and days.start is not None:
            start = shifted(days.start, -self.dataset.predict.ahead - _ONE_DAY)
        known_from = start and shifted(start, -self.dataset.label_delay)
        name, end = self.dataset.name, shifted(self.as_of, _ONE_DAY)
        logs = (
            *([(_Kind.LABELS, labels_log(name, lake=self.lake), known_from)] if self.labels else []),
            (_Kind.PREDICTIONS, predictions_log(name, lake=self.lake), start),
        )
        return [
            _File(kind, log, day, number, self._beside)
            for kind, log, since in logs
            for day, numbers in log.days(since, end).items()
            for number in numbers
        ]


def _read(files: Sequence[_File]) -> Iterator[tuple[_Kind, pa.Table]]:
    """Yield the tables of files in order; some are read ahead, because a store takes its time for each."""
    unread, place = iter(files), 0
    with ThreadPoolExecutor(_PARALLEL) as pool:
        coming = deque((file.kind, pool.submit(file.table)) for file in islice(unread, _AHEAD))
        while coming:
            kind, said = coming.popleft()
            coming.extend((file.kind, pool.submit(file.table)) for file in islice(unread, 1))
            table = said.result()
            if kind is _Kind.PREDICTIONS:
                table = table.append_column(_PLACE, pa.array(np.arange(place, place + table.num_rows)))
                place += table.num_rows
            yield kind, table


def _emptied(held: deque[tuple[_Kind, pa.Table]]) -> Iterator[tuple[_Kind, pa.Table]]:
    while held:
        yield held.popleft()


def _folder(folder: Path, name: str) -> Path:
    made = folder / name
    made.mkdir()
    return made


def _windows_of(table: pa.Table, bounds: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Return the number of the window of each row; rows between two windows have that of the one before."""
    days = table.column("day").to_numpy()
    return np.searchsorted(bounds[::2], days, side="right") - 1


def _each(windows: Sequence[Days], table: pa.Table, bounds: NDArray[np.datetime64]) -> Iterator[tuple[Days, pa.Table]]:
    """Yield each window with its rows of a table, in the order of their places."""
    number = _windows_of(table, bounds)
    outside = table.column("day").to_numpy() >= bounds[1::2][number] if len(number) else np.zeros(0, bool)
    number[outside] = len(windows)
    places = table.column(_PLACE).to_numpy()
    order = np.argsort(number * (1 + places.max(initial=0)) + places)
    ends = np.searchsorted(number[order], np.arange(len(windows) + 1))
    table = table.drop_columns([_PLACE])
    if (np.diff(order) != 1).any():  # rows that came in the order of their days are not copied
        table = table.take(pa.array(order, pa.int64()))
    for window, start, end in zip(windows, ends[:-1], ends[1:], strict=True):
        yield window, table.slice(start, end - start)
