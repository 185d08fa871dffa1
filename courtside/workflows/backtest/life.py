"""What a model lives through in a replay, round by round: what a stage's round does, without the stage."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray

from courtside.contracts.errors import BadInput
from courtside.contracts.events import RetrainingRequest, Trigger, Window
from courtside.contracts.records import (
    DecisionRecord,
    DriftFacts,
    DueFacts,
    HistoryFacts,
    PastCheck,
    PastTraining,
    Situation,
)
from courtside.core.backtest.policies import ReplayPolicy
from courtside.core.decision import Action, Decision, decide
from courtside.core.decision_findings import Decided
from courtside.core.rhythm import training_due
from courtside.workflows.backtest.plan import Plan
from courtside.workflows.backtest.rounds import Round, Trained
from courtside.workflows.backtest.stream import Stream
from courtside.workflows.backtest.training import Trainer
from courtside.workflows.backtest.versions import Version
from courtside.workflows.check_records import record_of, unchecked
from courtside.workflows.decisions.acting import training_id_of

REMEMBERED = timedelta(days=366)
MOST_CHECKS = 60
NOON = time(12)
"""When on its day a round is; nothing depends on it."""
FIRST_TRAINING = "initial"


class NoFirstChampion(BadInput):
    """The first model of a replay did not pass the gate, so there is nothing to predict with."""

    def __init__(self, trained: Trained, day: date) -> None:
        self.day = day
        why = trained.failure or (trained.verdict.reason if trained.verdict else "it was not judged")
        super().__init__(f"no model of the rows before {day} becomes champion: {why}; begin on a later day")


@dataclass
class Life:
    """A model's life so far: its champion, the version before it, and what was decided."""

    stream: Stream
    policy: ReplayPolicy
    plan: Plan
    trainer: Trainer
    champion: Version
    champion_since: date
    first: Trained | None
    previous: Version | None = None
    registered: int = 1
    trainings: list[PastTraining] = field(default_factory=list)
    checks: list[PastCheck] = field(default_factory=list)

    @classmethod
    def begun(cls, stream: Stream, policy: ReplayPolicy, plan: Plan) -> "Life":
        """Train the first champion on what comes before the plan's first day; raises `NoFirstChampion`."""
        trainer = Trainer(stream, plan, with_reference=False)
        request = RetrainingRequest(
            model=stream.dataset.name,
            training_id=FIRST_TRAINING,
            as_of=plan.begin,
            trigger=Trigger.INITIAL,
            reason="the first model",
            history=plan.window or policy.retrain.history,
        )
        trained = trainer.train(request, number="1", champion=None, attempts=1)
        if trained.version is None or not trained.promoted:
            raise NoFirstChampion(trained, plan.begin)
        return cls(stream, policy, plan, trainer, trained.version, plan.begin, trained)

    def live(self, day: date, until: date) -> Round:
        """Live through one round: look, decide, act, and predict the rows until the next one."""
        record, decision = self._decided(day)
        trained = self._act(record, decision, day)
        self.checks.append(PastCheck(day=day, action=record.action, rule=record.rule))
        del self.checks[:-MOST_CHECKS]
        places, said = self._predicted(day, until)
        first, self.first = self.first, None
        return Round(
            day=day,
            until=until,
            record=record,
            champion=self.champion,
            places=places,
            probability=said,
            trained=trained or first,
        )

    def _decided(self, day: date) -> tuple[DecisionRecord, Decision]:
        dataset, policy, situation = self.stream.dataset, self.policy.retrain, self._situation(day)
        window = Window(start=day - dataset.watch.window, end=day)
        decision = decide(situation, policy)
        record = record_of(
            unchecked(window),
            window,
            Decided(situation, policy, decision, None, ()),
            dataset=dataset,
            champion=self.champion.number,
            now=datetime.combine(day, NOON, UTC),
        )
        return record, decision

    def _situation(self, day: date) -> Situation:
        return Situation(
            model=self.stream.dataset.name,
            as_of=day,
            drift=DriftFacts(unchecked="not_watched", unchecked_said="the policy does not look at drift"),
            history=self._history(day),
            due=self._due(day),
        )

    def _history(self, day: date) -> HistoryFacts:
        return HistoryFacts(
            champion_version=self.champion.number,
            previous_version=None if self.previous is None else self.previous.number,
            champion_since=self.champion_since,
            data_until=self.champion.data_until,
            trainings=tuple(each for each in self.trainings if each.as_of >= day - REMEMBERED),
            checks=tuple(self.checks),
        )

    def _due(self, day: date) -> DueFacts | None:
        until = self.champion.data_until
        since = training_due(until, every=self.policy.retrain.every, today=day)
        if since is None:
            return None
        newer = self.stream.position(self.plan.known_before(day)) > self.stream.position(until)
        return DueFacts(since=since, data_until=until, newer=newer)

    def _act(self, record: DecisionRecord, decision: Decision, day: date) -> Trained | None:
        """Do what was decided, unless the same cause started it before: a name starts nothing twice."""
        if decision.action is not Action.RETRAIN:
            return None
        training_id = training_id_of(record, decision)
        if any(each.training_id == training_id for each in self.trainings):
            return None
        request = RetrainingRequest(
            model=self.stream.dataset.name,
            training_id=training_id,
            as_of=day,
            trigger=decision.trigger or Trigger.MANUAL,
            reason=record.reason,
            history=self.plan.window or self.policy.retrain.history,
        )
        return self._trained(request)

    def _trained(self, request: RetrainingRequest) -> Trained:
        day, number, champion = request.as_of, self.registered + 1, self.champion.number
        trained = self.trainer.train(request, number=str(number), champion=self.champion, attempts=1)
        past = PastTraining(
            training_id=request.training_id, as_of=day, trigger=request.trigger.value, champion=champion
        )
        self.trainings.append(past)
        if trained.version is not None:
            self.registered = number
        if trained.version is not None and trained.promoted:
            self.previous, self.champion, self.champion_since = self.champion, trained.version, day
            self.checks.clear()
        return trained

    def _predicted(self, day: date, until: date) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        begin, end = self.stream.position(day), self.stream.position(until)
        places = np.arange(begin, end)
        if begin == end:
            return places, np.zeros(0)
        return places, self.champion.predict(self.stream.frame.iloc[begin:end])
