"""The Brier score: the mean of the rows' own squared errors."""

from courtside.core.evaluation import Labels, Probabilities, squared_errors
from courtside.core.performance.estimate import SHARE, Linear, of_mean
from courtside.core.performance.metrics.metric import Metric


def linear(labels: Labels, probability: Probabilities) -> Linear:
    """Return the Brier score with each row's influence."""
    return of_mean(squared_errors(labels, probability))


METRIC = Metric("brier_score", "Brier score", order=30, linear=linear, higher_is_better=False, within=SHARE)
