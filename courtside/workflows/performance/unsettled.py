"""Which windows have to be looked at: those that labels or predictions have come for since the last check.

A note of the files that were taken into account lies beside the statements. It only saves work: without it, or with an
old one, more windows are looked at, and those of which nothing changed are not stated again.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from courtside.contracts import scoring_keys
from courtside.contracts.days import shifted
from courtside.contracts.events import Window
from courtside.contracts.records import LabelsIn, PerformanceProgress
from courtside.contracts.scoring import JudgedWindow
from courtside.core.dataset import Dataset
from courtside.core.performance.windows import window_of, windows_between
from courtside.workflows.archive_log import labels_log, predictions_log
from courtside.workflows.lake_documents import DocumentDamaged, find_document
from courtside.workflows.late_labels import TABLE, looked_back
from courtside.workflows.ports import Lake

logger = logging.getLogger(__name__)

_DAY = timedelta(days=1)
_ID_AND_DAY = ("id", "time", "as_of")


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a model's predictions and labels, up to a day: the number of the last one of each day."""

    as_of: date
    predictions: Mapping[date, int]
    labels: Mapping[date, int]

    @classmethod
    def of(cls, dataset: Dataset, as_of: date, *, lake: Lake) -> "Files":
        """Return the files that there are now."""
        logs = (predictions_log(dataset.name, lake=lake), labels_log(dataset.name, lake=lake))
        predictions, labels = (
            {day: numbers[-1] for day, numbers in log.days(end=as_of + _DAY).items()} for log in logs
        )
        return cls(as_of, predictions, labels)

    @property
    def count(self) -> int:
        """How many there are; it only grows, so a larger number means that more is known."""
        return sum(self.predictions.values()) + sum(self.labels.values())

    def noted(self, *, curve: Sequence[LabelsIn], waiting: Sequence[JudgedWindow]) -> PerformanceProgress:
        """Return the note that says that they were taken into account, and what the check found besides."""
        return PerformanceProgress(
            as_of=self.as_of,
            predictions=dict(self.predictions),
            labels=dict(self.labels),
            curve=tuple(curve),
            waiting=tuple(waiting),
        )


def first_day(dataset: Dataset, *, lake: Lake) -> date | None:
    """Return the first day on which a predicted row may lie, None where nothing was predicted."""
    days = predictions_log(dataset.name, lake=lake).days()
    return shifted(min(days), -dataset.label_delay) if days else None


@dataclass(frozen=True, slots=True)
class Unsettled:
    """The windows of a model to look at, given the files that there are and those of the last check."""

    dataset: Dataset
    lake: Lake
    files: Files
    before: PerformanceProgress | None

    @classmethod
    def of(cls, dataset: Dataset, files: Files, *, lake: Lake, anew: bool = False) -> "Unsettled":
        """Read which files the last check took into account; a note that cannot be read counts as none.

        With `anew` all windows are looked at.
        """
        if anew:
            return cls(dataset, lake, files, None)
        key = scoring_keys.performance_progress(dataset.name)
        try:
            before = find_document(PerformanceProgress, key, lake=lake)
        except DocumentDamaged:
            logger.warning("%s cannot be read, so all windows are looked at", lake.uri(key))
            before = None
        return cls(dataset, lake, files, before)

    def recent(self) -> list[Window]:
        """Return the windows that have ended and were not final at the last check, and those of new predictions."""
        length, delay = self.dataset.performance.window, self.dataset.label_delay
        known = {} if self.before is None else self.before.predictions
        last = window_of(self.files.as_of, length).start - _DAY
        firsts = [day - delay for day in _new(self.files.predictions, known)]
        if self.before is not None:
            firsts.append(min(self.before.as_of, self.files.as_of) - delay)
        return list(windows_between(min(firsts), last, length)) if firsts else []

    def late_ids(self) -> "LateIds":
        """Return the rows whose labels came since the last check; raises `LogDamaged`.

        Without one there are none to look for: all windows are recent then.
        """
        if self.before is None:
            return LateIds(pa.array([], pa.string()), pa.array([], pa.string()))
        log, known = labels_log(self.dataset.name, lake=self.lake), self.before.labels
        ids: dict[bool, list[Any]] = {True: [], False: []}
        for day, last in _new(self.files.labels, known).items():
            for number in log.numbers(day):
                if known.get(day, 0) < number <= last:
                    table = log.read(day, number, columns=("id", "source"))
                    from_rows: Any = pc.equal(table.column("source"), pa.scalar(TABLE))
                    ids[True] += table.filter(from_rows).column("id").chunks
                    ids[False] += table.filter(pc.invert(from_rows)).column("id").chunks
        of_rows, loaded = (pa.chunked_array(ids[key], pa.string()).combine_chunks() for key in (True, False))
        return LateIds(of_rows, loaded)

    def older(self, ids: "LateIds", *, than: date | None) -> list[Window]:
        """Return the windows before the day `than` in which these rows lie; raises `LogDamaged`."""
        if than is None:
            return []
        timed = self.dataset.time_column is not None
        reach = than + self.dataset.label_delay
        log = predictions_log(self.dataset.name, lake=self.lake)
        days: set[date] = set()
        for day, numbers in reversed(log.days(end=reach).items()):
            if not ids:
                break
            wanted = ids.loaded if timed and day < self._rows_reach else ids.all
            for number in reversed(numbers):
                table = log.read(day, number, columns=_ID_AND_DAY)
                found = table.filter(pc.is_in(table.column("id"), value_set=wanted))
                days |= set(_days_of(found))
                if timed:  # the newest prediction says when a row is
                    ids = ids.without(found.column("id"))
        return sorted({window_of(day, self.dataset.performance.window) for day in days if day < than}, key=_start)

    @property
    def _rows_reach(self) -> date:
        """The first day as of which a row may have been predicted that labels are taken from."""
        return shifted(self.files.as_of, -looked_back(self.dataset) - self.dataset.predict.ahead)


@dataclass(frozen=True, slots=True)
class LateIds:
    """Rows whose labels came, by where they came from: the model's own rows, or files that people loaded."""

    of_rows: Any
    loaded: Any

    def __bool__(self) -> bool:
        return bool(len(self.of_rows) or len(self.loaded))

    @property
    def all(self) -> Any:
        """All of them."""
        return pa.concat_arrays([self.of_rows, self.loaded])

    def without(self, found: Any) -> "LateIds":
        """Return those that are not among `found`."""
        if not self:
            return self
        kept = [each.filter(pc.invert(pc.is_in(each, value_set=found))) for each in (self.of_rows, self.loaded)]
        return LateIds(*kept)


def _new(files: Mapping[date, int], known: Mapping[date, int]) -> dict[date, int]:
    return {day: last for day, last in files.items() if last > known.get(day, 0)}


def _days_of(predictions: pa.Table) -> Iterator[date]:
    """Yield the days of predictions: those of their rows, or as of which they were made where rows have no time."""
    times: Any = predictions.column("time")
    days: Any = pc.coalesce(times.cast(pa.date32(), safe=False), predictions.column("as_of"))
    yield from pc.unique(days).to_pylist()


def _start(window: Window) -> date:
    return window.start
