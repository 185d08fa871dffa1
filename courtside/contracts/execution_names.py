"""How trainings that the stage asks for, and their executions, are called: the same cause gives the same name again."""

import hashlib
from datetime import date

from courtside.contracts.key_names import LONGEST


def training_of_check(check_id: str) -> str:
    """Return the name of the training a drift check starts: one id from the check to the training's last log line."""
    return f"drift-{check_id}"


def training_by_schedule(champion_version: str, due: date) -> str:
    """Return the name of the training that was due on a day: a champion has one for each, however often it is asked."""
    return f"schedule-v{champion_version}-{due}"


def training_by_performance(champion_version: str, since: date, *, recalibrate: bool) -> str:
    """Return the name of the training, or recalibration, of a champion that has been worse since a day."""
    return f"{'recalibration' if recalibrate else 'performance'}-v{champion_version}-{since}"


def roll_back_of(champion_version: str, *, to: str) -> str:
    """Return the name of the one time that a champion may go back to another version by itself."""
    return f"rollback-v{champion_version}-to-v{to}"


def named_anew(training_id: str, *, times: int) -> str:
    """Return the name of what is done once more for the same cause, because restores have undone it so often."""
    return shortened(f"restored{times}-{training_id}", LONGEST)


NAME_LIMIT = 80
"""Letters of an execution's name: https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html"""
_DIGEST_LETTERS = 10


def execution_name(model: str, training_id: str) -> str:
    """Return the name of a training's execution: that of the model, a dot, which no name has, and the training's id.

    One that is too long ends in its digest, so that no two collide.
    """
    return shortened(f"{model}.{training_id}", NAME_LIMIT)


def shortened(name: str, limit: int) -> str:
    """Return a name of at most `limit` letters; one that was longer ends in its digest.

    >>> shortened("a-name-that-is-too-long", 20)
    'a-name-th-c8400dedb3'
    """
    if len(name) <= limit:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:_DIGEST_LETTERS]
    return f"{name[: limit - _DIGEST_LETTERS - 1]}-{digest}"
