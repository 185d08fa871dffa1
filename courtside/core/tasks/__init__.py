"""The tasks: every module of this package that holds a `TASK` is one; numpy and pyarrow only.

A contract's `task` names one. What differs between them is asked of the task: how the target is read, what a prediction
is, what it costs, and which figures are measured.
"""

from collections.abc import Mapping

from courtside.contracts.discovery import declared_in
from courtside.core.tasks.errors import (
    ClassesUnknown,
    OneClassOnly,
    PositiveNeverOccurs,
    TargetConstant,
    TargetNotBinary,
    TargetUnusable,
    TooManyClasses,
)
from courtside.core.tasks.levels import Levels
from courtside.core.tasks.numbers import Numbers
from courtside.core.tasks.stored import prediction_column, predictions_of
from courtside.core.tasks.target import Target, Value, is_labelled, labelled
from courtside.core.tasks.task import Task
from courtside.core.tasks.two_classes import Classes, classes_of, require_binary, require_both
from courtside.core.tasks.types import BINARY, MULTICLASS, REGRESSION, Losses, Prediction, Truth

REGISTRY: Mapping[str, Task] = {
    task.name: task
    for task in sorted(declared_in(__name__, __path__, name="TASK", kind=Task), key=lambda task: task.order)
}


def task_of(name: str, primary: str | None = None) -> Task:
    """Return the task of this name, with another of its figures as the `primary` one where that is given.

    Raises `KeyError`, which contracts rule out.
    """
    found = REGISTRY[name]
    return found if primary is None else found.choosing_by(primary)


__all__ = [
    "BINARY",
    "MULTICLASS",
    "REGISTRY",
    "REGRESSION",
    "Classes",
    "ClassesUnknown",
    "Levels",
    "Losses",
    "Numbers",
    "OneClassOnly",
    "PositiveNeverOccurs",
    "Prediction",
    "Target",
    "TargetConstant",
    "TargetNotBinary",
    "TargetUnusable",
    "Task",
    "TooManyClasses",
    "Truth",
    "Value",
    "classes_of",
    "is_labelled",
    "labelled",
    "prediction_column",
    "predictions_of",
    "require_binary",
    "require_both",
    "task_of",
]
