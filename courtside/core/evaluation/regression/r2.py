"""Coefficient of determination (R²): which share of the target's variance the predictions explain; 1 is best.

It is 0 for the mean of the same rows, and negative for anything worse. Source: S. Wright, "Correlation and causation",
Journal of Agricultural Research 20 (1921).
"""

import numpy as np

from courtside.core.evaluation.measure import Values, Weighted, Weights, quotient, weighted_sums
from courtside.core.evaluation.regression.mean_squared_error import squared_errors
from courtside.core.evaluation.regression.targets import Predictions, Targets


def r2(targets: Targets, predictions: Predictions) -> Weighted:
    """Prepare R²; it is NaN where all targets that have weight are equal."""
    apart = targets - targets.mean()  # sums of squares about the mean of all rows lose no digits to it
    terms = np.stack([np.ones(targets.size), apart, apart**2, squared_errors(targets, predictions)])
    eps = np.finfo(np.float64).eps
    exact = np.ptp(targets) * eps

    def weighted(weights: Weights) -> Values:
        rows, first, second, errors = weighted_sums(terms, weights)
        variation = second - quotient(first**2, rows, of_nothing=0.0)
        # Targets that are all alike, but far from the mean of all rows, leave what the difference was rounded by.
        rounded = np.maximum(rows * exact**2, second * targets.size * eps)
        return 1 - quotient(errors, np.where(variation > rounded, variation, 0.0))

    return weighted
