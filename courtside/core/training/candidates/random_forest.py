"""Random forest."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from courtside.core.tasks.types import REGRESSION
from courtside.core.training.candidates.candidate import Candidate, Classifier, Flavor, Predictor


def _build(params: Mapping[str, Any]) -> Classifier:
    from sklearn.ensemble import RandomForestClassifier

    model: Classifier = RandomForestClassifier(**params, n_jobs=-1)
    return model


def _regressor(params: Mapping[str, Any]) -> Predictor:
    from sklearn.ensemble import RandomForestRegressor

    model: Predictor = RandomForestRegressor(**params, n_jobs=-1)
    return model


CANDIDATE = Candidate(
    name="random_forest",
    flavor=Flavor.SKLEARN,
    params={"n_estimators": 200, "max_depth": 10, "min_samples_leaf": 5, "random_state": 42},
    build=_build,
    search_space={
        "max_depth": (4, 6, 8, 10, 14),
        "min_samples_leaf": (1, 5, 20, 50),
        "max_features": ("sqrt", 0.3, 0.5),
    },
    uses_all_cores=True,
    order=2,
)
# A third of the features in each split is what Breiman's regression forests try; scikit-learn's own default is all.
REGRESSOR = replace(
    CANDIDATE,
    build=_regressor,
    search_space={**CANDIDATE.search_space, "max_features": (0.3, 0.5, 1.0)},
    tasks=frozenset({REGRESSION}),
)
