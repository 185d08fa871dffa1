"""Brier score: the mean squared distance of a probability from what happened; in [0, 1], 0 is best.

Source: G. W. Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78 (1950),
in its usual half for two classes.
"""

import numpy as np
from numpy.typing import NDArray

from courtside.core.evaluation.measure import Labels, Probabilities, Weighted, mean


def squared_errors(labels: Labels, probability: Probabilities) -> NDArray[np.float64]:
    """Return each row's squared distance, shape (n,)."""
    return np.asarray((probability - labels) ** 2)


def brier_score(labels: Labels, probability: Probabilities) -> Weighted:
    """Prepare the Brier score."""
    return mean(squared_errors(labels, probability))
