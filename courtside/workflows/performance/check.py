"""The check of performance: windows whose labels are in are judged, and judged anew when labels come or change."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from courtside.contracts import lake_keys
from courtside.contracts.events import Window
from courtside.contracts.scoring import (
    NEWEST_WINDOWS,
    JudgedWindow,
    PerformanceRequest,
    PerformanceResponse,
    WindowState,
)
from courtside.core.dataset import Dataset
from courtside.core.drift.reading import Days
from courtside.core.performance.judge import judge, lines_of
from courtside.core.performance.maturity import is_final, may_be_judged
from courtside.core.performance.statements import statement_table
from courtside.workflows.believed import Beliefs
from courtside.workflows.late_labels import take_labels
from courtside.workflows.performance.promises import Promises
from courtside.workflows.performance.statements import Stating, performance_log
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
        round_ = _Round(self.dataset, self.lake, files, now, Promises(self.dataset, self.lake))
        unsettled = Unsettled.of(self.dataset, files, lake=self.lake)
        recent, late = unsettled.recent(), unsettled.late_ids()
        for ids in round_.state(recent):
            late = late.without(ids)
        oldest = recent[0].start if recent else request.as_of
        for _ in round_.state(unsettled.older(late, than=oldest)):
            pass
        note = files.noted().model_dump_json().encode()
        self.lake.write(lake_keys.performance_progress(self.dataset.name), note)
        return round_.response(request, new=taken.new, changed=taken.changed)


@dataclass(frozen=True, slots=True)
class _Round:
    """One check: the files that it judges by, and what became of the windows."""

    dataset: Dataset
    lake: Lake
    files: Files
    now: datetime
    promises: Promises
    found: list[JudgedWindow] = field(default_factory=list)

    @property
    def as_of(self) -> date:
        return self.files.as_of

    def state(self, windows: Sequence[Window]) -> Iterator[Any]:
        """Judge windows, oldest first; yield the ids of the rows of each."""
        stated = set(performance_log(self.dataset.name, lake=self.lake).days()) if windows else set()
        days = [Days(window.start, window.end) for window in windows]
        beliefs = Beliefs(self.lake, self.dataset, self.as_of)
        for window, (_, served) in zip(windows, beliefs.windows(days), strict=True):
            if served.num_rows:
                self._state(window, served, stated=window.start in stated)
                yield served.column("id")

    def _state(self, window: Window, served: pa.Table, *, stated: bool) -> None:
        share = share_labelled(served)
        rules, final = (
            self.dataset.performance,
            is_final(window.end, as_of=self.as_of, label_delay=self.dataset.label_delay),
        )
        if not (stated or may_be_judged(share=share, mature=rules.mature, final=final)):
            if not final:
                self._note(window, WindowState.IMMATURE, share)
            return
        promises = self.promises.of(version for _, version in lines_of(served))
        judged = judge(served, window, promises=promises, task=self.dataset.task)
        said = statement_table(
            judged, window, stated_on=self.as_of, recorded_at=self.now, statement=0, files=self.files.count
        )
        state = Stating(window, said).state(performance_log(self.dataset.name, lake=self.lake))
        if state is not None:
            self._note(window, state, share)

    def _note(self, window: Window, state: WindowState, share: float) -> None:
        self.found.append(JudgedWindow(window=window, state=state, share_labelled=share))

    def response(self, request: PerformanceRequest, *, new: int, changed: int) -> PerformanceResponse:
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
            problems=tuple(self.promises.problems),
        )


def share_labelled(served: pa.Table) -> float:
    """Return the share of predictions whose label is known, in [0, 1]; there is at least one."""
    return 1 - served.column("label").null_count / served.num_rows
