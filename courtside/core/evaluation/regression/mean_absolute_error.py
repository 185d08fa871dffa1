"""Mean absolute error (MAE), in the unit of the target; 0 is best. The median of the target minimizes it."""

import numpy as np
from numpy.typing import NDArray

from courtside.core.evaluation.measure import Weighted, mean
from courtside.core.evaluation.regression.targets import Predictions, Targets


def absolute_errors(targets: Targets, predictions: Predictions) -> NDArray[np.float64]:
    """Return each row's absolute error, shape (n,)."""
    return np.asarray(np.abs(predictions - targets))


def mean_absolute_error(targets: Targets, predictions: Predictions) -> Weighted:
    """Prepare the mean of the absolute errors."""
    return mean(absolute_errors(targets, predictions))
