"""How well a candidate predicts, by the figures of its task."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from courtside.core.evaluation import basic_interval, resample, symmetric_interval
from courtside.core.tasks import BINARY, Prediction, Task, Truth, task_of

LEGACY = ("train_accuracy", "test_accuracy", "test_auc", "precision", "recall", "f1_score")
"""The six figures of the previous system, in the order of its table of results."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """The figures that are logged for every candidate, by the names they are logged under.

    `intervals` are 95 % bootstrap intervals (low, high) of those on the test part. A figure that rows do not define is
    left out.
    """

    figures: Mapping[str, float]
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> float:
        """Return one metric by the name it is logged under; raises `KeyError`."""
        return self.figures[name]

    def as_dict(self) -> dict[str, float]:
        """Return the metrics by the names they are logged under."""
        return dict(self.figures)


def evaluate(
    *,
    train_labels: Truth,
    train_probability: Prediction,
    test_labels: Truth,
    test_probability: Prediction,
    task: Task | None = None,
    seed: int = 42,
) -> Metrics:
    """Score what was predicted, as the task has it, against what happened; `seed` draws the resamples."""
    task = task or task_of(BINARY)
    figures = {figure.key: figure.value(test_labels, test_probability) for figure in task.figures}
    if task.name == BINARY:
        from sklearn.metrics import roc_auc_score

        # Scikit-learn sums the same area in another order; only its figure equals earlier results to the last bit.
        figures["test_auc"] = float(roc_auc_score(test_labels, test_probability))
    known = {key: value for key, value in figures.items() if np.isfinite(value)}
    learned = task.figure(task.on_training)
    return Metrics(
        figures={f"train_{learned.name}": learned.value(train_labels, train_probability), **known},
        intervals=_intervals(task, known, test_labels, test_probability, seed=seed),
    )


def _intervals(
    task: Task, figures: Mapping[str, float], truth: NDArray[Any], said: Prediction, *, seed: int
) -> dict[str, tuple[float, float]]:
    known = [figure for figure in task.figures if figure.key in figures]
    prepared = {figure.key: figure.measure(truth, said) for figure in known}
    draws = resample(prepared, rows=truth.size, seed=seed)
    found = {}
    for figure in known:
        # Resampling raises a biased figure, so its basic interval can lie wholly below it.
        around = symmetric_interval if figure.biased else basic_interval
        interval = around(figures[figure.key], draws[figure.key], within=figure.within)
        found[figure.key] = (interval.low, interval.high)
    return found
