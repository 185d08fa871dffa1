"""Log loss: the mean negative log of the probability given to what happened, in nats; 0 is best.

Source: I. J. Good, "Rational decisions", Journal of the Royal Statistical Society B 14 (1952).
"""

import numpy as np

from courtside.core.evaluation.measure import Labels, Probabilities, Weighted, mean

CLIP = float(np.finfo(np.float64).eps)


def log_loss(labels: Labels, probability: Probabilities) -> Weighted:
    """Prepare the log loss; probabilities are clipped to [2.2e-16, 1 - 2.2e-16], so that one sure error is finite."""
    given = np.clip(np.where(labels == 1, probability, 1 - probability), CLIP, 1 - CLIP)
    return mean(-np.log(given))
