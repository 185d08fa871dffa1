"""How much each feature matters to a fitted model, on one scale for every candidate."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from courtside.core.training.candidates import Predictor
from courtside.core.training.preprocessing import source_features
from courtside.core.training.probability_calibration import uncalibrated


def importances(estimator: Predictor, feature_names: list[str]) -> dict[str, float]:
    """Return each feature's share of the model's total importance; the shares add up to 1.

    A linear model's shares are the sizes of its coefficients, which count standard deviations because its inputs are
    scaled, added up over the classes where there are several; a tree model's are its own importances (scikit-learn:
    decrease of impurity, XGBoost and LightGBM: gain). A category's is the sum over its levels. They are empty for a
    model that says nothing of the kind, or says it of inputs that it made itself, as a team's own may.
    """
    model = uncalibrated(estimator)
    weights, sources = _weights(model), source_features(model, feature_names)
    if weights.size != len(sources):
        return {}
    by_feature = np.bincount(sources, weights, minlength=len(feature_names))
    total = by_feature.sum()
    shares = by_feature / total if total > 0 else np.full(by_feature.size, 1 / by_feature.size)
    return dict(zip(feature_names, shares.tolist(), strict=True))


def _weights(estimator: Any) -> NDArray[np.float64]:
    last = estimator.steps[-1][1] if hasattr(estimator, "steps") else estimator
    said = last.coef_ if hasattr(last, "coef_") else getattr(last, "feature_importances_", ())
    sizes = np.abs(np.asarray(said, dtype=np.float64))
    return sizes.sum(axis=0) if sizes.ndim > 1 else sizes
