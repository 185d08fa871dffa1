"""Predictions of two and of more classes, and how each class must be read."""

from collections.abc import Callable, Sequence

import numpy as np

from courtside.core.estimation.calibration import calibration_of
from courtside.core.estimation.correction import correction_of
from courtside.core.estimation.estimator import Numbers, Reference

Read = Callable[[Numbers], Numbers]


def one_column(predictions: Numbers) -> Numbers:
    """Return probabilities of two classes as those of class 1, shape (n,); all others are returned as they are."""
    return predictions[:, 1] if predictions.ndim == 2 and predictions.shape[1] == 2 else predictions


def sorted_rows(predictions: Numbers) -> Numbers:
    """Return probabilities of two classes in rising order: whose they are does not matter, and figures come faster."""
    said = one_column(predictions)
    return np.sort(said) if said.ndim == 1 else said


def calibrated_by(reference: Reference) -> Read:
    """Learn from a reference how its predictions must be read; each of several classes against the rest."""
    said = one_column(reference.predictions)
    if said.ndim == 1:
        return calibration_of(said, reference.labels == 1)
    return _each([calibration_of(column, reference.labels == number) for number, column in enumerate(said.T)])


def corrected_by(reference: Reference, calibrated: Numbers, weights: Numbers) -> Read:
    """Learn how a reference's calibrated predictions must be moved where its rows have `weights`, shape (n,)."""
    if calibrated.ndim == 1:
        return correction_of(calibrated, reference.labels == 1, weights)
    return _each([correction_of(column, reference.labels == each, weights) for each, column in enumerate(calibrated.T)])


def _each(reads: Sequence[Read]) -> Read:
    """Read each class by itself, and scale a row to sum to 1 (equal probabilities where all of them became 0)."""

    def read(predictions: Numbers) -> Numbers:
        found = np.column_stack([own(column) for own, column in zip(reads, predictions.T, strict=True)])
        total = found.sum(axis=1, keepdims=True)
        return np.asarray(np.divide(found, total, out=np.full_like(found, 1 / len(reads)), where=total > 0))

    return read
