"""XGBoost."""

from collections.abc import Mapping
from typing import Any

from courtside.core.training.candidates.candidate import Candidate, Classifier, Flavor


def _build(params: Mapping[str, Any]) -> Classifier:
    from xgboost import XGBClassifier

    # One thread: on a small machine contended threads make boosting many times slower than the work itself.
    model: Classifier = XGBClassifier(**params, n_jobs=1)
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
)
