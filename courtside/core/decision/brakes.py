"""What holds a training back that would start by itself: each returns why, and the numbers that it compared."""

from dataclasses import dataclass, field

from courtside.contracts.days import shifted
from courtside.contracts.events import Trigger
from courtside.contracts.records.situations import Situation
from courtside.core.decision.decision import Action
from courtside.core.decision_policy import MONTH, DecisionPolicy
from courtside.core.rhythm.durations import written

COUNTED = (Trigger.DRIFT, Trigger.PERFORMANCE)
"""What the budget counts: how many trainings a schedule starts is said by the schedule."""


@dataclass(frozen=True, slots=True)
class Brake:
    """Why a training is held back."""

    why: str
    numbers: dict[str, float] = field(default_factory=dict)


def cooling(situation: Situation, policy: DecisionPolicy) -> Brake | None:
    """Return a brake while the data are not `cooldown` newer than those of the last training."""
    if not situation.history.trainings:
        return None
    newest = max(each.as_of for each in situation.history.trainings)
    passed = situation.as_of - newest
    if passed >= policy.cooldown:
        return None
    cooldown = written(policy.cooldown)
    return Brake(
        f"the last training's data reach up to {newest}, and new ones must be {cooldown} newer (`retrain.cooldown`)",
        {"days_since_training": passed.days, "retrain.cooldown": policy.cooldown.days},
    )


def spent(situation: Situation, policy: DecisionPolicy) -> Brake | None:
    """Return a brake where drift and performance have started as many trainings in a month as they may."""
    count = trainings_in_a_month(situation)
    if count < policy.most_a_month:
        return None
    return Brake(
        f"the trainings that drift and performance may start in {MONTH.days} days, {policy.most_a_month}, are used up "
        "(`retrain.most_a_month`)",
        {"trainings_in_a_month": count, "retrain.most_a_month": policy.most_a_month},
    )


def trainings_in_a_month(situation: Situation) -> int:
    """Return how many trainings drift and performance have started in the month before."""
    since = shifted(situation.as_of, -MONTH)
    return sum(each.trigger in COUNTED and each.as_of > since for each in situation.history.trainings)


def trained_for_the_same(situation: Situation) -> Brake | None:
    """Return a brake where all that moved had moved already when trainings of the last month were started.

    Either their challengers did not pass the gate, or their champions learned from it as far as there is anything to
    learn. Another training so soon has hardly any new rows, and would be one more attempt on the same holdout.
    """
    since = shifted(situation.as_of, -MONTH)
    lately = [each for each in situation.history.trainings if each.moved and each.as_of > since]
    if not lately or not set(situation.drift.moved) <= {name for each in lately for name in each.moved}:
        return None
    newest = max(each.as_of for each in lately)
    return Brake(
        f"all of it had moved when the training of {newest} was started, and another one would have to wait for "
        f"{MONTH.days} days",
        {"days_since_training": (situation.as_of - newest).days},
    )


def braked(situation: Situation, policy: DecisionPolicy) -> Brake | None:
    """Return what holds back any training that drift or performance would start."""
    return cooling(situation, policy) or spent(situation, policy)


def checks_in_a_row(situation: Situation) -> int:
    """Return in how many checks in a row, this one included, something moved that moves now; days count once.

    A check that had nothing to check says nothing, so it does not end the row.
    """
    now, row, day = set(situation.drift.moved), 1, situation.as_of
    for check in sorted(situation.history.checks, key=lambda check: check.day, reverse=True):
        if check.day >= day or check.unchecked or check.action == Action.NOTHING_TO_CHECK:
            continue
        if not now & set(check.moved):
            break
        row, day = row + 1, check.day
    return row
