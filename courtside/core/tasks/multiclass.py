"""One of several classes: models give the probability of each, in the order of the classes."""

from typing import Any

import numpy as np

from courtside.core.evaluation.figure import POSITIVE, Figure
from courtside.core.evaluation.multiclass import (
    accuracy,
    balanced_accuracy,
    brier_score,
    class_shares,
    classwise_calibration_error,
    confidence_calibration_error,
    log_loss,
    log_losses,
    macro_auc,
    macro_f1,
    squared_errors,
    weighted_auc,
)
from courtside.core.tasks.levels import levels_of, require_levels, require_several
from courtside.core.tasks.task import Task
from courtside.core.tasks.types import MULTICLASS, Prediction, Truth


def _said(estimator: Any, rows: Any) -> Prediction:
    return np.asarray(estimator.predict_proba(rows), dtype=np.float64)


def _shares(truth: Truth, /, *, rows: int, classes: int) -> Prediction:
    return class_shares(truth, classes=classes, rows=rows)


TASK = Task(
    name=MULTICLASS,
    predicts="the probability of each class",
    dtype=np.int32,
    read=levels_of,
    require=require_levels,
    require_part=require_several,
    said=_said,
    losses=log_losses,
    loss="log_loss",
    loss_title="log loss",
    errors=squared_errors,
    errors_title="Brier score",
    most_error=2.0,
    baseline=_shares,
    baseline_title="share of each class",
    figures=(
        Figure("log_loss", "log loss", log_loss, higher_is_better=False, within=POSITIVE),
        Figure("accuracy", "accuracy", accuracy, higher_is_better=True, logged="test_accuracy"),
        Figure("balanced_accuracy", "balanced accuracy", balanced_accuracy, higher_is_better=True),
        Figure("macro_auc", "macro AUC", macro_auc, higher_is_better=True),
        Figure("weighted_auc", "weighted AUC", weighted_auc, higher_is_better=True),
        Figure("macro_f1", "macro F1", macro_f1, higher_is_better=True),
        Figure("brier_score", "Brier score", brier_score, higher_is_better=False, within=(0.0, 2.0)),
        Figure(
            "calibration_error",
            "calibration error",
            confidence_calibration_error,
            higher_is_better=False,
            biased=True,
        ),
        Figure(
            "classwise_calibration_error",
            "class-wise calibration error",
            classwise_calibration_error,
            higher_is_better=False,
            biased=True,
        ),
    ),
    primary="log_loss",
    on_training="accuracy",
    on_folds=("log_loss", "accuracy"),
    order=2,
)
