"""The mean squared error, in the square of the target's unit: the loss that promise tests add up."""

from courtside.core.evaluation.regression import Predictions, Targets, squared_errors
from courtside.core.performance.estimate import POSITIVE, Linear, of_mean
from courtside.core.performance.metrics.metric import Metric
from courtside.core.tasks.types import REGRESSION


def linear(targets: Targets, predictions: Predictions) -> Linear:
    """Return the mean squared error with each row's influence."""
    return of_mean(squared_errors(targets, predictions))


METRIC = Metric(
    "squared_error",
    "mean squared error",
    order=40,
    linear=linear,
    higher_is_better=False,
    task=REGRESSION,
    within=POSITIVE,
)
