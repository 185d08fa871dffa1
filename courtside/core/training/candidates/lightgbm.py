"""LightGBM."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from courtside.core.tasks.types import REGRESSION
from courtside.core.training.candidates.candidate import Candidate, Classifier, Flavor, Predictor


def _build(params: Mapping[str, Any]) -> Classifier:
    from lightgbm import LGBMClassifier

    # One thread, for the reason given in xgboost.py.
    model: Classifier = LGBMClassifier(**params, n_jobs=1, verbose=-1, importance_type="gain")
    return model


def _regressor(params: Mapping[str, Any]) -> Predictor:
    from lightgbm import LGBMRegressor

    model: Predictor = LGBMRegressor(**params, n_jobs=1, verbose=-1, importance_type="gain")
    return model


CANDIDATE = Candidate(
    name="lightgbm",
    flavor=Flavor.LIGHTGBM,
    params={"n_estimators": 200, "num_leaves": 31, "max_depth": 10, "learning_rate": 0.1, "random_state": 42},
    build=_build,
    search_space={
        "n_estimators": (50, 100, 200, 400),
        "num_leaves": (7, 15, 31, 63),
        "max_depth": (3, 5, 10),
        "learning_rate": (0.01, 0.03, 0.1, 0.2),
        "min_child_samples": (20, 50, 100),
    },
    order=4,
)
REGRESSOR = replace(CANDIDATE, build=_regressor, tasks=frozenset({REGRESSION}))
