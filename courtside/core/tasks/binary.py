"""One of two classes: models give the probability of class 1."""

from typing import Any

import numpy as np

from courtside.core.evaluation import (
    accuracy,
    auc,
    brier_score,
    calibration_error,
    f1_score,
    log_loss,
    log_losses,
    majority_baseline,
    precision,
    recall,
    squared_errors,
)
from courtside.core.evaluation.figure import POSITIVE, Figure
from courtside.core.tasks.task import Task
from courtside.core.tasks.two_classes import classes_of, require_binary, require_both
from courtside.core.tasks.types import BINARY, Prediction, Truth


def _said(estimator: Any, rows: Any) -> Prediction:
    return np.asarray(estimator.predict_proba(rows), dtype=np.float64)[:, 1]


def _baseline(truth: Truth, /, *, rows: int, classes: int) -> Prediction:  # noqa: ARG001 — there are two
    return majority_baseline(truth, rows=rows)


TASK = Task(
    name=BINARY,
    predicts="the probability of class 1",
    dtype=np.int8,
    read=classes_of,
    require=require_binary,
    require_part=require_both,
    said=_said,
    losses=log_losses,
    loss="log_loss",
    loss_title="log loss",
    errors=squared_errors,
    errors_title="Brier score",
    most_error=1.0,
    baseline=_baseline,
    baseline_title="more frequent class",
    figures=(
        Figure("accuracy", "accuracy", accuracy, higher_is_better=True, logged="test_accuracy"),
        Figure("auc", "AUC", auc, higher_is_better=True, logged="test_auc"),
        Figure("precision", "precision", precision, higher_is_better=True),
        Figure("recall", "recall", recall, higher_is_better=True),
        Figure("f1_score", "F1 score", f1_score, higher_is_better=True),
        Figure("log_loss", "log loss", log_loss, higher_is_better=False, within=POSITIVE),
        Figure("brier_score", "Brier score", brier_score, higher_is_better=False),
        Figure("calibration_error", "calibration error", calibration_error, higher_is_better=False, biased=True),
    ),
    primary="auc",
    on_training="accuracy",
    on_folds=("auc", "accuracy"),
    order=1,
)
