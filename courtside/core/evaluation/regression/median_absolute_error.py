"""Median absolute error, in the unit of the target; half of the rows are predicted better. Outliers do not move it."""

import numpy as np

from courtside.core.evaluation.measure import Values, Weighted, Weights
from courtside.core.evaluation.regression.mean_absolute_error import absolute_errors
from courtside.core.evaluation.regression.targets import Predictions, Targets


def median_absolute_error(targets: Targets, predictions: Predictions) -> Weighted:
    """Prepare the median of the absolute errors, the middle of two where half of the weight lies on either side.

    It is NaN without weight.
    """
    errors = absolute_errors(targets, predictions)
    order = np.argsort(errors, kind="stable")
    ascending = errors[order]

    def weighted(weights: Weights) -> Values:
        passed = np.cumsum(weights[order], axis=0)
        total = passed[-1]
        lower, upper = (passed < total / 2).sum(axis=0), (passed <= total / 2).sum(axis=0)
        last = errors.size - 1
        middle = (ascending[np.minimum(lower, last)] + ascending[np.minimum(upper, last)]) / 2
        return np.asarray(np.where(total > 0, middle, np.nan))

    return weighted
