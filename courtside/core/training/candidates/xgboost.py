"""XGBoost."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from courtside.core.tasks.types import REGRESSION
from courtside.core.training.candidates.candidate import Candidate, Classifier, Flavor, Predictor


def _build(params: Mapping[str, Any]) -> Classifier:
    from xgboost import XGBClassifier

    # One thread: on a small machine contended threads make boosting many times slower than the work itself.
    model: Classifier = XGBClassifier(**params, n_jobs=1)
    return model


def _regressor(params: Mapping[str, Any]) -> Predictor:
    from xgboost import XGBRegressor

    model: Predictor = XGBRegressor(**params, n_jobs=1)
    return model


CANDIDATE = Candidate(
    name="xgboost",
    flavor=Flavor.XGBOOST,
    params={
        "n_estimators": 200,
        "max_depth": 10,
        "learning_rate": 0.1,
        "tree_method": "hist",
        "random_state": 42,
    },
    build=_build,
    search_space={
        "n_estimators": (50, 100, 200, 400),
        "max_depth": (2, 3, 4, 6, 10),
        "learning_rate": (0.01, 0.03, 0.1, 0.2),
        "min_child_weight": (1, 5, 20),
        "subsample": (0.6, 0.8, 1.0),
    },
    order=3,
)
REGRESSOR = replace(CANDIDATE, build=_regressor, tasks=frozenset({REGRESSION}))
