"""What is believed as of a day: the predictions in the lake joined with the labels that were known by then.

Files are read in the order of their logs and only up to that day, so later files change no answer about it. Up to
`MOST_IN_MEMORY` bytes of rows are joined at once. More are first written to a temporary folder, apart by a hash of
their ids, and joined part by part, so that memory does not grow with the number of rows.
"""

import tempfile
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import chain
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
from courtside.core.rows.days import within
from courtside.workflows.archive_log import ArchiveLog, labels_log, predictions_log
from courtside.workflows.ports import Lake
from courtside.workflows.spill import Spill

MOST_IN_MEMORY = 400 * 2**20
"""How many bytes of predictions and labels are joined at once, which takes about three times as much memory.

A prediction has about 80 bytes and a label 22: some 4 million rows with their labels.
"""

_PARTS = 256
_MOST_FILES = 128
_AHEAD = 8
_PARALLEL = 8
_ONE_DAY = timedelta(days=1)
_PLACE = "place"


class _Kind(StrEnum):
    LABELS = "labels"
    PREDICTIONS = "predictions"


@dataclass(frozen=True, slots=True)
class Beliefs:
    """The predictions of a model's rows, and the labels that are known as of a day (that day included)."""

    lake: Lake
    dataset: Dataset
    as_of: date
    most_in_memory: int = MOST_IN_MEMORY

    def parts(self, days: Days) -> Iterator[pa.Table]:
        """Yield the rows of these days in `BELIEVED`, part by part, in no order that means anything.

        Memory does not grow with the number of rows. Raises `LogDamaged`.
        """
        with tempfile.TemporaryDirectory(prefix="courtside-") as folder:
            for table in self._joined(days, Path(folder)):
                yield table.drop_columns([_PLACE])

    def windows(self, windows: Sequence[Days]) -> Iterator[tuple[Days, pa.Table]]:
        """Yield each window with its rows in `BELIEVED`, in the order in which they were predicted.

        `windows` come one after the other, each with a start and an end. One window has to fit into memory, all of
        them do not. Raises `LogDamaged`.
        """
        if not windows:
            return
        bounds = np.array([day for each in windows for day in (each.start, each.end)], "datetime64[D]")
        with tempfile.TemporaryDirectory(prefix="courtside-") as name:
            folder = Path(name)
            joined = self._joined(Days(windows[0].start, windows[-1].end), folder)
            first, second = next(joined), next(joined, None)
            if second is None:
                yield from _each(windows, first, bounds)
                return
            share = -(-len(windows) // _MOST_FILES)
            by_window = Spill(_folder(folder, "windows"), first.schema)
            for table in chain([first, second], joined):
                by_window.add(table, _windows_of(table, bounds) // share)
            for start in range(0, len(windows), share):
                end = start + share
                yield from _each(windows[start:end], by_window.taken(start // share), bounds[2 * start : 2 * end])

    def _joined(self, days: Days, folder: Path) -> Iterator[pa.Table]:
        """Yield at least one table of the rows of these days, each with its place in the order of the log."""
        for predictions, labels in self._apart(days, folder):
            yield within(believed(predictions, labels), "day", days)

    def _apart(self, days: Days, folder: Path) -> Iterator[tuple[pa.Table, pa.Table]]:
        """Yield predictions and labels such that all of one id are together."""
        files, held, size = self._read(days), deque[tuple[_Kind, pa.Table]](), 0
        for kind, table in files:
            held.append((kind, table))
            size += table.nbytes
            if size > self.most_in_memory:
                break
        else:
            yield _of_kind(held, _Kind.PREDICTIONS), _of_kind(held, _Kind.LABELS)
            return
        spills = {kind: Spill(_folder(folder, kind), _schema(kind)) for kind in _Kind}
        for kind, table in chain(_emptied(held), files):
            spills[kind].add(table, part_numbers(table.column("id"), _PARTS))
        for part in range(_PARTS):
            yield spills[_Kind.PREDICTIONS].taken(part), spills[_Kind.LABELS].taken(part)

    def _read(self, days: Days) -> Iterator[tuple[_Kind, pa.Table]]:
        """Yield the files that may hold what is known of rows of these days, first those of labels.

        A prediction is looked for from `ahead` before its row on, and a label from `label_delay` before that; rows
        without times may have been predicted at any time. A row may be predicted a day earlier still, because `ahead`
        counts from its day in its own zone, which may be the one before its day in UTC.
        """
        start, end, name, place = None, shifted(self.as_of, _ONE_DAY), self.dataset.name, 0
        if self.dataset.time_column is not None and days.start is not None:
            start = shifted(days.start, -self.dataset.predict.ahead - _ONE_DAY)
        known_from = start and shifted(start, -self.dataset.label_delay)
        labels = labels_log(name, lake=self.lake)
        predictions = predictions_log(name, lake=self.lake)
        for table in _files(labels, READ_OF_LABELS, known_from, end):
            yield _Kind.LABELS, table
        for said in _files(predictions, (*READ_OF_PREDICTIONS, HINDSIGHT), start, end):
            table = without_hindsight(said).drop_columns([HINDSIGHT])
            yield _Kind.PREDICTIONS, table.append_column(_PLACE, pa.array(np.arange(place, place + table.num_rows)))
            place += table.num_rows


def _files(log: ArchiveLog, columns: Sequence[str], start: date | None, end: date) -> Iterator[pa.Table]:
    """Yield the files of a log in order; some are read ahead, because a store takes its time for each."""
    coming = deque[Future[pa.Table]]()
    with ThreadPoolExecutor(_PARALLEL) as pool:
        for day, numbers in log.days(start, end).items():
            for number in numbers:
                coming.append(pool.submit(log.read, day, number, columns=columns))
                if len(coming) > _AHEAD:
                    yield coming.popleft().result()
        while coming:
            yield coming.popleft().result()


def _schema(kind: _Kind) -> pa.Schema:
    if kind is _Kind.LABELS:
        return pa.schema([LABELS.field(name) for name in READ_OF_LABELS])
    return pa.schema([*(PREDICTIONS.field(name) for name in READ_OF_PREDICTIONS), pa.field(_PLACE, pa.int64())])


def _of_kind(held: deque[tuple[_Kind, pa.Table]], kind: _Kind) -> pa.Table:
    return pa.concat_tables([_schema(kind).empty_table(), *(table for each, table in held if each is kind)])


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
    order: NDArray[np.int64] = np.lexsort((table.column(_PLACE).to_numpy(), number))
    ends = np.searchsorted(number[order], np.arange(len(windows) + 1))
    table = table.drop_columns([_PLACE]).take(pa.array(order, pa.int64()))
    for window, start, end in zip(windows, ends[:-1], ends[1:], strict=True):
        yield window, table.slice(start, end - start)
