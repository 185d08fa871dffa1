"""What a model lives through in a replay, round by round: what a stage's round does, without the stage."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.contracts.errors import BadInput
from courtside.contracts.events import RetrainingRequest, Trigger, Window
from courtside.contracts.records import DecisionRecord, DriftFacts, DueFacts, HistoryFacts, Situation
from courtside.contracts.scoring import Role
from courtside.core.backtest.policies import ReplayPolicy
from courtside.core.decision import ACTS, Action, Decision, decide
from courtside.core.decision_findings import Decided
from courtside.core.drift.policies.by_name import policy_named
from courtside.core.drift.story.facts import drift_facts
from courtside.core.rhythm import training_due
from courtside.core.tasks import Prediction
from courtside.workflows.backtest.attempts import Attempt
from courtside.workflows.backtest.history import History
from courtside.workflows.backtest.incidents import ReplayedIncidents
from courtside.workflows.backtest.performance import Performance
from courtside.workflows.backtest.plan import Plan
from courtside.workflows.backtest.rounds import Round, Trained
from courtside.workflows.backtest.served import Served
from courtside.workflows.backtest.stream import Stream
from courtside.workflows.backtest.training import Trainer
from courtside.workflows.backtest.versions import Version
from courtside.workflows.backtest.watching import Watching
from courtside.workflows.check_records import record_of, unchecked
from courtside.workflows.decisions.acting import training_id_of
from courtside.workflows.drift_window import WindowReport

NOON = time(12)
"""When on its day a round is; nothing depends on it."""
FIRST_TRAINING = "initial"
_DAY = timedelta(days=1)
NOT_WATCHED, NO_ROWS = "not_watched", "no_rows"


class NoFirstChampion(BadInput):
    """The first model of a replay did not pass the gate, so there is nothing to predict with."""

    def __init__(self, trained: Trained, day: date) -> None:
        self.day = day
        why = trained.failure or (trained.verdict.reason if trained.verdict else "it was not judged")
        super().__init__(f"no model of the rows before {day} becomes champion: {why}; begin on a later day (--from)")


@dataclass
class Life:
    """A model's life so far: its champion and the other versions that count, and what was decided."""

    stream: Stream
    policy: ReplayPolicy
    plan: Plan
    trainer: Trainer
    watching: Watching
    served: Served
    performance: Performance
    champion: Version
    champion_since: date
    first: Trained | None = None
    previous: Version | None = None
    challenger: Version | None = None
    registered: int = 1
    history: History = field(default_factory=History)
    incidents: ReplayedIncidents = field(default_factory=ReplayedIncidents)
    attempts: list[Attempt] = field(default_factory=list)

    @classmethod
    def begun(cls, stream: Stream, policy: ReplayPolicy, plan: Plan, *, told: bool = True) -> "Life":
        """Train the first champion on what comes before the plan's first day; raises `NoFirstChampion`.

        See `Watching` for `told`.
        """
        trainer = cls.trainer_of(stream, policy, plan)
        request = RetrainingRequest(
            model=stream.dataset.name,
            training_id=FIRST_TRAINING,
            as_of=plan.begin,
            trigger=Trigger.INITIAL,
            reason="the first model",
            history=plan.window or policy.retrain.history,
        )
        trained = trainer.train(request, number="1", champion=None, earlier=())
        if trained.version is None or not trained.promoted:
            raise NoFirstChampion(trained, plan.begin)
        life = cls.of(stream, policy, plan, trainer, trained.version)
        return replace(life, first=trained, watching=replace(life.watching, told=told))

    @staticmethod
    def trainer_of(stream: Stream, policy: ReplayPolicy, plan: Plan) -> Trainer:
        """Return what trains; drift references are made only where drift is looked at."""
        dataset = replace(stream.dataset, retrain=policy.retrain)
        return Trainer(stream, plan, dataset, with_reference=plan.watches_drift(policy))

    @classmethod
    def of(cls, stream: Stream, policy: ReplayPolicy, plan: Plan, trainer: Trainer, champion: Version) -> "Life":
        """Return the life of a model that has had a champion from the first day on."""
        drift = policy_named(stream.dataset.policy, thresholds=stream.dataset.thresholds)
        return cls(
            stream=stream,
            policy=policy,
            plan=plan,
            trainer=trainer,
            watching=Watching(stream, drift),
            served=Served(stream),
            performance=Performance(stream, promises={champion.number: champion.promise}),
            champion=champion,
            champion_since=plan.begin,
        )

    def live(self, day: date, until: date) -> Round:
        """Live through one round: look, decide, act, and predict the rows until the next one."""
        stated = []
        if self.plan.watches_performance(self.policy):
            stated = self.performance.look(day, known_before=self.plan.known_before(day))
        watched, tests = self._watched(day), self.performance.tests(day)
        decided = self._decided(day, watched, tests)
        record = self._record(decided, day, watched)
        trained, back = self._act(record, day)
        alerts = self.incidents.take(decided, record, started=trained is not None or back is not None)
        self.history.checked(record)
        places, said = self._predicted(day, until)
        first, self.first = self.first, None
        return Round(
            day=day,
            until=until,
            record=record,
            champion=self.champion,
            places=places,
            probability=said,
            watched=watched,
            statements=stated,
            tests=tests if stated else None,
            trained=tuple(each for each in (first, trained) if each is not None),
            rolled_back_to=back,
            alerts=alerts,
            incidents=tuple(self.incidents.newest.values()),
        )

    def _window(self, day: date) -> Window:
        return Window(start=day - self.stream.dataset.watch.window, end=day)

    def _watched(self, day: date) -> WindowReport | None:
        if not self.plan.watches_drift(self.policy):
            return None
        return self.watching.check(self.champion, self._window(day))

    def _decided(self, day: date, watched: WindowReport | None, tests: pa.Table) -> Decided:
        policy, seen = self.policy.retrain, self.performance.seen(self.champion.number, tests)
        if watched is not None:
            drift = drift_facts(watched.report)
        elif self.plan.watches_drift(self.policy):
            drift = DriftFacts(unchecked=NO_ROWS, unchecked_said="there are no rows in the window")
        else:
            drift = DriftFacts(unchecked=NOT_WATCHED, unchecked_said="the policy does not look at drift")
        season = self.stream.dataset.watch.season
        situation = Situation(
            model=self.stream.dataset.name,
            as_of=day,
            newest=None if watched is None else watched.newest,
            drift=drift,
            performance=seen.facts,
            history=self._history(day),
            due=self._due(day),
            in_season=not season or any(day - _DAY in part for part in season),
        )
        name, task = self.stream.dataset.name, self.stream.dataset.task
        report = None if watched is None else watched.report
        said = tuple(seen.sentences(model=name, task=task))
        return Decided(situation, policy, decide(situation, policy), report, said)

    def _record(self, decided: Decided, day: date, watched: WindowReport | None) -> DecisionRecord:
        window = self._window(day)
        policy = None if watched is None else watched.report.policy
        check = (
            unchecked(window) if watched is None else f"v{self.champion.number}-{window.start}-{window.end}-{policy}"
        )
        moment = datetime.combine(day, NOON, UTC)
        champion = self.champion.number
        record = record_of(check, window, decided, dataset=self.stream.dataset, champion=champion, now=moment)
        return record.model_copy(update={"request": self._request(record, decided.decision, day), "done": True})

    def _history(self, day: date) -> HistoryFacts:
        return HistoryFacts(
            champion_version=self.champion.number,
            previous_version=None if self.previous is None else self.previous.number,
            champion_since=self.champion_since,
            data_until=self.champion.data_until,
            **self.history.facts(self.champion.number, day),
        )

    def _due(self, day: date) -> DueFacts | None:
        until = self.champion.data_until
        since = training_due(until, every=self.policy.retrain.every, today=day)
        if since is None:
            return None
        newer = self.stream.position(self.plan.known_before(day)) > self.stream.position(until)
        return DueFacts(since=since, data_until=until, newer=newer)

    def _request(self, record: DecisionRecord, decision: Decision, day: date) -> RetrainingRequest | None:
        if decision.action not in ACTS:
            return None
        versions = {}
        if decision.action is Action.ROLL_BACK:
            versions = {"roll_back_to": decision.version, "roll_back_from": self.champion.number}
        return RetrainingRequest(
            model=self.stream.dataset.name,
            training_id=training_id_of(record, decision),
            as_of=day,
            trigger=decision.trigger or Trigger.PERFORMANCE,
            reason=record.reason,
            recalibrate=decision.action is Action.RECALIBRATE,
            **versions,
            history=self.plan.window or decision.history or self.policy.retrain.history,
        )

    def _act(self, record: DecisionRecord, day: date) -> tuple[Trained | None, Version | None]:
        """Do what was decided, unless the same cause started it before; return the training, or the version of now."""
        request = record.request
        if request is None or self.history.started(request.training_id):
            return None, None
        self.history.asked(record, request)
        if request.roll_back_to is not None:
            return None, self._rolled_back(request.roll_back_to, day)
        return self._trained(request), None

    def _rolled_back(self, to: str, day: date) -> Version | None:
        if self.previous is None or self.previous.number != to:
            return None
        self.champion, self.previous, self.champion_since = self.previous, self.champion, day
        return self.champion

    def _trained(self, request: RetrainingRequest) -> Trained:
        number = str(self.registered + 1)
        trained = self.trainer.train(request, number=number, champion=self.champion, earlier=self.attempts)
        version = trained.version
        if version is None:
            return trained
        self.registered += 1
        self.performance.promises[number] = version.promise
        if trained.attempt is not None:
            self.attempts.append(trained.attempt)
        if trained.promoted:
            self.previous, self.champion, self.champion_since = self.champion, version, request.as_of
            self.challenger = None
        else:
            self.challenger = version
        return trained

    def _predicted(self, day: date, until: date) -> tuple[NDArray[np.int64], Prediction]:
        begin, end = self.stream.position(day), self.stream.position(until)
        places = np.arange(begin, end)
        said = self.champion.said(self.stream, begin, end)
        if begin == end:
            return places, said
        if self.plan.watches_performance(self.policy):
            self.performance.predicted(self.served.by(self.champion, Role.CHAMPION, places, said, as_of=day))
            for role, version in self._shadows():
                shadow = version.said(self.stream, begin, end)
                self.performance.predicted(self.served.by(version, role, places, shadow, as_of=day))
        return places, said

    def _shadows(self) -> list[tuple[Role, Version]]:
        known = {Role.PREVIOUS: self.previous, Role.CHALLENGER: self.challenger}
        wanted = self.stream.dataset.predict.shadows
        return [(role, version) for role, version in known.items() if version is not None and role.value in wanted]
