"""How often a month a function, a task or a state machine runs, from what starts it."""

import json
import re
from collections.abc import Iterator

from courtside.contracts.templates.resources import Resource, Resources
from courtside.core.costs.charges import NoRule
from courtside.core.costs.rounds import round_of
from courtside.core.costs.usage import Usage

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_PER_DAY = {"minute": 1440.0, "hour": 24.0, "day": 1.0}
SCHEDULE, MACHINE, SUBSCRIPTION = (
    "AWS::Scheduler::Schedule",
    "AWS::StepFunctions::StateMachine",
    "AWS::SNS::Subscription",
)


def scheduled_runs(schedule: Resource, usage: Usage) -> float:
    """Return the runs a month of a schedule: a rate as written, a cron expression as assumed; raises `NoRule`."""
    expression = str(schedule.properties["ScheduleExpression"])
    if expression.startswith("cron("):
        return usage.checks_per_day * usage.days
    rate = _RATE.fullmatch(expression)
    if rate is None:
        raise NoRule(f"schedule {expression} has no rule")
    return _PER_DAY[rate[2]] / int(rate[1]) * usage.days


def runs(resource: Resource, stage: Resources, usage: Usage) -> float:
    """Return the runs a month of a function or a task."""
    starters = [user for user in users(resource, stage) if user.kind in {MACHINE, SCHEDULE, SUBSCRIPTION}]
    return sum(_starts(each, resource, stage, usage) for each in starters) if starters else usage.other_runs_per_month


def _starts(starter: Resource, resource: Resource, stage: Resources, usage: Usage) -> float:
    if starter.kind == SCHEDULE:
        return scheduled_runs(starter, usage)
    if starter.kind == SUBSCRIPTION:
        return usage.alerts_per_month
    rounds = rounds_per_month(starter, stage, usage)
    if rounds is None:
        return usage.retrainings_per_month
    return usage.turns_per_month if round_of(starter).in_a_turn(resource) else rounds


def rounds_per_month(machine: Resource, stage: Resources, usage: Usage) -> float | None:
    """Return how often a month schedules start a state machine; None for the retraining's, which none starts."""
    schedules = [user for user in users(machine, stage) if user.kind == SCHEDULE]
    return sum(scheduled_runs(each, usage) for each in schedules) if schedules else None


def minutes_per_run(task: Resource, stage: Resources, usage: Usage) -> float:
    """Return the minutes a task runs: longer where the retraining's state machine starts it."""
    trains = any(user.kind == MACHINE for user in users(task, stage))
    return usage.training_minutes if trains else usage.task_minutes


def users(resource: Resource, stage: Resources) -> tuple[Resource, ...]:
    """Return the resources that refer to this one; a task definition is also referred to by its family's name."""
    found = stage.users(resource)
    family = resource.properties.get("Family")
    return (*found, *(each for each in _naming(family, resource, stage) if each not in found)) if family else found


def _naming(family: str, definition: Resource, stage: Resources) -> Iterator[Resource]:
    for each in stage:
        if each.stack == definition.stack and each is not definition and family in json.dumps(each.properties):
            yield each
