"""Squared error, and its root (RMSE) in the unit of the target; 0 is best. The mean of the target minimizes it."""

import numpy as np
from numpy.typing import NDArray

from courtside.core.evaluation.measure import Values, Weighted, Weights, mean
from courtside.core.evaluation.regression.targets import Predictions, Targets


def squared_errors(targets: Targets, predictions: Predictions) -> NDArray[np.float64]:
    """Return each row's squared error, shape (n,)."""
    return np.asarray((predictions - targets) ** 2)


def mean_squared_error(targets: Targets, predictions: Predictions) -> Weighted:
    """Prepare the mean of the squared errors."""
    return mean(squared_errors(targets, predictions))


def rmse(targets: Targets, predictions: Predictions) -> Weighted:
    """Prepare the root of the mean of the squared errors."""
    squared = mean_squared_error(targets, predictions)

    def weighted(weights: Weights) -> Values:
        return np.asarray(np.sqrt(squared(weights)))

    return weighted
