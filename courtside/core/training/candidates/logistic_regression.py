"""Logistic regression on scaled features."""

from collections.abc import Mapping
from typing import Any

from courtside.core.training.candidates.candidate import Candidate, Classifier, Flavor


def _build(params: Mapping[str, Any]) -> Classifier:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler

    model: Classifier = Pipeline([("scaler", StandardScaler()), ("model", LogisticRegression(**params))])
    return model


CANDIDATE = Candidate(
    name="logistic_regression",
    flavor=Flavor.SKLEARN,
    params={"C": 1.0, "max_iter": 1000, "random_state": 42},
    build=_build,
)
