"""R², the share of the target's variance in these rows that is explained."""

import math

import numpy as np

from courtside.core.evaluation.regression import Predictions, Targets, squared_errors
from courtside.core.performance.estimate import Linear
from courtside.core.performance.metrics.metric import Metric
from courtside.core.tasks.types import REGRESSION


def linear(targets: Targets, predictions: Predictions) -> Linear | None:
    """Return R² with each row's influence; None where all targets are equal."""
    errors, apart = squared_errors(targets, predictions), (targets - targets.mean()) ** 2
    if np.ptp(targets) == 0:
        return None
    missed, variance = float(errors.mean()), float(apart.mean())
    influence = (missed * (apart - variance) / variance - (errors - missed)) / variance
    return Linear(1 - missed / variance, influence)


METRIC = Metric("r2", "R²", order=30, linear=linear, higher_is_better=True, task=REGRESSION, within=(-math.inf, 1.0))
