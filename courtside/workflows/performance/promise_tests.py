"""The promise tests of a model: each look counts the evidence that came, and says what it shows now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from courtside.contracts import scoring_keys
from courtside.contracts.events import Window
from courtside.contracts.scoring import PromiseTest
from courtside.core.performance.courses import Course, followed, recalibrated_after
from courtside.core.performance.evidence_archive import learnt_by
from courtside.core.performance.losses import LOSSES
from courtside.core.performance.maturity import is_final
from courtside.core.performance.promise_tests import OF_TESTS, newest_of, table_of_tests
from courtside.core.performance.statements import says_the_same
from courtside.core.recalibration import Course as RecalibratedCourse
from courtside.workflows.archive_log import ArchiveLog, Since, promise_tests_log
from courtside.workflows.performance.evidence import CountedSoFar, Evidence, window_of
from courtside.workflows.performance.judging import Judging
from courtside.workflows.ports import Lake


@dataclass(frozen=True, slots=True)
class Look:
    """A look at all promise tests of a model."""

    judging: Judging
    lake: Lake

    def take(self) -> list[PromiseTest]:
        """Count the evidence that is new, write what the tests say now, and return it about the newest champion.

        Nothing is said without new evidence. Whatever is broken off can be repeated, because what was counted is noted
        last. Raises `LogBusy` and `LogDamaged`.
        """
        judging = self.judging
        evidence = Evidence.of(judging.dataset, judging.as_of, lake=self.lake)
        if not evidence.is_new:
            return []
        settled, said = self._counted(evidence)
        log = promise_tests_log(judging.dataset.name, lake=self.lake)
        log.append(judging.as_of, lambda since: said if _is_news(said, _newest(since, log)) else None)
        if not evidence.is_overtaken:
            key = scoring_keys.sequences(judging.dataset.name)
            self.lake.write(key, settled.model_dump_json().encode())
        loss, names = next(iter(LOSSES[judging.dataset.task])), PromiseTest.model_fields
        return [PromiseTest(**{name: row[name] for name in names}) for row in newest_of(said, loss=loss)]

    def _counted(self, evidence: Evidence) -> tuple[CountedSoFar, pa.Table]:
        """Return what is settled, because no more labels are awaited, and what the tests say after all evidence."""
        counted, rows = evidence.counted, evidence.rows()
        before = self._settled_before([window_of(statement) for statement in evidence.statements])
        is_settled: Any = pc.less(rows.column("day"), pa.scalar(before, pa.date32()))
        settled = rows.filter(is_settled)
        courses = followed(() if counted is None else counted.courses, settled.to_pylist())
        recalibrated = recalibrated_after({} if counted is None else counted.recalibrated, settled)
        newest = {version: states[max(states)] for version, states in learnt_by(settled).items()}
        so_far = CountedSoFar(
            as_of=self.judging.as_of,
            margin=self.judging.dataset.performance.margin,
            before=before,
            files=dict(evidence.files),
            champions=evidence.champions(),
            courses=courses,
            recalibrated=recalibrated,
            learnt=({} if counted is None else counted.learnt) | newest,
        )
        waiting = rows.filter(pc.invert(is_settled))
        return so_far, self._said(followed(courses, waiting.to_pylist()), recalibrated_after(recalibrated, waiting))

    def _said(self, courses: Sequence[Course], recalibrated: Mapping[str, RecalibratedCourse]) -> pa.Table:
        judging = self.judging
        margin = judging.dataset.performance.margin
        promises = judging.promises.of(recalibrated)
        return table_of_tests(
            courses,
            {version: (course, promises[version].ranking) for version, course in recalibrated.items()},
            margin=margin,
            as_of=judging.as_of,
            recorded_at=judging.now,
            files=judging.files,
        )

    def _settled_before(self, windows: Sequence[Window]) -> date:
        """Return the day before which no window is still open for labels."""
        delay, as_of = self.judging.dataset.label_delay, self.judging.as_of
        waiting = [each.start for each in windows if not is_final(each.end, as_of=as_of, label_delay=delay)]
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
