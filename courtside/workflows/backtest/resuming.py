"""A life that was interrupted goes on from what was kept of it."""

from dataclasses import replace

from courtside.core.backtest.policies import ReplayPolicy
from courtside.workflows.backtest.incidents import ReplayedIncidents
from courtside.workflows.backtest.life import Life
from courtside.workflows.backtest.plan import Plan
from courtside.workflows.backtest.state import LifeState, Made, PerformanceState
from courtside.workflows.backtest.stream import Stream
from courtside.workflows.backtest.training import Trainer
from courtside.workflows.backtest.versions import Version


def state_of(life: Life) -> LifeState:
    """Return what is kept of a life."""
    return LifeState(
        champion=Made(life.champion.number, life.champion.request),
        previous=_made(life.previous),
        challenger=_made(life.challenger),
        champion_since=life.champion_since,
        registered=life.registered,
        history=life.history,
        incidents=life.incidents.newest,
        told=life.incidents.told,
        attempts=life.attempts,
        performance=PerformanceState.of(life.performance),
    )


def resumed(state: LifeState, stream: Stream, policy: ReplayPolicy, plan: Plan) -> Life:
    """Return the life again; the versions that count are trained again."""
    trainer = Life.trainer_of(stream, policy, plan)
    champion = trainer.made(state.champion.number, state.champion.request)
    previous, challenger = _again(state.previous, trainer), _again(state.challenger, trainer)
    life = Life.of(stream, policy, plan, trainer, champion)
    performance = state.performance.performance(stream)
    for version in (champion, previous, challenger):
        if version is not None:
            performance.promises[version.number] = version.promise
    return replace(
        life,
        watching=replace(life.watching, told=False),
        champion_since=state.champion_since,
        previous=previous,
        challenger=challenger,
        registered=state.registered,
        history=state.history,
        incidents=ReplayedIncidents(dict(state.incidents), state.told),
        attempts=state.attempts,
        performance=performance,
    )


def _made(version: Version | None) -> Made | None:
    return None if version is None else Made(version.number, version.request)


def _again(made: Made | None, trainer: Trainer) -> Version | None:
    return None if made is None else trainer.made(made.number, made.request)
