"""The log loss: the mean of the rows' own losses."""

from courtside.core.evaluation import Labels, Probabilities, log_losses
from courtside.core.performance.estimate import POSITIVE, Linear, of_mean
from courtside.core.performance.metrics.metric import Metric


def linear(labels: Labels, probability: Probabilities) -> Linear:
    """Return the log loss with each row's influence."""
    return of_mean(log_losses(labels, probability))


METRIC = Metric("log_loss", "log loss", order=20, linear=linear, higher_is_better=False, within=POSITIVE)
