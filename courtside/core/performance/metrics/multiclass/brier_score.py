"""The Brier score of several classes: the mean of the rows' own squared errors."""

from courtside.core.evaluation.multiclass import ClassProbabilities, Codes, squared_errors
from courtside.core.performance.estimate import Linear, of_mean
from courtside.core.performance.metrics.metric import Metric
from courtside.core.tasks.types import MULTICLASS


def linear(codes: Codes, probability: ClassProbabilities) -> Linear:
    """Return the Brier score with each row's influence."""
    return of_mean(squared_errors(codes, probability))


METRIC = Metric(
    "brier_score", "Brier score", order=30, linear=linear, higher_is_better=False, task=MULTICLASS, within=(0.0, 2.0)
)
