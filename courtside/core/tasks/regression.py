"""A number: models give its value, with an interval."""

import math
from typing import Any

import numpy as np

from courtside.core.evaluation.figure import POSITIVE, Figure
from courtside.core.evaluation.regression import (
    absolute_errors,
    mean_absolute_error,
    median_absolute_error,
    median_value,
    r2,
    rmse,
    squared_errors,
)
from courtside.core.tasks.numbers import numbers_of, require_numbers, require_varied
from courtside.core.tasks.task import Task
from courtside.core.tasks.types import REGRESSION, Prediction, Truth


def _said(estimator: Any, rows: Any) -> Prediction:
    return np.asarray(estimator.predict(rows), dtype=np.float64).reshape(-1)


def _median(truth: Truth, /, *, rows: int, classes: int) -> Prediction:  # noqa: ARG001 — a number has no classes
    return median_value(truth, rows=rows)


TASK = Task(
    name=REGRESSION,
    predicts="the value",
    dtype=np.float64,
    read=numbers_of,
    require=require_numbers,
    require_part=require_varied,
    said=_said,
    losses=squared_errors,
    loss="squared_error",
    loss_title="squared error",
    errors=absolute_errors,
    errors_title="mean absolute error",
    baseline=_median,
    baseline_title="median",
    figures=(
        Figure("rmse", "RMSE", rmse, higher_is_better=False, within=POSITIVE, logged="test_rmse"),
        Figure("mae", "MAE", mean_absolute_error, higher_is_better=False, within=POSITIVE),
        Figure("r2", "R²", r2, higher_is_better=True, within=(-math.inf, 1.0)),
        Figure(
            "median_absolute_error",
            "median absolute error",
            median_absolute_error,
            higher_is_better=False,
            within=POSITIVE,
        ),
    ),
    primary="rmse",
    on_training="rmse",
    on_folds=("rmse", "mae"),
    has_classes=False,
    interval=True,
    order=3,
)
