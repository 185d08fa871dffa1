"""The trainings of a replay: fitted and judged by the code that a stage's trainings run."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.contracts.errors import BadInput
from courtside.contracts.events import RetrainingRequest
from courtside.contracts.records import SplitRule
from courtside.core.dataset import Dataset
from courtside.core.drift import Profile
from courtside.core.gate.verdict import Rival, judge
from courtside.core.performance.promise import Promise, promise_of
from courtside.core.rows.ids import canonical_text
from courtside.core.tasks import BINARY
from courtside.core.training.candidates import Classifier
from courtside.core.training.fit import FitOptions
from courtside.core.training.frame import taken_as
from courtside.core.training.importance import importances
from courtside.workflows.backtest.attempts import Attempt, count_of
from courtside.workflows.backtest.holdouts import holdout_of
from courtside.workflows.backtest.plan import Plan
from courtside.workflows.backtest.rounds import Judged, Trained
from courtside.workflows.backtest.stream import PLACE, Stream
from courtside.workflows.backtest.versions import Version
from courtside.workflows.challengers import fitted
from courtside.workflows.recalibrate import halves, mapped
from courtside.workflows.rows import TrainingFeatures
from courtside.workflows.stopwatch import Stopwatch

_DAY = timedelta(days=1)


def _silent(_: str) -> None:
    """Progress is reported by round."""


@dataclass(frozen=True)
class Trainer:
    """Trains on what a stream has shown by a day; without `with_reference` no version gets a drift reference.

    `dataset` is the contract, with the policy that is replayed.
    """

    stream: Stream
    plan: Plan
    dataset: Dataset
    with_reference: bool = True

    def train(
        self, request: RetrainingRequest, *, number: str, champion: Version | None, earlier: Sequence[Attempt]
    ) -> Trained:
        """Train as of the request's day, and judge the challenger, which becomes version `number`.

        `earlier` are the attempts before. Rows that cannot be trained on make a failed training, as on a stage.
        """
        try:
            if request.recalibrate and champion is not None:
                version, made = self._recalibrated(request, champion, number=number)
            else:
                version, made = self._fitted(request, number=number)
        except BadInput as error:
            return Trained(request, failure=str(error))
        return self._judged(request, made, version, champion, earlier)

    def again(self, number: str, request: RetrainingRequest, of: Version | None) -> Version:
        """Return the version that a request made before, from the version `of` where it recalibrated that."""
        if of is not None:
            return self._recalibrated(request, of, number=number)[0]
        return self._fitted(request, number=number)[0]

    def _rows(self, request: RetrainingRequest) -> TrainingFeatures:
        return self.stream.before(self.plan.known_before(request.as_of))

    def _fitted(self, request: RetrainingRequest, *, number: str) -> tuple[Version, Judged]:
        made = fitted(
            request,
            self._rows(request),
            dataset=self.dataset,
            candidates=self.plan.candidates,
            rule=SplitRule(),
            options=FitOptions(seed=self.plan.seed),
            with_reference=self.with_reference,
            tracking=None,
            watch=Stopwatch(_silent),
            registers=True,
        )
        split, registered = made.split, made.registered
        judged = Judged(split, made.best, split.selection_rows, len(self.stream.several))
        refit = registered.record is not None and registered.record.why_not is None
        last = _places(split.holdout if refit else split.train)[-1]
        estimator = registered.model.estimator
        version = Version(
            number=number,
            request=request,
            data_until=self._last_day(request) + _DAY,
            candidate=made.best.candidate,
            estimator=estimator,
            profile=None if made.profile is None else Profile.from_bytes(made.profile),
            promise=self._promise(judged),
            importances=importances(estimator, list(made.interface.taken_as)),
            judged=judged.said(),
            learned_before=int(last) + 1,
            history=made.history,
            seen=registered.model.seen,
            intervals=registered.model.intervals,
        )
        return version, judged

    def _recalibrated(self, request: RetrainingRequest, champion: Version, *, number: str) -> tuple[Version, Judged]:
        """Recalibrate the champion; one that was recalibrated before has its map replaced."""
        of = champion.of or champion
        learned: date = self.stream.days[of.learned_before - 1].item()
        split = halves(self._rows(request).table, since=learned, dataset=self.dataset)
        taken = taken_as(self.stream.table.schema, self.dataset)
        fitted_once = cast("Classifier", of.estimator)  # only what says probabilities is ever found miscalibrated
        model = mapped(fitted_once, taken, of.candidate, split, dataset=self.dataset)
        judged = Judged(split, model, 0)
        version = replace(
            of,
            number=number,
            request=request,
            estimator=model.estimator,
            promise=self._promise(judged),
            judged={**of.judged, **judged.said()},
            of=of,
        )
        return version, judged

    def _judged(
        self,
        request: RetrainingRequest,
        made: Judged,
        version: Version,
        champion: Version | None,
        earlier: Sequence[Attempt],
    ) -> Trained:
        holdout = holdout_of(made, champion, stream=self.stream, dataset=self.dataset)
        gate = self.dataset.gate
        if champion is None:
            return Trained(request, made, version, judge(holdout, policy=gate))
        since: date = self.stream.days[_places(made.split.holdout)[0]].item()
        attempt = Attempt(champion.number, since, request.as_of)
        verdict = judge(
            holdout,
            policy=gate,
            fresher_by=(request.as_of - champion.as_of).days,
            rival=Rival(champion.number),
            recalibrates=None if version.of is None else version.of.number,
            attempts=count_of(attempt, earlier),
        )
        # One that was rejected before anything was compared looked at nothing.
        return Trained(request, made, version, verdict, attempt=attempt if verdict.comparisons else None)

    def _promise(self, made: Judged) -> Promise:
        holdout = holdout_of(made, None, stream=self.stream, dataset=self.dataset)
        segment, task = self.dataset.segment, self.dataset.task
        if task != BINARY:
            return promise_of(holdout, segment_column=segment, task=task)
        negative, positive = (canonical_text(pa.array([each])).to_pylist()[0] for each in self.stream.classes.classes)
        promise = promise_of(holdout, segment_column=segment, task=task, positive=positive or "1")
        return replace(promise, negative=negative)

    def _last_day(self, request: RetrainingRequest) -> date:
        rows = self.stream.position(self.plan.known_before(request.as_of))
        last: date = self.stream.days[rows - 1].item()
        return last


def _places(rows: pa.Table) -> NDArray[np.int64]:
    return np.asarray(rows.column(PLACE).to_numpy())
