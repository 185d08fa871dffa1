"""The share of rows whose class is predicted right."""

from courtside.core.evaluation import Labels, Probabilities, hits
from courtside.core.performance.estimate import SHARE, Linear, of_mean
from courtside.core.performance.metrics.metric import Metric


def linear(labels: Labels, probability: Probabilities) -> Linear:
    """Return the accuracy with each row's influence."""
    return of_mean(hits(labels, probability))


METRIC = Metric("accuracy", "accuracy", order=40, linear=linear, higher_is_better=True, within=SHARE)
