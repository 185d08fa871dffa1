"""The area under the ROC curve, whose influences are DeLong's placement values."""

import numpy as np

from courtside.core.evaluation import Labels, Probabilities, placements
from courtside.core.performance.estimate import SHARE, Linear
from courtside.core.performance.metrics.metric import Metric


def linear(labels: Labels, probability: Probabilities) -> Linear | None:
    """Return the area with each row's influence; None where a class does not occur."""
    one = labels == 1
    ones = int(np.count_nonzero(one))
    if ones in {0, labels.size}:
        return None
    placed = placements(labels, probability)
    area = float(placed[one].mean())
    return Linear(
        area, (placed - area) * np.where(one, labels.size / ones, labels.size / (labels.size - ones)), (one, ~one)
    )


METRIC = Metric("auc", "AUC", order=10, linear=linear, higher_is_better=True, within=SHARE)
