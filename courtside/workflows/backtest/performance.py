"""How a replayed model does by its labels: windows are judged and promise tests go on, as on a stage."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

import numpy as np
import pyarrow as pa

from courtside.contracts.events import Window
from courtside.contracts.records import Known, PerformanceFacts
from courtside.contracts.scoring import PromiseTest, Role
from courtside.core.performance.courses import Course, followed, recalibrated_after
from courtside.core.performance.evidence import compare, first_days
from courtside.core.performance.evidence_archive import evidence_table, learnt_by
from courtside.core.performance.judge import judge
from courtside.core.performance.losses import LOSSES
from courtside.core.performance.metrics import metrics_of
from courtside.core.performance.promise import Promise
from courtside.core.performance.promise_tests import newest_of, table_of_tests
from courtside.core.performance.seen import PerformanceSeen
from courtside.core.performance.statements import statement_table
from courtside.core.performance.windows import window_of
from courtside.core.performance.wording import TREND
from courtside.core.recalibration import Course as RecalibratedCourse
from courtside.core.recalibration import Recalibration
from courtside.workflows.backtest.stream import Stream

NOT_JUDGED = "no window of its predictions has its labels yet"
_NOON = time(12)


@dataclass(frozen=True)
class Realised:
    """What the labels of a window said of a champion, by the first metric of its task."""

    version: str
    window: Window
    rows: int
    value: float | None
    low: float | None
    high: float | None
    promise: float | None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Realised":
        """Read a row of the archive of statements."""
        window = Window(start=row["window_start"], end=row["window_end"])
        figures = (row[name] for name in ("value", "low", "high", "promise"))
        return cls(row["version"], window, row["labelled"], *figures)

    def facts(self) -> dict[str, Any]:
        """Return what a decision knows of it."""
        figures = {name: getattr(self, name) for name in ("window", "rows", "value", "low", "high", "promise")}
        return {"known": Known.REALISED, "why_unknown": ""} | figures


@dataclass
class Performance:
    """What is known of the performance of a model's champions, from look to look.

    `waiting` are predictions of days whose windows have not ended, in the columns of `BELIEVED`.
    """

    stream: Stream
    promises: dict[str, Promise] = field(default_factory=dict)
    champions: dict[str, date] = field(default_factory=dict)
    courses: tuple[Course, ...] = ()
    recalibrated: dict[str, RecalibratedCourse] = field(default_factory=dict)
    learnt: dict[str, Recalibration] = field(default_factory=dict)
    waiting: list[pa.Table] = field(default_factory=list)
    trend: list[Realised] = field(default_factory=list)
    _said: pa.Table | None = None

    def predicted(self, said: pa.Table) -> None:
        """Take note of predictions, in the columns of `BELIEVED`."""
        if said.num_rows:
            self.waiting.append(said)

    def look(self, as_of: date, *, known_before: date) -> list[pa.Table]:
        """Judge the windows whose labels have all come, and return what is stated about each."""
        stated, evidence = [], []
        for window, served in self._ended(known_before):
            for version, day in first_days(served).items():
                self.champions[version] = min(day, self.champions.get(version, day))
            stated.append(self._judged(served, window, as_of))
            evidence.append(self._compared(served, window, as_of))
        if evidence:
            counted = pa.concat_tables(evidence)
            self.courses = followed(self.courses, counted.to_pylist())
            self.recalibrated = recalibrated_after(self.recalibrated, counted)
            self._said = None
        return stated

    def _ended(self, known_before: date) -> Iterator[tuple[Window, pa.Table]]:
        """Yield the windows that lie before a day, oldest first, and keep the rest waiting."""
        length = self.stream.dataset.performance.window
        while self.waiting:
            days = [each.column("day")[0].as_py() for each in self.waiting]
            window = window_of(min(days), length)
            if window.end > known_before:
                return
            rows = pa.concat_tables(self.waiting)
            inside = np.asarray(rows.column("day").to_numpy() < np.datetime64(window.end, "D"))
            later = rows.filter(pa.array(~inside))
            self.waiting = [later] if later.num_rows else []
            yield window, rows.filter(pa.array(inside))

    def _judged(self, served: pa.Table, window: Window, as_of: date) -> pa.Table:
        judged = judge(served, window, promises=self.promises, task=self.stream.dataset.task)
        said = statement_table(judged, window, stated_on=as_of, recorded_at=_moment(as_of), statement=1, files=1)
        metric = metrics_of(self.stream.dataset.task)[0].name
        champion = Role.CHAMPION.value
        self.trend += [
            Realised.of(row)
            for row in said.to_pylist()
            if (row["role"], row["segment_column"], row["metric"]) == (champion, None, metric)
        ]
        del self.trend[:-TREND]
        return said

    def _compared(self, served: pa.Table, window: Window, as_of: date) -> pa.Table:
        compared = compare(
            served,
            promises=self.promises,
            champions=self.champions,
            learnt=self.learnt,
            task=self.stream.dataset.task,
        )
        said = evidence_table(compared, window, stated_on=as_of, recorded_at=_moment(as_of), files=1)
        for version, states in learnt_by(said).items():
            self.learnt[version] = Recalibration.of_plain(json.loads(states[max(states)]))
        return said

    def tests(self, as_of: date) -> pa.Table:
        """Return what the promise tests said on the last day, up to this one, on which there was something new."""
        if self._said is None:
            self._said = self._tests(as_of)
        return self._said

    def _tests(self, as_of: date) -> pa.Table:
        margin = self.stream.dataset.performance.margin
        ranking = {version: (course, self.promises[version].ranking) for version, course in self.recalibrated.items()}
        return table_of_tests(self.courses, ranking, margin=margin, as_of=as_of, recorded_at=_moment(as_of), files=1)

    def seen(self, version: str, tests: pa.Table) -> PerformanceSeen:
        """Return what is known of a champion; `tests` are those of the day."""
        task = self.stream.dataset.task
        facts = PerformanceFacts(
            metric=metrics_of(task)[0].name, why_unknown=NOT_JUDGED, tests=self._of_version(tests, version)
        )
        own = [each for each in self.trend if each.version == version and each.value is not None]
        if own:
            facts = facts.model_copy(update=own[-1].facts())
        return PerformanceSeen(facts, tuple(each.value for each in self.trend))

    def _of_version(self, tests: pa.Table, version: str) -> tuple[PromiseTest, ...]:
        loss, names = next(iter(LOSSES[self.stream.dataset.task])), PromiseTest.model_fields
        rows = newest_of(tests, loss=loss, version=version)
        return tuple(PromiseTest(**{name: row[name] for name in names}) for row in rows)


def _moment(day: date) -> datetime:
    return datetime.combine(day, _NOON, UTC)
