"""The log loss of several classes: the mean of the rows' own losses."""

from courtside.core.evaluation.multiclass import ClassProbabilities, Codes, log_losses
from courtside.core.performance.estimate import POSITIVE, Linear, of_mean
from courtside.core.performance.metrics.metric import Metric
from courtside.core.tasks.types import MULTICLASS


def linear(codes: Codes, probability: ClassProbabilities) -> Linear:
    """Return the log loss with each row's influence."""
    return of_mean(log_losses(codes, probability))


METRIC = Metric(
    "log_loss", "log loss", order=20, linear=linear, higher_is_better=False, task=MULTICLASS, within=POSITIVE
)
