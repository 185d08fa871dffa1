"""Linear models on scaled features: logistic regression for classes, ridge regression for values."""

from collections.abc import Mapping
from typing import Any

from courtside.core.tasks.types import REGRESSION
from courtside.core.training.candidates.candidate import Candidate, Classifier, Flavor, Predictor, Preprocessing


def _build(params: Mapping[str, Any]) -> Classifier:
    from sklearn.linear_model import LogisticRegression

    model: Classifier = LogisticRegression(**params)
    return model


def _ridge(params: Mapping[str, Any]) -> Predictor:
    from sklearn.linear_model import Ridge

    model: Predictor = Ridge(**params)
    return model


CANDIDATE = Candidate(
    name="logistic_regression",
    flavor=Flavor.SKLEARN,
    params={"C": 1.0, "max_iter": 1000, "random_state": 42},
    build=_build,
    preprocessing=Preprocessing(scaled=True, imputed=True),
    search_space={"C": (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)},
    order=1,
)

REGRESSOR = Candidate(
    name="ridge",
    flavor=Flavor.SKLEARN,
    params={"alpha": 1.0, "random_state": 42},
    build=_ridge,
    preprocessing=Preprocessing(scaled=True, imputed=True),
    search_space={"alpha": (0.01, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 1000.0)},
    order=1,
    tasks=frozenset({REGRESSION}),
)
