"""How much each feature matters to a fitted model, on one scale for every candidate."""

from typing import Any

import numpy as np

from courtside.core.training.candidates import Classifier
from courtside.core.training.preprocessing import source_features
from courtside.core.training.probability_calibration import uncalibrated


def importances(estimator: Classifier, feature_names: list[str]) -> dict[str, float]:
    """Return each feature's share of the model's total importance; the shares add up to 1.

    A linear model's shares are the sizes of its coefficients, which count standard deviations because its inputs are
    scaled; a tree model's are its own importances (scikit-learn: decrease of impurity, XGBoost and LightGBM: gain). A
    category's is the sum over its levels.
    """
    model = uncalibrated(estimator)
    weights = np.abs(np.asarray(_weights(model), dtype=np.float64)).ravel()
    by_feature = np.bincount(source_features(model, feature_names), weights, minlength=len(feature_names))
    total = by_feature.sum()
    shares = by_feature / total if total > 0 else np.full(by_feature.size, 1 / by_feature.size)
    return dict(zip(feature_names, shares.tolist(), strict=True))


def _weights(estimator: Any) -> Any:
    last = estimator.steps[-1][1] if hasattr(estimator, "steps") else estimator
    return last.coef_ if hasattr(last, "coef_") else last.feature_importances_
