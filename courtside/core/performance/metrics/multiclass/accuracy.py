"""The share of rows whose most likely class is the one that happened."""

from courtside.core.evaluation.multiclass import ClassProbabilities, Codes, hits
from courtside.core.performance.estimate import SHARE, Linear, of_mean
from courtside.core.performance.metrics.metric import Metric
from courtside.core.tasks.types import MULTICLASS


def linear(codes: Codes, probability: ClassProbabilities) -> Linear:
    """Return the accuracy with each row's influence."""
    return of_mean(hits(codes, probability))


METRIC = Metric("accuracy", "accuracy", order=40, linear=linear, higher_is_better=True, task=MULTICLASS, within=SHARE)
