"""The mean over the classes of how many of their rows are predicted right."""

import numpy as np

from courtside.core.evaluation.multiclass import ClassProbabilities, Codes, hits
from courtside.core.performance.estimate import SHARE, Linear
from courtside.core.performance.metrics.metric import Metric
from courtside.core.tasks.types import MULTICLASS


def linear(codes: Codes, probability: ClassProbabilities) -> Linear:
    """Return the balanced accuracy with each row's influence: how far it is from its class's share, by that share."""
    _, place, counts = np.unique(codes, return_inverse=True, return_counts=True)
    right = hits(codes, probability)
    recalls = np.bincount(place, weights=right) / counts
    influence = (right - recalls[place]) * (codes.size / counts / counts.size)[place]
    return Linear(float(recalls.mean()), influence)


METRIC = Metric(
    "balanced_accuracy",
    "balanced accuracy",
    order=45,
    linear=linear,
    higher_is_better=True,
    task=MULTICLASS,
    within=SHARE,
)
