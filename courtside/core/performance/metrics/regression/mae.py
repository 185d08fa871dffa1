"""The mean absolute error, in the unit of the target."""

from courtside.core.evaluation.regression import Predictions, Targets, absolute_errors
from courtside.core.performance.estimate import POSITIVE, Linear, of_mean
from courtside.core.performance.metrics.metric import Metric
from courtside.core.tasks.types import REGRESSION


def linear(targets: Targets, predictions: Predictions) -> Linear:
    """Return the mean absolute error with each row's influence."""
    return of_mean(absolute_errors(targets, predictions))


METRIC = Metric(
    "mae",
    "mean absolute error",
    order=20,
    linear=linear,
    higher_is_better=False,
    task=REGRESSION,
    within=POSITIVE,
)
