"""How much each feature matters to a fitted model, on one scale for every candidate."""

from typing import Any

import numpy as np

from courtside.core.training.candidates import Classifier


def importances(estimator: Classifier, feature_names: list[str]) -> dict[str, float]:
    """Return each feature's share of the model's total importance; the shares add up to 1.

    A linear model's are the sizes of its coefficients, which count standard deviations because its inputs are scaled;
    a tree model's are its own (scikit-learn: decrease of impurity, XGBoost and LightGBM: gain).
    """
    weights = np.abs(np.asarray(_weights(estimator), dtype=np.float64)).ravel()
    total = weights.sum()
    shares = weights / total if total > 0 else np.full(weights.size, 1 / weights.size)
    return dict(zip(feature_names, shares.tolist(), strict=True))


def _weights(estimator: Any) -> Any:
    last = estimator.steps[-1][1] if hasattr(estimator, "steps") else estimator
    return last.coef_ if hasattr(last, "coef_") else last.feature_importances_
