"""Model cards of invented multiclass and regression trainings."""

from datetime import date, timedelta

import numpy as np

from courtside.contracts.curves import AnyCurves, ClassCurves
from courtside.contracts.model_card import ModelCard
from courtside.contracts.records import ModelRecord
from courtside.core.model_card import class_curves, value_curves
from courtside.core.model_card.regression import Intervals, Segments
from tests.fakes.model_cards import card


def class_predictions(*, seed: int, classes: int, rows: int = 3_000) -> tuple[np.ndarray, np.ndarray]:
    """Return the classes' places and calibrated probabilities, shape (rows, classes)."""
    rng = np.random.default_rng(seed)
    probabilities = rng.dirichlet(np.linspace(0.3, 1.5, classes), rows)
    passed = probabilities.cumsum(axis=1) > rng.random((rows, 1))
    return passed.argmax(axis=1).astype(np.int64), probabilities


def value_predictions(*, seed: int, rows: int = 3_000) -> tuple[np.ndarray, np.ndarray]:
    """Return actual values and predictions whose errors are normal with a standard deviation of 5."""
    rng = np.random.default_rng(seed)
    predicted = rng.normal(100, 20, rows)
    return predicted + rng.normal(0, 5, rows), predicted


def curves_of_classes(*, classes: int = 4, seed: int = 0, prefix: str = "class ") -> AnyCurves:
    """Return what the plots of a multiclass candidate draw."""
    names = [f"{prefix}{place}" for place in range(classes)]
    return class_curves(*class_predictions(seed=seed, classes=classes), names)


def curves_of_values(*, seed: int = 0, rows: int = 3_000, segment: str = "branch") -> AnyCurves:
    """Return what the plots of a regression candidate draw, with times, segments and 90 % intervals."""
    actual, predicted = value_predictions(seed=seed, rows=rows)
    days = np.array([date(2024, 1, 1) + timedelta(days=place // 10) for place in range(rows)], "datetime64[D]")
    values = np.array([f"{segment} {place % 5}" for place in range(rows)], object)
    return value_curves(
        actual,
        predicted,
        days=days,
        segments=Segments(segment, values),
        intervals=Intervals(0.9, predicted - 8.2243, predicted + 8.2243),
    )


FIGURES = {
    "multiclass": {
        "log_loss": 0.3121, "test_accuracy": 0.8872, "macro_auc": 0.9613, "weighted_auc": 0.9588,
        "balanced_accuracy": 0.8714, "macro_f1": 0.8731, "brier_score": 0.1713, "calibration_error": 0.0212,
        "train_accuracy": 0.9021,
    },
    "regression": {
        "test_rmse": 5.0121, "mae": 4.0313, "r2": 0.9412, "median_absolute_error": 3.3821, "train_rmse": 4.9113,
    },
}  # fmt: skip


def task_card(curves: AnyCurves) -> ModelCard:
    """Return a card all of whose candidates have these curves, and figures of their task."""
    made = card()
    task = "multiclass" if isinstance(curves, ClassCurves) else "regression"
    figures = FIGURES[task]
    first = next(iter(figures))
    intervals = {first: (figures[first] * 0.96, figures[first] * 1.05)}
    models = tuple(
        ModelRecord(name=each.name, figures=figures, selection=figures[first], intervals=intervals)
        for each in made.record.models
    )
    changed = {
        "task": task,
        "target": "outcome",
        "models": models,
        "baseline_accuracy": None,
        "baseline": 1.04 if task == "multiclass" else 20.4,
        "classes": curves.shown if isinstance(curves, ClassCurves) else (),
    }
    candidates = tuple(candidate.model_copy(update={"curves": curves}) for candidate in made.candidates)
    return made.model_copy(update={"candidates": candidates, "record": made.record.model_copy(update=changed)})
