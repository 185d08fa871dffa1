"""The policies that a backtest replays, by the names that people give them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from courtside.contracts.errors import BadInput
from courtside.core.decision_policy import DecisionPolicy, RollBack
from courtside.core.rhythm.durations import NotADuration, parse_duration

EVERY = "every:"


@dataclass(frozen=True, slots=True)
class ReplayPolicy:
    """A policy to replay, by its name; `retrain` are the keys that decide."""

    name: str
    retrain: DecisionPolicy

    @property
    def watches_drift(self) -> bool:
        """Whether drift can lead to a training."""
        return self.retrain.on_drift

    @property
    def watches_performance(self) -> bool:
        """Whether labels can lead to a training, a recalibration or a rollback."""
        return self.retrain.on_performance or self.retrain.recalibrate or self.retrain.roll_back is RollBack.BY_ITSELF


class PolicyNotKnown(BadInput):
    """What was given names no policy that a backtest knows."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"{name!r} names no policy; give never, drift, performance, both, every:30d (or another length), or the "
            "path of a YAML file with the keys of `retrain`"
        )


def _never(usual: DecisionPolicy) -> DecisionPolicy:
    return replace(usual, on_drift=False, on_performance=False, recalibrate=False, roll_back=RollBack.NEVER, every=None)


def _drift(usual: DecisionPolicy) -> DecisionPolicy:
    return replace(_never(usual), on_drift=True)


def _performance(usual: DecisionPolicy) -> DecisionPolicy:
    return replace(usual, on_drift=False, on_performance=True, every=None)


def _both(usual: DecisionPolicy) -> DecisionPolicy:
    return replace(usual, on_drift=True, on_performance=True)


NAMED: Mapping[str, Callable[[DecisionPolicy], DecisionPolicy]] = {
    "never": _never,
    "drift": _drift,
    "performance": _performance,
    "both": _both,
}
"""What each name makes of a contract's own policy; `both` is that policy with both of its reasons switched on."""


def policy_of(name: str, usual: DecisionPolicy) -> ReplayPolicy:
    """Return a named policy; `usual` is the contract's own, whose other keys it keeps. Raises `PolicyNotKnown`.

    >>> policy_of("every:90d", DecisionPolicy()).retrain.every
    datetime.timedelta(days=90)
    """
    if name in NAMED:
        return ReplayPolicy(name, NAMED[name](usual))
    if re.match(EVERY, name):
        try:
            every = parse_duration(name.removeprefix(EVERY))
        except NotADuration as error:
            raise PolicyNotKnown(name) from error
        if every >= timedelta(days=1):
            return ReplayPolicy(name, replace(_never(usual), every=every, cooldown=timedelta(0)))
    raise PolicyNotKnown(name)
