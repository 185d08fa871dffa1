"""One policy lives through the history of a stream."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from courtside.contracts.records import DecisionRecord
from courtside.contracts.records.backtests import BacktestResult, ReplayedAlert, ReplayedTraining
from courtside.core.backtest.policies import ReplayPolicy
from courtside.core.backtest.scores import scores
from courtside.workflows.backtest.life import Life
from courtside.workflows.backtest.plan import Plan
from courtside.workflows.backtest.rounds import Round, Trained, Witness
from courtside.workflows.backtest.stream import Stream


@dataclass(frozen=True)
class Replay:
    """What a policy lived through: its result, and each row's place in the stream with what was said of it."""

    policy: ReplayPolicy
    result: BacktestResult
    places: NDArray[np.int64]
    probability: NDArray[np.float64]


def replay(
    stream: Stream,
    policy: ReplayPolicy,
    plan: Plan,
    *,
    witnesses: Sequence[Witness] = (),
    progress: Callable[[str], None] = lambda _: None,
) -> Replay:
    """Live through the plan's days; `progress` is told of rounds.

    Raises `NothingToReplay` and `NoFirstChampion`.
    """
    plan.require_rows(stream)
    began = time.perf_counter()
    life = Life.begun(stream, policy, plan)
    told = _Told([], [], [], [])
    rounds = plan.rounds()
    for number, (day, until) in enumerate(rounds, start=1):
        lived = life.live(day, until)
        told.see(lived)
        for witness in witnesses:
            witness.see(lived)
        if number % 26 == 0 or number == len(rounds):
            progress(f"{policy.name}: {until}, {len(told.trained)} trainings")
    return told.replay(stream, policy, plan, seconds=time.perf_counter() - began)


@dataclass
class _Told:
    """What the result is made of, gathered from round to round."""

    trained: list[ReplayedTraining]
    alerted: list[ReplayedAlert]
    places: list[NDArray[np.int64]]
    said: list[NDArray[np.float64]]
    alerts: int = 0

    def see(self, lived: Round) -> None:
        self.trained += [_training(each, lived.record) for each in lived.trained]
        self.alerts += lived.alerts
        if lived.alerts:
            said = lived.record
            alert = ReplayedAlert(day=lived.day, action=said.action, rule=said.rule, reason=said.reason)
            self.alerted.append(alert)
        self.places.append(lived.places)
        self.said.append(lived.probability)

    def replay(self, stream: Stream, policy: ReplayPolicy, plan: Plan, *, seconds: float) -> Replay:
        places, probability = np.concatenate(self.places), np.concatenate(self.said)
        found = scores(stream.labels[places], probability)
        result = BacktestResult(
            model=stream.dataset.name,
            policy=policy.name,
            window=plan.window or policy.retrain.history,
            rows=found.rows,
            log_loss=found.log_loss,
            brier=found.brier,
            accuracy=found.accuracy,
            auc=found.auc,
            trainings=len(self.trained),
            promotions=sum(each.promoted for each in self.trained),
            alerts=self.alerts,
            seconds=round(seconds, 3),
            begin=plan.begin,
            end=plan.end,
            trained=tuple(self.trained),
            alerted=tuple(self.alerted),
        )
        return Replay(policy, result, places, probability)


def _training(trained: Trained, record: DecisionRecord) -> ReplayedTraining:
    request, version, verdict = trained.request, trained.version, trained.verdict
    history = None if version is None else version.history
    return ReplayedTraining(
        day=request.as_of,
        trigger=request.trigger.value,
        recalibrated=request.recalibrate,
        history=request.history if history is None else history.window,
        version=None if version is None else version.number,
        promoted=trained.promoted,
        rule="failed" if verdict is None else verdict.rule,
        reason=trained.failure if verdict is None else verdict.reason,
        rows=0 if trained.made is None else trained.made.split.train.num_rows,
        learned_since=None if history is None else history.since,
        moved=record.situation.drift.moved if record.situation else (),
    )
