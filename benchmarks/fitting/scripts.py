"""The models of the script that people write first, and what it measures, for each task."""

from collections.abc import Callable
from typing import Any

import mlflow.lightgbm
import mlflow.sklearn
import mlflow.xgboost
import numpy as np
from lightgbm import LGBMClassifier, LGBMRegressor
from sklearn import metrics
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from xgboost import XGBClassifier, XGBRegressor

from courtside.core.tasks import BINARY, REGRESSION
from courtside.core.training.candidates import candidates_of

_TRUSTED = {"skops_trusted_types": ["sklearn.tree._tree.Tree"]}
Figures = dict[str, float]


def models(task: str) -> dict[str, tuple[Any, Callable[..., Any]]]:
    """Return each model of a task, not fitted, with what logs it; all but Courtside's parameters is the default."""
    params: dict[str, dict[str, Any]] = {name: dict(each.params) for name, each in candidates_of(task).items()}
    linear, forest, xgboost, lightgbm = (
        (Ridge, RandomForestRegressor, XGBRegressor, LGBMRegressor)
        if task == REGRESSION
        else (LogisticRegression, RandomForestClassifier, XGBClassifier, LGBMClassifier)
    )
    first = "ridge" if task == REGRESSION else "logistic_regression"
    return {
        first: (make_pipeline(StandardScaler(), linear(**params[first])), mlflow.sklearn.log_model),
        "random_forest": (
            forest(**params["random_forest"]),
            lambda model, **given: mlflow.sklearn.log_model(model, **given, **_TRUSTED),
        ),
        "xgboost": (xgboost(**params["xgboost"]), mlflow.xgboost.log_model),
        "lightgbm": (lightgbm(**params["lightgbm"]), mlflow.lightgbm.log_model),
    }


def measured(task: str, model: Any, train: tuple[Any, Any], test: tuple[Any, Any]) -> Figures:
    """Return what the script measures of a fitted model on both parts, which are rows and targets."""
    if task == REGRESSION:
        return _of_values(model, train, test)
    return _of_two_classes(model, train, test) if task == BINARY else _of_classes(model, train, test)


def _of_two_classes(model: Any, train: tuple[Any, Any], test: tuple[Any, Any]) -> Figures:
    (rows, truth), (later, known) = train, test
    said = model.predict_proba(later)[:, 1]
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(known, said > 0.5, average="binary")
    return {
        "train_accuracy": metrics.accuracy_score(truth, model.predict(rows)),
        "test_accuracy": metrics.accuracy_score(known, said > 0.5),
        "test_auc": metrics.roc_auc_score(known, said),
        "precision": precision,
        "recall": recall,
        "f1_score": f1,
    }


def _of_classes(model: Any, train: tuple[Any, Any], test: tuple[Any, Any]) -> Figures:
    (rows, truth), (later, known) = train, test
    said = model.predict_proba(later)
    called = np.argmax(said, axis=1)
    return {
        "train_accuracy": metrics.accuracy_score(truth, model.predict(rows)),
        "test_accuracy": metrics.accuracy_score(known, called),
        "log_loss": metrics.log_loss(known, said.astype(float)),
        "macro_auc": metrics.roc_auc_score(known, said.astype(float), multi_class="ovr"),
        "macro_f1": metrics.f1_score(known, called, average="macro"),
    }


def _of_values(model: Any, train: tuple[Any, Any], test: tuple[Any, Any]) -> Figures:
    (rows, truth), (later, known) = train, test
    said = model.predict(later)
    return {
        "train_rmse": metrics.root_mean_squared_error(truth, model.predict(rows)),
        "test_rmse": metrics.root_mean_squared_error(known, said),
        "mae": metrics.mean_absolute_error(known, said),
        "r2": metrics.r2_score(known, said),
    }
