"""The drifted features are weighed by the model's feature importance."""

import math
from collections.abc import Mapping, Sequence

from courtside.contracts.errors import BadInput
from courtside.core.drift.reports.report import FeatureDrift, Verdict


class ImportancesInvalid(BadInput):
    """The importances of a model cannot be used as weights."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(
            f"these importances cannot be used: {problem}; give one number from 0 per feature of the model"
        )


def share_importance(features: Sequence[FeatureDrift], importances: Mapping[str, float]) -> float | None:
    """Return the drifted features' share of the total importance of all judged features, in [0, 1].

    A column that the mapping does not name weighs nothing, such as the target and the prediction, which are not inputs.
    Returns None if all judged features weigh nothing. Raises `ImportancesInvalid` for a negative or non-finite weight,
    and if the mapping names none of the features.
    """
    odd = sorted(name for name, weight in importances.items() if not (math.isfinite(weight) and weight >= 0))
    if odd:
        raise ImportancesInvalid(f"{', '.join(odd)} have a weight below 0 or one that is not finite")
    if not importances.keys() & {feature.name for feature in features}:
        raise ImportancesInvalid("they name none of the report's features")
    judged = [feature for feature in features if feature.verdict is not Verdict.INSUFFICIENT_DATA]
    total = math.fsum(importances.get(feature.name, 0.0) for feature in judged)
    drifted = math.fsum(importances.get(feature.name, 0.0) for feature in judged if feature.drifted)
    return min(1.0, drifted / total) if total > 0 else None
