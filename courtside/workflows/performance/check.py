"""The check of performance: windows whose labels are in are judged, and judged anew when labels come or change."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import pyarrow as pa

from courtside.contracts import scoring_keys
from courtside.contracts.events import Window
from courtside.contracts.records import LabelsIn
from courtside.contracts.scoring import (
    NEWEST_WINDOWS,
    JudgedWindow,
    PerformanceRequest,
    PerformanceResponse,
    PromiseTest,
    WindowState,
)
from courtside.core.dataset import Dataset
from courtside.core.drift.reading import Days
from courtside.core.performance.maturity import maturity_curve
from courtside.workflows.archive_log import performance_log
from courtside.workflows.believed import Beliefs
from courtside.workflows.late_labels import take_labels
from courtside.workflows.performance.comparing import Comparing
from courtside.workflows.performance.evidence import Evidence
from courtside.workflows.performance.judging import Judging, share_labelled
from courtside.workflows.performance.promise_tests import Look
from courtside.workflows.performance.promises import Promises
from courtside.workflows.performance.statements import Stating, is_stated
from courtside.workflows.performance.unsettled import Files, Unsettled
from courtside.workflows.ports import Lake


@dataclass(frozen=True, slots=True)
class CheckPerformance:
    """The check of a model's performance as of days; it finds and states, and alerts nobody."""

    dataset: Dataset
    lake: Lake

    def run(self, request: PerformanceRequest, *, now: datetime) -> PerformanceResponse:
        """Take the labels that came, and state what is new about windows that have ended.

        Every step can be repeated: a statement that says nothing new is not made, and what was taken into account is
        noted last. Raises `LogBusy`, `LogDamaged` and what `take_labels` raises.
        """
        taken = take_labels(request.as_of, lake=self.lake, dataset=self.dataset, now=now)
        files = Files.of(self.dataset, request.as_of, lake=self.lake)
        promises = Promises(self.dataset, self.lake)
        judging = Judging(self.dataset, promises, as_of=request.as_of, now=now, files=files.count)
        evidence = Evidence.of(self.dataset, request.as_of, lake=self.lake)
        round_ = _Round(judging, Comparing.of(judging, evidence, lake=self.lake), self.lake)
        unsettled = Unsettled.of(self.dataset, files, lake=self.lake, anew=evidence.is_first)
        recent, late = unsettled.recent(), unsettled.late_ids()
        arrived = Arrived()
        for served in round_.state(recent):
            late = late.without(served.column("id"))
            arrived.add(served)
        oldest = recent[0].start if recent else request.as_of
        for _ in round_.state(unsettled.older(late, than=oldest)):
            pass
        tests = Look(judging, self.lake).take()
        waiting = [each for each in round_.found if each.state is WindowState.IMMATURE]
        note = files.noted(curve=arrived.curve(request.as_of), waiting=waiting)
        self.lake.write(scoring_keys.performance_progress(self.dataset.name), note.model_dump_json().encode())
        return round_.response(request, new=taken.new, changed=taken.changed, tests=tests)


@dataclass(frozen=True, slots=True)
class Arrived:
    """How many rows of each day got their label on which day."""

    tables: list[pa.Table] = field(default_factory=list)

    def add(self, served: pa.Table) -> None:
        """Count the rows of a window."""
        self.tables.append(served.group_by(["day", "labelled_on"]).aggregate([([], "count_all")]))

    def curve(self, as_of: date) -> tuple[LabelsIn, ...]:
        """Return which share of the labels is in after how many days."""
        if not self.tables:
            return ()
        counted = pa.concat_tables(self.tables)
        days, known_on = (counted.column(name).to_numpy().astype("datetime64[D]") for name in ("day", "labelled_on"))
        return maturity_curve(days, known_on, counted.column("count_all").to_numpy(), as_of=as_of)


@dataclass(frozen=True, slots=True)
class _Round:
    """One check: what it judges by, and what became of the windows."""

    judging: Judging
    comparing: Comparing
    lake: Lake
    found: list[JudgedWindow] = field(default_factory=list)

    def state(self, windows: Sequence[Window]) -> Iterator[pa.Table]:
        """Judge windows, oldest first; yield the rows of each."""
        dataset = self.judging.dataset
        files = performance_log(dataset.name, lake=self.lake).days() if windows else {}
        days = [Days(window.start, window.end) for window in windows]
        beliefs = Beliefs(self.lake, dataset, self.judging.as_of)
        for window, (_, served) in zip(windows, beliefs.windows(days), strict=True):
            if served.num_rows:
                self._state(window, served, files=files.get(window.start, []))
                yield served

    def _state(self, window: Window, served: pa.Table, *, files: list[int]) -> None:
        share, log = share_labelled(served), performance_log(self.judging.dataset.name, lake=self.lake)
        if not (self.judging.is_mature(window, served) or is_stated(window, files, log=log)):
            if self.judging.awaits_labels(window):
                self._note(window, WindowState.IMMATURE, share)
            return
        said = self.judging.said(window, served)
        state = Stating(window, said).state(log, files=files)
        self.comparing.state(window, served)
        if state is not None:
            self._note(window, state, share)

    def _note(self, window: Window, state: WindowState, share: float) -> None:
        self.found.append(JudgedWindow(window=window, state=state, share_labelled=share))

    def response(
        self, request: PerformanceRequest, *, new: int, changed: int, tests: Sequence[PromiseTest]
    ) -> PerformanceResponse:
        """Return what became of the windows."""
        states = [each.state for each in self.found]
        newest = sorted(self.found, key=lambda each: each.window.start)[-NEWEST_WINDOWS:]
        return PerformanceResponse(
            model=request.model,
            as_of=request.as_of,
            stated=states.count(WindowState.STATED),
            restated=states.count(WindowState.RESTATED),
            immature=states.count(WindowState.IMMATURE),
            windows=tuple(newest),
            labels_new=new,
            labels_changed=changed,
            tests=tuple(tests),
            problems=tuple(self.judging.promises.problems),
        )
