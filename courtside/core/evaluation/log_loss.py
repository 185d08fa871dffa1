"""Log loss: the mean negative log of the probability given to what happened, in nats; 0 is best.

Source: I. J. Good, "Rational decisions", Journal of the Royal Statistical Society B 14 (1952).
"""

import numpy as np
from numpy.typing import NDArray

from courtside.core.evaluation.measure import Labels, Probabilities, Weighted, mean

CLIP = float(np.finfo(np.float64).eps)


def log_losses(labels: Labels, probability: Probabilities) -> NDArray[np.float64]:
    """Return each row's loss, shape (n,); probabilities are clipped to [2.2e-16, 1 - 2.2e-16], so that it is finite."""
    given = np.clip(np.where(labels == 1, probability, 1 - probability), CLIP, 1 - CLIP)
    return np.asarray(-np.log(given))


def log_loss(labels: Labels, probability: Probabilities) -> Weighted:
    """Prepare the log loss, the mean of `log_losses`."""
    return mean(log_losses(labels, probability))
