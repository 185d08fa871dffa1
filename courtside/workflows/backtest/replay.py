"""One policy lives through the history of a stream."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from courtside.contracts.events import Trigger
from courtside.contracts.records import DecisionRecord
from courtside.contracts.records.backtests import BacktestResult, ReplayedAlert, ReplayedTraining
from courtside.core.backtest.changes import answers
from courtside.core.backtest.policies import ReplayPolicy
from courtside.core.backtest.scores import figures_of, scores
from courtside.core.tasks import BINARY, Prediction, Truth, task_of
from courtside.workflows.backtest.life import Life
from courtside.workflows.backtest.plan import Plan
from courtside.workflows.backtest.resuming import resumed, state_of
from courtside.workflows.backtest.rounds import Round, Trained, Witness
from courtside.workflows.backtest.state import State, StateFile, Told, state_file
from courtside.workflows.backtest.stream import Stream

_MINUTE = 60
EVERY = 26
"""After so many rounds people are told how far it is, and what was lived through is kept."""


@dataclass(frozen=True)
class Replay:
    """What a policy lived through: its result, and each row's place in the stream with what was said of it."""

    policy: ReplayPolicy
    result: BacktestResult
    places: NDArray[np.int64]
    probability: Prediction


def replay(
    stream: Stream,
    policy: ReplayPolicy,
    plan: Plan,
    *,
    witnesses: Sequence[Witness] = (),
    state: Path | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Replay:
    """Live through the plan's days; `progress` is told of rounds.

    What was lived through is kept in the folder `state` from time to time, so that the same replay goes on from there,
    or is only read where it had ended; without a folder nothing is kept. Where somebody is to see every round,
    it begins anew.

    Raises `NothingToReplay` and `NoFirstChampion`.
    """
    plan.require_rows(stream)
    file = None if state is None else state_file(state, stream, policy, plan)
    course = _Course.resumed(stream, policy, plan, None if witnesses else file, told=bool(witnesses))
    rounds = plan.rounds()
    while course.told.rounds < len(rounds):
        began = time.perf_counter()
        lived = course.live(*rounds[course.told.rounds])
        course.told.seconds += time.perf_counter() - began
        for witness in witnesses:
            witness.see(lived)
        done = course.told.rounds
        if lived.trained or done % EVERY == 0 or done == len(rounds):
            if file is not None:
                course.keep(file, ended=done == len(rounds))
            trainings = len(course.told.trained)
            trained = "1 training" if trainings == 1 else f"{trainings} trainings"
            left = time_left(course.told, len(rounds))
            progress(f"{policy.name}: {done} of {len(rounds)} rounds, up to {lived.until}, {trained}{left}")
    return course.replay(stream, policy, plan)


@dataclass
class _Course:
    """A replay on its way: the life, what it has told, and what was said of the rows at these places."""

    life: Life | None
    told: Told
    places: list[NDArray[np.int64]]
    said: list[Prediction]

    @classmethod
    def resumed(
        cls, stream: Stream, policy: ReplayPolicy, plan: Plan, file: StateFile | None, *, told: bool
    ) -> "_Course":
        """Go on from a file, or begin; see `Watching` for `told`."""
        kept = None if file is None else file.load()
        if kept is None:
            began = time.perf_counter()
            life = Life.begun(stream, policy, plan, told=told)
            return cls(life, Told(seconds=time.perf_counter() - began), [], [])
        state, places, said = kept
        life_again = None if state.life is None else resumed(state.life, stream, policy, plan)
        return cls(life_again, state.told, [places], [said])

    def live(self, day: date, until: date) -> Round:
        """Live through one round."""
        assert self.life is not None
        lived, told = self.life.live(day, until), self.told
        told.rounds += 1
        told.alerts += lived.alerts
        told.trained += [_training(each, lived.record) for each in lived.trained]
        if lived.alerts:
            said = lived.record
            alert = ReplayedAlert(day=lived.day, action=said.action, rule=said.rule, reason=said.reason)
            told.alerted.append(alert)
        self.places.append(lived.places)
        self.said.append(lived.probability)
        return lived

    def keep(self, file: StateFile, *, ended: bool) -> None:
        """Write where the replay is."""
        life = None if ended or self.life is None else state_of(self.life)
        file.save(State(self.told, life), np.concatenate(self.places), np.concatenate(self.said))

    def replay(self, stream: Stream, policy: ReplayPolicy, plan: Plan) -> Replay:
        """Return what was lived through."""
        places, probability, told = np.concatenate(self.places), np.concatenate(self.said), self.told
        found = _figures(stream.labels[places], probability, stream.dataset.task)
        result = BacktestResult(
            model=stream.dataset.name,
            policy=policy.name,
            window=plan.window or policy.retrain.history,
            **found,
            trainings=len(told.trained),
            promotions=sum(each.promoted for each in told.trained),
            alerts=told.alerts,
            seconds=round(told.seconds, 3),
            begin=plan.begin,
            end=plan.end,
            trained=tuple(told.trained),
            alerted=tuple(told.alerted),
            **_answered(stream, told.trained, plan),
        )
        return Replay(policy, result, places, probability)


def time_left(told: Told, rounds: int) -> str:
    """Say how much longer the other rounds take if they are as those before; nothing early on, or where it is little.

    The first training is no part of a usual round, so that a few rounds say nothing.

    >>> time_left(Told(rounds=26, seconds=260.0), rounds=100), time_left(Told(rounds=2, seconds=60.0), rounds=100)
    (', about 12 minutes left', '')
    """
    seconds = told.seconds / told.rounds * (rounds - told.rounds) if told.rounds >= EVERY else 0.0
    return f", about {seconds / _MINUTE:.0f} minutes left" if seconds > 2 * _MINUTE else ""


def _figures(truth: Truth, said: Prediction, task: str) -> dict[str, Any]:
    """Return a result's figures: those of two classes by their fields, and of other tasks by name."""
    if task == BINARY:
        return asdict(scores(truth, said))
    figures = figures_of(truth, said, task)
    return {"rows": len(truth), "task": task, "loss_name": task_of(task).loss, "figures": figures}


def _answered(stream: Stream, trained: Sequence[ReplayedTraining], plan: Plan) -> dict[str, Any]:
    """Return how trainings that started by themselves answer the changes that are known, nothing where none are."""
    if stream.changes is None:
        return {}
    days = [each.day for each in trained if each.trigger != Trigger.INITIAL]
    found = answers(days, stream.changes, since=plan.begin, until=plan.end)
    return {"delay": found.delay, "delays": found.delays, "missed": found.missed, "false_retrains": found.false}


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
