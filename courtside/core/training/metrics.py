"""How well a binary classifier predicts."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from courtside.core.evaluation import (
    accuracy,
    auc,
    basic_interval,
    brier_score,
    calibration_error,
    f1_score,
    log_loss,
    precision,
    recall,
    resample,
    score,
    symmetric_interval,
)

LEGACY = ("train_accuracy", "test_accuracy", "test_auc", "precision", "recall", "f1_score")
"""The six figures of the previous system, in the order of its table of results."""

ON_TEST = {
    "test_accuracy": accuracy,
    "test_auc": auc,
    "precision": precision,
    "recall": recall,
    "f1_score": f1_score,
    "log_loss": log_loss,
    "brier_score": brier_score,
    "calibration_error": calibration_error,
}
"""Measures on the test part, by the name they are logged under."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """The figures that are logged for every candidate; all are in [0, 1] except the log loss (nats, from 0).

    `intervals` are 95 % bootstrap intervals (low, high) of those on the test part.
    """

    train_accuracy: float
    test_accuracy: float
    test_auc: float
    precision: float
    recall: float
    f1_score: float
    log_loss: float
    brier_score: float
    calibration_error: float
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, float]:
        """Return the metrics by the names they are logged under."""
        return {name: getattr(self, name) for name in ("train_accuracy", *ON_TEST)}


def evaluate(
    *,
    train_labels: NDArray[np.int8],
    train_probability: NDArray[np.float64],
    test_labels: NDArray[np.int8],
    test_probability: NDArray[np.float64],
    seed: int = 42,
) -> Metrics:
    """Score probabilities of class 1, each shape (n,), against labels 0/1; `seed` draws the resamples."""
    from sklearn.metrics import roc_auc_score

    figures = {name: score(measure, test_labels, test_probability) for name, measure in ON_TEST.items()}
    # Scikit-learn sums the same area in another order; only its figure equals earlier results to the last bit.
    figures["test_auc"] = float(roc_auc_score(test_labels, test_probability))
    return Metrics(
        train_accuracy=score(accuracy, train_labels, train_probability),
        **figures,
        intervals=_intervals(figures, test_labels, test_probability, seed=seed),
    )


def _intervals(
    figures: Mapping[str, float], labels: NDArray[np.int8], probability: NDArray[np.float64], *, seed: int
) -> dict[str, tuple[float, float]]:
    prepared = {name: measure(labels, probability) for name, measure in ON_TEST.items()}
    draws = resample(prepared, rows=labels.size, seed=seed)
    found = {}
    for name, value in figures.items():
        limits = (0.0, np.inf if name == "log_loss" else 1.0)
        # Resampling raises the calibration error, so its basic interval can lie wholly below it.
        around = symmetric_interval if name == "calibration_error" else basic_interval
        interval = around(value, draws[name], within=limits)
        found[name] = (interval.low, interval.high)
    return found
