"""The root of the mean squared error, in the unit of the target."""

import math

import numpy as np

from courtside.core.evaluation.regression import Predictions, Targets, squared_errors
from courtside.core.performance.estimate import POSITIVE, Linear, of_mean
from courtside.core.performance.metrics.metric import Metric
from courtside.core.tasks.types import REGRESSION


def linear(targets: Targets, predictions: Predictions) -> Linear:
    """Return the root with each row's influence: that on the mean squared error over twice the root."""
    squared = of_mean(squared_errors(targets, predictions))
    root = math.sqrt(squared.value)
    return Linear(root, squared.influence / (2 * root) if root else np.zeros(targets.size))


METRIC = Metric("rmse", "RMSE", order=10, linear=linear, higher_is_better=False, task=REGRESSION, within=POSITIVE)
