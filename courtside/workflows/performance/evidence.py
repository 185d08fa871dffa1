"""The evidence of a model's promise tests: written with each statement about a window, and read by each look at them.

A note of how far the tests have counted lies beside it. It only saves work: without it, or with an old one, all of the
evidence is counted again.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from courtside.contracts import scoring_keys
from courtside.contracts.events import Window
from courtside.contracts.versioned import Versioned
from courtside.core.dataset import Dataset
from courtside.core.performance.courses import Course
from courtside.core.performance.evidence_archive import standing
from courtside.core.recalibration import Course as RecalibratedCourse
from courtside.workflows.archive_log import ArchiveLog, evidence_log
from courtside.workflows.lake_documents import DocumentDamaged, find_document
from courtside.workflows.ports import Lake

logger = logging.getLogger(__name__)

_READERS = 16


class CountedSoFar(Versioned):
    """What the promise tests of a model knew after their last look, which was as of a day.

    `courses` are the tests after the days before `before`; later days are counted anew at each look, because labels of
    theirs may come. `champions` has the first day of each champion, and `files` the number of the last file of each day
    of the evidence's log. `recalibrated` says of each champion what its probabilities would have been worth, and
    `learnt` what its recalibration had learnt, as the evidence has it.
    """

    as_of: date
    margin: float
    before: date
    files: dict[date, int]
    champions: dict[str, date]
    courses: tuple[Course, ...]
    recalibrated: dict[str, RecalibratedCourse]
    learnt: dict[str, str]

    def holds(self, files: Mapping[date, int], dataset: Dataset) -> bool:
        """Tell whether nothing was said since about the days that are counted, and the contract has not changed."""
        now, then = ({day: last for day, last in each.items() if day < self.before} for each in (files, self.files))
        return now == then and self.margin == dataset.performance.margin


@dataclass(frozen=True, slots=True)
class Evidence:
    """The evidence as of a day: what was counted before (None: nothing), and the statements since.

    `files` is the number of the last file of each day of the log. `is_first` says that there was no look before, and
    `is_overtaken` that a later day has been looked at, so that what is found now is not to be gone on from.
    """

    files: Mapping[date, int]
    counted: CountedSoFar | None
    statements: Sequence[pa.Table]
    is_first: bool
    is_overtaken: bool

    @classmethod
    def of(cls, dataset: Dataset, as_of: date, *, lake: Lake, anew: bool = False) -> "Evidence":
        """Read what there is now, with `anew` as if nothing had been counted; raises `LogDamaged`."""
        log = evidence_log(dataset.name, lake=lake)
        numbers = log.days()
        files = {day: each[-1] for day, each in numbers.items()}
        note = _note(dataset, lake=lake)
        is_overtaken = note is not None and note.as_of > as_of
        counted = None if anew or is_overtaken or note is None or not note.holds(files, dataset) else note
        if counted is not None:
            numbers = {day: each for day, each in numbers.items() if day >= counted.before}
        read = list(_statements(log, numbers, as_of))
        known = tuple(each for each in read if _made_on(each) <= as_of)
        return cls(files, counted, known, note is None, is_overtaken or len(known) < len(read))

    @property
    def is_new(self) -> bool:
        """Tell whether anything came since it was counted."""
        return self.counted is None or self.files != self.counted.files

    def champions(self) -> dict[str, date]:
        """Return all champions that rows were judged of, with the first day of each."""
        found = {} if self.counted is None else dict(self.counted.champions)
        for row in self.rows().group_by("version").aggregate([("day", "min")]).to_pylist():
            found[row["version"]] = min(row["day_min"], found.get(row["version"], row["day_min"]))
        return found

    def rows(self) -> pa.Table:
        """Return the rows that count of the days that have not been counted."""
        return standing(self.statements)


def window_of(statement: pa.Table) -> Window:
    """Return the window that a statement is about."""
    start, end = (statement.column(name)[0].as_py() for name in ("window_start", "window_end"))
    return Window(start=start, end=end)


def _note(dataset: Dataset, *, lake: Lake) -> CountedSoFar | None:
    key = scoring_keys.sequences(dataset.name)
    try:
        return find_document(CountedSoFar, key, lake=lake)
    except DocumentDamaged:
        logger.warning("%s cannot be read, so all evidence is counted again", lake.uri(key))
        return None


def _statements(log: ArchiveLog, numbers: Mapping[date, Sequence[int]], as_of: date) -> Iterator[pa.Table]:
    """Yield the statements that may count, and others that were not made yet on the day `as_of`.

    Of many about the windows of one length the newest counts alone. Others are read only where the length changed, or
    where the newest was made later.
    """
    with ThreadPoolExecutor(_READERS) as pool:
        last = pool.map(lambda day: log.read(day, numbers[day][-1]), numbers)
        first = pool.map(lambda day: log.read(day, numbers[day][0]) if numbers[day][1:] else None, numbers)
        for day, newest, oldest in zip(numbers, last, first, strict=True):
            if oldest is not None and (_made_on(newest) > as_of or window_of(newest) != window_of(oldest)):
                yield from (oldest, *(log.read(day, number) for number in numbers[day][1:-1]))
            yield newest


def _made_on(statement: pa.Table) -> date:
    made: date = statement.column("stated_on")[0].as_py()
    return made
