"""The promise tests of a model: each look counts the evidence that came, and says what it shows now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from courtside.contracts import scoring_keys
from courtside.contracts.events import Window
from courtside.contracts.scoring import PromiseTest
from courtside.core.dataset import Dataset
from courtside.core.performance.courses import Course, followed
from courtside.core.performance.losses import LOSSES
from courtside.core.performance.maturity import is_final
from courtside.core.performance.promise_tests import OF_TESTS, newest_of, table_of_tests
from courtside.core.performance.statements import says_the_same
from courtside.workflows.archive_log import ArchiveLog, Since, promise_tests_log
from courtside.workflows.performance.evidence import CountedSoFar, Evidence, window_of
from courtside.workflows.ports import Lake


@dataclass(frozen=True, slots=True)
class Look:
    """A look at all promise tests of a model as of a day; `files` counts those of predictions and labels."""

    dataset: Dataset
    lake: Lake
    as_of: date
    now: datetime
    files: int

    def take(self) -> list[PromiseTest]:
        """Count the evidence that is new, write what the tests say now, and return it about the newest champion.

        Nothing is said without new evidence. Whatever is broken off can be repeated, because what was counted is noted
        last. Raises `LogBusy` and `LogDamaged`.
        """
        evidence = Evidence.of(self.dataset, self.as_of, lake=self.lake)
        if not evidence.is_new:
            return []
        settled, courses = self._counted(evidence)
        margin = self.dataset.performance.margin
        said = table_of_tests(courses, margin=margin, as_of=self.as_of, recorded_at=self.now, files=self.files)
        log = promise_tests_log(self.dataset.name, lake=self.lake)
        log.append(self.as_of, lambda since: said if _is_news(said, _newest(since, log)) else None)
        if not evidence.is_overtaken:
            key = scoring_keys.sequences(self.dataset.name)
            self.lake.write(key, settled.model_dump_json().encode())
        loss = next(iter(LOSSES[self.dataset.task]))
        names = PromiseTest.model_fields
        found = newest_of(said, loss=loss)
        return [PromiseTest.model_validate({name: row[name] for name in names}) for row in found]

    def _counted(self, evidence: Evidence) -> tuple[CountedSoFar, tuple[Course, ...]]:
        """Return what is settled, because no more labels are awaited, and how the tests stand after all evidence."""
        counted = evidence.counted
        before = self._settled_before([window_of(statement) for statement in evidence.statements])
        rows = evidence.rows()
        is_settled: Any = pc.less(rows.column("day"), pa.scalar(before, pa.date32()))
        courses = followed(() if counted is None else counted.courses, rows.filter(is_settled).to_pylist())
        settled = CountedSoFar(
            as_of=self.as_of,
            margin=self.dataset.performance.margin,
            before=before,
            files=dict(evidence.files),
            champions=evidence.champions(),
            courses=courses,
        )
        return settled, followed(courses, rows.filter(pc.invert(is_settled)).to_pylist())

    def _settled_before(self, windows: Sequence[Window]) -> date:
        """Return the day before which no window is still open for labels."""
        delay = self.dataset.label_delay
        waiting = [each.start for each in windows if not is_final(each.end, as_of=self.as_of, label_delay=delay)]
        before = min(waiting, default=max((each.end for each in windows), default=date.min))
        # Windows overlap where the contract changed their length.
        while cut := [each.start for each in windows if each.start < before < each.end]:
            before = min(cut)
        return before


def _newest(since: Since, log: ArchiveLog) -> pa.Table | None:
    """Return what was said last, on the same day or before."""
    if since.numbers:
        return log.read(since.day, since.numbers[-1])
    earlier = log.days(end=since.day)
    if not earlier:
        return None
    day = max(earlier)
    return log.read(day, earlier[day][-1])


def _is_news(said: pa.Table, newest: pa.Table | None) -> bool:
    """Tell whether something new is said, by a look that knows no less than the newest one."""
    if newest is None or not said.num_rows:
        return bool(said.num_rows)
    return _known(newest) <= _known(said) and not says_the_same(newest, said, OF_TESTS)


def _known(tests: pa.Table) -> tuple[date, int]:
    first = tests.slice(0, 1).to_pylist()[0]
    return first["as_of"], first["files"]
