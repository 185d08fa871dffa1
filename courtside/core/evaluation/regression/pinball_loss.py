"""Pinball loss of a predicted quantile, in the unit of the target; the true quantile minimizes it.

Source: R. Koenker, G. Bassett, "Regression quantiles", Econometrica 46 (1978).
"""

import numpy as np
from numpy.typing import NDArray

from courtside.core.evaluation.measure import Weighted, mean
from courtside.core.evaluation.regression.targets import Predictions, Targets


def pinball_losses(targets: Targets, predictions: Predictions, *, quantile: float) -> NDArray[np.float64]:
    """Return each row's loss, shape (n,): an error below the target costs `quantile`, one above it the rest of 1."""
    below = targets - predictions
    return np.asarray(np.maximum(quantile * below, (quantile - 1) * below))


def pinball_loss(targets: Targets, predictions: Predictions, *, quantile: float) -> Weighted:
    """Prepare the mean of the losses of a prediction of this `quantile`, which is in (0, 1)."""
    return mean(pinball_losses(targets, predictions, quantile=quantile))
