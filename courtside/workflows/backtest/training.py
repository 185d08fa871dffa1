"""The trainings of a replay: fitted and judged by the code that a stage's trainings run."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.contracts.errors import BadInput
from courtside.contracts.events import RetrainingRequest
from courtside.contracts.records import SplitRule
from courtside.core.drift import Profile
from courtside.core.gate.holdout import Holdout
from courtside.core.gate.verdict import Rival, judge
from courtside.core.performance.promise import promise_of
from courtside.core.rows.ids import canonical_text
from courtside.core.training.fit import FitOptions, labels
from courtside.core.training.holdout import holdout_columns
from courtside.core.training.importance import importances
from courtside.workflows.backtest.attempts import Attempt, count_of
from courtside.workflows.backtest.plan import Plan
from courtside.workflows.backtest.rounds import Trained
from courtside.workflows.backtest.stream import PLACE, Stream
from courtside.workflows.backtest.versions import Version
from courtside.workflows.challengers import Challengers, fitted
from courtside.workflows.stopwatch import Stopwatch

_DAY = timedelta(days=1)


def _silent(_: str) -> None:
    """Progress is reported by round."""


@dataclass(frozen=True)
class Trainer:
    """Trains on what a stream has shown by a day; without `with_reference` no version gets a drift reference."""

    stream: Stream
    plan: Plan
    with_reference: bool = True

    def train(
        self, request: RetrainingRequest, *, number: str, champion: Version | None, earlier: Sequence[Attempt]
    ) -> Trained:
        """Train as of the request's day, and judge the challenger, which becomes version `number`.

        `earlier` are the attempts before. Rows that cannot be trained on make a failed training, as on a stage.
        """
        stream = self.stream
        try:
            made = fitted(
                request,
                stream.before(self.plan.known_before(request.as_of)),
                dataset=stream.dataset,
                candidates=self.plan.candidates,
                rule=SplitRule(),
                options=FitOptions(seed=self.plan.seed),
                with_reference=self.with_reference,
                tracking=None,
                watch=Stopwatch(_silent),
            )
        except BadInput as error:
            return Trained(request, failure=str(error))
        holdout = _holdout(made, champion, stream)
        version = self._version(request, made, holdout, number=number)
        if champion is None:
            return Trained(request, made, version, judge(holdout, policy=stream.dataset.gate))
        since: date = stream.days[_places(made.split.holdout)[0]].item()
        attempt = Attempt(champion.number, since, request.as_of)
        verdict = judge(
            holdout,
            policy=stream.dataset.gate,
            fresher_by=(request.as_of - champion.as_of).days,
            rival=Rival(champion.number),
            attempts=count_of(attempt, earlier),
        )
        # One that was rejected before anything was compared looked at nothing.
        return Trained(request, made, version, verdict, attempt=attempt if verdict.comparisons else None)

    def made(self, number: str, request: RetrainingRequest) -> Version:
        """Return the version that a request made before."""
        version = self.train(request, number=number, champion=None, earlier=()).version
        assert version is not None
        return version

    def _version(self, request: RetrainingRequest, made: Challengers, holdout: Holdout, *, number: str) -> Version:
        stream, best = self.stream, made.best
        rows = stream.position(self.plan.known_before(request.as_of))
        negative, positive = (canonical_text(pa.array([each])).to_pylist()[0] for each in stream.classes.classes)
        segment, task = stream.dataset.segment, stream.dataset.task
        promise = promise_of(holdout, segment_column=segment, task=task, positive=positive or "1")
        return Version(
            number=number,
            request=request,
            data_until=_last_day(stream, rows) + _DAY,
            name=best.name,
            estimator=best.estimator,
            profile=None if made.profile is None else Profile.from_bytes(made.profile),
            promise=replace(promise, negative=negative),
            importances=importances(best.estimator, list(made.interface.taken_as)),
            judged=dict(zip(_places(made.split.holdout).tolist(), holdout.challenger.tolist(), strict=True)),
            learned_before=int(_places(made.split.train).max()) + 1,
            history=made.history,
        )


def _holdout(made: Challengers, champion: Version | None, stream: Stream) -> Holdout:
    """Return what the gate judges: both models and the baseline on the newest rows."""
    split, dataset = made.split, stream.dataset
    rows = split.holdout
    columns = holdout_columns(split.train, rows, dataset)
    segment = columns.get("segment")
    return Holdout(
        labels=labels(rows, dataset),
        challenger=made.best.test_probability[split.selection_rows :],
        champion=None if champion is None else _said_by(champion, _places(rows), stream),
        baseline=columns["baseline"],
        segments=None if segment is None else np.array(segment.to_pylist(), dtype=np.str_),
    )


def _said_by(champion: Version, places: NDArray[np.int64], stream: Stream) -> NDArray[np.float64]:
    first = int(places[0])  # the holdout's rows stand one after the other in the stream
    return champion.said(stream, first, first + places.size)


def _places(rows: pa.Table) -> NDArray[np.int64]:
    return np.asarray(rows.column(PLACE).to_numpy())


def _last_day(stream: Stream, rows: int) -> date:
    last: date = stream.days[rows - 1].item()
    return last
