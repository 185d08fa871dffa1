"""What a task is: how its target is read, what is predicted of a row, and what a prediction costs."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol, Self

import numpy as np
import pyarrow as pa

from courtside.core.evaluation.figure import Figure
from courtside.core.tasks.target import Target
from courtside.core.tasks.types import Losses, Prediction, Truth


class RequirePart(Protocol):
    """Refuse a part of a split whose target says too little; `among` are all rows."""

    def __call__(self, part: str, target: str, truth: Truth, /, *, among: Truth) -> None:
        """Raise what the task raises."""
        ...


class Baseline(Protocol):
    """Predict from the training part's target alone."""

    def __call__(self, truth: Truth, /, *, rows: int, classes: int) -> Prediction:
        """Return the same prediction for each of `rows` rows; `classes` is how many the target has."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One kind of prediction, from the target's column to what a prediction costs.

    `predicts` says what a prediction is, to stand after "predicts"; `dtype` is that of the coded target. `read` makes
    the `Target` of a table, given the column and the contract's `positive`; `require` refuses labels that can be none
    of the task, as far as they are known, and `require_part` parts of a split. `said` asks a fitted estimator.
    `losses` are those of the rows, in the unit of `loss`, which is `loss_title` in sentences: what gates, promises and
    backtests compare. `errors`, called `errors_title`, are at most `most_error`, or grow as a row is off, so
    that no single row decides what their mean says.
    `baseline` is the best that needs no feature, and `baseline_title` what it says of every row. `figures` are what is
    measured; the one called `primary` chooses the best candidate, the one called `on_training` is also told of the
    training part, and those called `on_folds` of time folds. `interval` is set where predictions have `low` and `high`.
    """

    name: str
    predicts: str
    dtype: type[np.generic]
    read: Callable[[pa.Table, str, str | None], Target]
    require: Callable[[pa.Table, str, str | None], None]
    require_part: RequirePart
    said: Callable[[Any, Any], Prediction]
    losses: Callable[[Truth, Prediction], Losses]
    loss: str
    loss_title: str
    errors: Callable[[Truth, Prediction], Losses]
    errors_title: str
    baseline: Baseline
    baseline_title: str
    figures: tuple[Figure, ...]
    primary: str
    on_training: str
    on_folds: tuple[str, ...] = ()
    has_classes: bool = True
    interval: bool = False
    most_error: float = math.inf
    order: int = 100

    def figure(self, name: str) -> Figure:
        """Return one of its figures; raises `KeyError`."""
        return {figure.name: figure for figure in self.figures}[name]

    def choosing_by(self, primary: str) -> Self:
        """Return the task with another primary figure, which is then told of time folds too; raises `KeyError`."""
        name = self.figure(primary).name
        return replace(self, primary=name, on_folds=tuple(dict.fromkeys((*self.on_folds, name))))
