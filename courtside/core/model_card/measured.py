"""The metrics of a card: what they are called, how they are written, and which one stands first."""

from collections.abc import Mapping

from courtside.contracts.model_card import ModelCard
from courtside.contracts.records import ModelRecord
from courtside.core.pages.wording import number
from courtside.core.tasks import task_of

METRICS: Mapping[str, str] = {
    "test_auc": "AUC",
    "test_accuracy": "Accuracy",
    "log_loss": "Log loss",
    "brier_score": "Brier score",
    "calibration_error": "Calibration error",
    "precision": "Precision",
    "recall": "Recall",
    "f1_score": "F1",
    "selection_auc": "AUC, selection part",
    "train_accuracy": "Accuracy, training part",
    "macro_auc": "AUC, mean of classes",
    "weighted_auc": "AUC, classes by their rows",
    "balanced_accuracy": "Balanced accuracy",
    "macro_f1": "F1, mean of classes",
    "classwise_calibration_error": "Calibration error, mean of classes",
    "test_rmse": "RMSE",
    "mae": "MAE",
    "r2": "R²",
    "median_absolute_error": "Median absolute error",
    "coverage": "Coverage of intervals, holdout",
    "interval_width": "Width of intervals, holdout",
    "pinball_loss": "Pinball loss of their ends, holdout",
    "train_rmse": "RMSE, training part",
}
COMPARED = ("test_auc", "log_loss", "test_accuracy", "macro_auc", "balanced_accuracy", "test_rmse", "mae", "r2")
"""What the candidates are compared by at a glance; the rest stands with each."""
OF_VALUES = frozenset(
    {"test_rmse", "train_rmse", "mae", "median_absolute_error", "r2", "interval_width", "pinball_loss"}
)
"""Metrics of values, which may be of any size."""


def figure(model: ModelRecord, metric: str) -> str | None:
    """Write a metric with its 95 % interval, None if it was not computed.

    >>> auc = ModelRecord(name="m", train_accuracy=1, test_accuracy=1, test_auc=0.6663, precision=1, recall=1,
    ...     f1_score=1, intervals={"test_auc": (0.655, 0.6774)})
    >>> figure(auc, "test_auc"), figure(auc, "log_loss")
    ('0.6663 (0.6550 to 0.6774)', None)
    """
    value = model.measured(metric)
    if value is None:
        return None
    if metric not in model.intervals:
        return written(metric, value)
    low, high = (written(metric, end) for end in model.intervals[metric])
    return f"{written(metric, value)} ({low} to {high})"


def _value(model: ModelRecord, metric: str) -> str:
    """Write a metric without its interval; one that was not computed is unknown."""
    value = model.measured(metric)
    return "unknown" if value is None else written(metric, value)


def written(metric: str, value: float) -> str:
    """Write a metric with four decimals, and one of values with four digits where that says more.

    >>> written("test_auc", 0.6663), written("test_rmse", 48213.7), written("mae", 0.00012), written("r2", -1.6e21)
    ('0.6663', '48,214', '0.00012', '-1.6e+21')
    """
    if metric in OF_VALUES and value and not 0.01 <= abs(value) < 10:
        return number(value)
    return f"{value:.4f}"


def best_of(card: ModelCard) -> ModelRecord:
    """Return the record of the chosen candidate."""
    return next(model for model in card.record.models if model.name == card.record.best)


def headline(card: ModelCard) -> str:
    """Return the chosen candidate's metric that stands first, or that the contract names, on the test part."""
    best, primary = best_of(card), card.record.primary_metric
    if primary is not None:
        named = task_of(card.record.task).figure(primary)
        return f"{named.title} {_value(best, named.key)}"
    metric, value = next((name, value) for name in COMPARED if (value := best.measured(name)) is not None)
    title = METRICS[metric]
    return f"{title if title.isupper() else title.lower()} {written(metric, value)}"
