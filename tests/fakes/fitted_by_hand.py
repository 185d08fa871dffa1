"""Every candidate as people fit it by hand, with scikit-learn's own metrics: what trainings are compared with."""

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier, LGBMRegressor
from numpy.typing import NDArray
from sklearn import metrics
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from xgboost import XGBClassifier, XGBRegressor

from courtside.core.tasks import BINARY, MULTICLASS, REGRESSION
from tests.datasets.shipped import Shipped

FOREST = {"n_estimators": 200, "max_depth": 10, "min_samples_leaf": 5, "random_state": 42}
XGBOOST = {"n_estimators": 200, "max_depth": 10, "learning_rate": 0.1, "tree_method": "hist", "random_state": 42}
LIGHTGBM = {"n_estimators": 200, "num_leaves": 31, "max_depth": 10, "learning_rate": 0.1, "random_state": 42}
CLASSIFIERS: dict[str, Callable[[], Any]] = {
    "logistic_regression": lambda: make_pipeline(
        StandardScaler(), LogisticRegression(C=1.0, max_iter=1000, random_state=42)
    ),
    "random_forest": lambda: RandomForestClassifier(**FOREST),
    "xgboost": lambda: XGBClassifier(**XGBOOST, n_jobs=1),
    "lightgbm": lambda: LGBMClassifier(**LIGHTGBM, n_jobs=1, verbose=-1),
}
REGRESSORS: dict[str, Callable[[], Any]] = {
    "ridge": lambda: make_pipeline(StandardScaler(), Ridge(alpha=1.0, random_state=42)),
    "random_forest": lambda: RandomForestRegressor(**FOREST),
    "xgboost": lambda: XGBRegressor(**XGBOOST, n_jobs=1),
    "lightgbm": lambda: LGBMRegressor(**LIGHTGBM, n_jobs=1, verbose=-1),
}
BY_HAND = {BINARY: CLASSIFIERS, MULTICLASS: CLASSIFIERS, REGRESSION: REGRESSORS}
Array = NDArray[Any]
LINEAR = {"logistic_regression", "ridge"}


@cache
def parts(shipped: Shipped) -> tuple[pd.DataFrame, Array, pd.DataFrame, Array]:
    """Return rows and coded targets of the training and the test part, which is the newest or a drawn fifth."""
    table = shipped.rows()
    ordered = table.sort_values([shipped.time or "id", "id"]).reset_index(drop=True)
    if shipped.time is None:
        ordered = ordered.iloc[np.random.default_rng(42).permutation(len(ordered))]
    truth = ordered[shipped.target].to_numpy()
    if shipped.task == MULTICLASS:
        truth = pd.Categorical(ordered[shipped.target]).codes.astype(np.int64)
    elif shipped.task != REGRESSION:
        truth = (truth == shipped.positive).astype(int)
    rows, cut = ordered[list(shipped.features(table))], len(ordered) - round(len(ordered) * 0.2)
    return rows[:cut], truth[:cut], rows[cut:], truth[cut:]


def fitted(shipped: Shipped, candidate: str, *, on_all: bool = False) -> Any:
    """Return the estimator with the published parameters, behind what a table with gaps or words needs.

    It learned from the training part, or where `on_all` is set from the test part as well.
    """
    rows, truth, later, known = parts(shipped)
    if on_all:
        rows, truth = pd.concat([rows, later]), np.concatenate([truth, known])
    kinds = shipped.features(shipped.rows())
    words = [column for column, kind in kinds.items() if kind == "categorical"]
    numbers = [column for column in kinds if column not in words]
    filled = SimpleImputer(strategy="median") if candidate in LINEAR else "passthrough"
    columns = ColumnTransformer(
        [("numbers", filled, numbers), ("words", OneHotEncoder(sparse_output=False), words)], sparse_threshold=0
    )
    return make_pipeline(columns, BY_HAND[shipped.task][candidate]()).fit(rows, truth)


def said(task: str, own: Any, rows: Any) -> Array:
    """Return what a fitted estimator predicts, as its task has it."""
    if task == REGRESSION:
        return np.asarray(own.predict(rows), dtype=np.float64)
    every = np.asarray(own.predict_proba(rows), dtype=np.float64)
    return every[:, 1] if task == BINARY else every


def figures(task: str, truth: Array, found: Array) -> dict[str, float]:
    """Return scikit-learn's metrics of predictions for the test part, by the names that trainings log."""
    return {BINARY: _binary, MULTICLASS: _multiclass, REGRESSION: _regression}[task](truth, found)


def _binary(truth: Array, found: Array) -> dict[str, float]:
    called = found >= 0.5
    return {
        "test_accuracy": metrics.accuracy_score(truth, called),
        "test_auc": metrics.roc_auc_score(truth, found),
        "precision": metrics.precision_score(truth, called),
        "recall": metrics.recall_score(truth, called),
        "f1_score": metrics.f1_score(truth, called),
        "log_loss": metrics.log_loss(truth, found),
        "brier_score": metrics.brier_score_loss(truth, found),
    }


def _multiclass(truth: Array, found: Array) -> dict[str, float]:
    every, called = list(range(found.shape[1])), found.argmax(axis=1)
    areas = [metrics.roc_auc_score(truth == of, found[:, of]) for of in every]
    return {
        "test_accuracy": metrics.accuracy_score(truth, called),
        "balanced_accuracy": metrics.balanced_accuracy_score(truth, called),
        "log_loss": metrics.log_loss(truth, found, labels=every),
        "macro_f1": metrics.f1_score(truth, called, average="macro"),
        "macro_auc": float(np.mean(areas)),
        "weighted_auc": float(np.average(areas, weights=np.bincount(truth, minlength=len(every)))),
        "brier_score": float(((np.eye(len(every))[truth] - found) ** 2).sum(axis=1).mean()),
    }


def _regression(truth: Array, found: Array) -> dict[str, float]:
    return {
        "test_rmse": metrics.root_mean_squared_error(truth, found),
        "mae": metrics.mean_absolute_error(truth, found),
        "r2": metrics.r2_score(truth, found),
        "median_absolute_error": metrics.median_absolute_error(truth, found),
    }


def half_width(truth: Array, found: Array) -> float:
    """Return half the width of 90 % intervals, calibrated on the older half of the test part, without bins.

    Of n errors it is the one with the rank (n + 1) * 0.9, rounded up.
    """
    rows = calibrated_on(truth)
    return float(np.sort(np.abs(truth - found)[:rows])[math.ceil((rows + 1) * 0.9) - 1])


def calibrated_on(truth: Array) -> int:
    """Return how many rows of the test part choose the best candidate; the others are the holdout."""
    return len(truth) - round(len(truth) * 0.5)


def interval_figures(truth: Array, found: Array) -> dict[str, float]:
    """Return scikit-learn's metrics of the intervals on the holdout, by the names that trainings log."""
    half, rows = half_width(truth, found), calibrated_on(truth)
    later, middle = truth[rows:], found[rows:]
    low, high = middle - half, middle + half
    losses = [
        metrics.mean_pinball_loss(later, low, alpha=0.05),
        metrics.mean_pinball_loss(later, high, alpha=0.95),
    ]
    inside = (low <= later) & (later <= high)
    return {"coverage": float(inside.mean()), "interval_width": 2 * half, "pinball_loss": float(np.mean(losses))}
