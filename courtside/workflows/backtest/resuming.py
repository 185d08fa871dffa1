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
        champion=_made(life.champion),
        previous=None if life.previous is None else _made(life.previous),
        challenger=None if life.challenger is None else _made(life.challenger),
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
    champion = _again(state.champion, trainer)
    previous = None if state.previous is None else _again(state.previous, trainer)
    challenger = None if state.challenger is None else _again(state.challenger, trainer)
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


def _made(version: Version) -> Made:
    return Made(version.number, version.request, None if version.of is None else _made(version.of))


def _again(made: Made, trainer: Trainer) -> Version:
    return trainer.again(made.number, made.request, None if made.of is None else _again(made.of, trainer))
