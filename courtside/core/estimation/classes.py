"""Predictions of two and of more classes, and how each class must be read."""

from collections.abc import Callable

import numpy as np

from courtside.core.estimation.calibration import calibration_of
from courtside.core.estimation.estimator import Numbers, Reference

Calibrated = Callable[[Numbers], Numbers]


def one_column(predictions: Numbers) -> Numbers:
    """Return probabilities of two classes as those of class 1, shape (n,); all others are returned as they are."""
    return predictions[:, 1] if predictions.ndim == 2 and predictions.shape[1] == 2 else predictions


def sorted_rows(predictions: Numbers) -> Numbers:
    """Return probabilities of two classes in rising order: whose they are does not matter, and figures come faster."""
    said = one_column(predictions)
    return np.sort(said) if said.ndim == 1 else said


def calibrated_by(reference: Reference, weights: Numbers | None = None) -> Calibrated:
    """Learn from a reference how its predictions must be read; `weights`, shape (n,), are those of its rows.

    Each of several classes is calibrated against the rest, and a row's probabilities are then scaled to sum to 1
    (equal ones where all of them became 0).
    """
    said = one_column(reference.predictions)
    if said.ndim == 1:
        return calibration_of(said, reference.labels == 1, weights)
    each = [calibration_of(column, reference.labels == number, weights) for number, column in enumerate(said.T)]

    def calibrated(predictions: Numbers) -> Numbers:
        found = np.column_stack([read(column) for read, column in zip(each, predictions.T, strict=True)])
        total = found.sum(axis=1, keepdims=True)
        return np.asarray(np.divide(found, total, out=np.full_like(found, 1 / len(each)), where=total > 0))

    return calibrated
