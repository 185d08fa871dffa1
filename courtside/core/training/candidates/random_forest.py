"""Random forest."""

from collections.abc import Mapping
from typing import Any

from courtside.core.training.candidates.candidate import Candidate, Classifier, Flavor


def _build(params: Mapping[str, Any]) -> Classifier:
    from sklearn.ensemble import RandomForestClassifier

    model: Classifier = RandomForestClassifier(**params, n_jobs=-1)
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
