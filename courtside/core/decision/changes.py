"""What would have changed a decision: each change is found by really deciding again with it."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Any

from courtside.contracts.records.situations import DriftFacts, Situation
from courtside.core.decision.brakes import checks_in_a_row, trainings_in_a_month
from courtside.core.decision.decision import Action
from courtside.core.decision.rule import Case
from courtside.core.decision.rules import RULES
from courtside.core.decision_policy import MOST_PERSISTENCE, DecisionPolicy, RollBack

WOULD_HAVE = {
    Action.NOTHING: "done nothing",
    Action.WATCH: "watched and told nobody",
    Action.ALERT: "told people and changed nothing",
    Action.RECALIBRATE: "recalibrated the champion",
    Action.RETRAIN: "started a training",
    Action.ROLL_BACK: "rolled back",
    Action.NOTHING_TO_CHECK: "had nothing to check",
    Action.STALE_DATA: "reported overdue data",
}
_DIGITS = (2, 3, 4)
"""More digits would be written with an exponent, which YAML reads as text."""
_MOST_COOLDOWN = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Change:
    """A sentence about another limit or another fact, and the action that it would have led to."""

    said: str
    situation: Situation
    policy: DecisionPolicy
    action: Action


def changes(situation: Situation, policy: DecisionPolicy, action: Action) -> Iterator[Change]:
    """Yield what would have led to another action: one other limit of the policy, or one fact that people can mend."""
    for name, value in _limits(situation, policy):
        other = replace(policy, **{name: value})
        yield from _change(f"with `retrain.{name}: {_written(other, name)}`", situation, other, action)
    for said, drift in _mended(situation.drift):
        yield from _change(said, situation.model_copy(update={"drift": drift}), policy, action)


def _change(said: str, situation: Situation, policy: DecisionPolicy, action: Action) -> Iterator[Change]:
    other = Case(situation, policy, RULES).decided().action
    if other is not action:
        yield Change(f"{said} it would have {WOULD_HAVE[other]}", situation, policy, other)


def _limits(situation: Situation, policy: DecisionPolicy) -> Iterator[tuple[str, Any]]:
    """Yield limits by name that this situation just keeps or just misses."""
    drift = situation.drift
    if drift.features_drifted:
        yield from (("share", value) for value in _around(drift.share) if value > 0)
        if drift.importance is not None:
            yield from (("importance", value) for value in _around(drift.importance))
        yield from (("fewest_rows", rows) for rows in (drift.rows, drift.rows + 1) if rows > 0)
    if drift.moved:
        seen = checks_in_a_row(situation)
        yield from (("persistence", row) for row in (seen, seen + 1) if row <= MOST_PERSISTENCE)
    if situation.history.trainings:
        passed = situation.as_of - max(each.as_of for each in situation.history.trainings)
        near = (passed, passed + timedelta(days=1))
        yield from (("cooldown", length) for length in near if timedelta(0) <= length <= _MOST_COOLDOWN)
    count = trainings_in_a_month(situation)
    yield from (("most_a_month", most) for most in (count, count + 1))
    yield from ((each.name, not getattr(policy, each.name)) for each in fields(policy) if each.type is bool)
    yield from (("roll_back", other) for other in RollBack)


def _around(value: float) -> Iterator[float]:
    """Yield a short number that is not above a value in [0, 1], and one that is above it where there is one.

    >>> list(_around(1 / 3)), list(_around(1.0))
    ([0.33, 0.34], [1.0])
    """
    lower = (math.floor(value * 10**digits) / 10**digits for digits in _DIGITS)
    yield next((low for low in lower if 0 < low <= value), 0.0)
    for digits in _DIGITS:
        high = round((math.floor(value * 10**digits) + 1) / 10**digits, digits)
        if value < high <= 1:
            yield high
            break


def _written(policy: DecisionPolicy, name: str) -> str:
    value = policy.as_dict()[name]
    return str(value).lower() if isinstance(value, bool) else str(value)


def _mended(drift: DriftFacts) -> Iterator[tuple[str, DriftFacts]]:
    """Yield what people can mend, and the facts after that."""
    if drift.files_quarantined:
        yield "without the files that could not be read", drift.model_copy(update={"files_quarantined": 0})
    if drift.features_broken:
        left = tuple(name for name in drift.features_drifted if name not in drift.features_broken)
        share = len(left) / drift.features_checked if drift.features_checked else 0.0
        mended = {"features_broken": (), "features_drifted": left, "share": share}
        yield "with the broken columns repaired", drift.model_copy(update=mended)
