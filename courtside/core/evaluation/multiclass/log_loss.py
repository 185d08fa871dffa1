"""Log loss of several classes: the mean negative log of the probability given to what happened, in nats; 0 is best.

Source: I. J. Good, "Rational decisions", Journal of the Royal Statistical Society B 14 (1952).
"""

import numpy as np
from numpy.typing import NDArray

from courtside.core.evaluation.log_loss import CLIP
from courtside.core.evaluation.measure import Weighted, mean
from courtside.core.evaluation.multiclass.classes import UNKNOWN, ClassProbabilities, Codes


def log_losses(codes: Codes, probability: ClassProbabilities) -> NDArray[np.float64]:
    """Return each row's loss, shape (n,); probabilities are clipped to [2.2e-16, 1 - 2.2e-16], so that it is finite.

    A row of an unknown class was given the lowest of them, so it costs 36 nats.
    """
    given = probability[np.arange(codes.size), codes]
    given = np.where(codes == UNKNOWN, 0.0, given)
    return np.asarray(-np.log(np.clip(given, CLIP, 1 - CLIP)))


def log_loss(codes: Codes, probability: ClassProbabilities) -> Weighted:
    """Prepare the log loss, the mean of `log_losses`."""
    return mean(log_losses(codes, probability))
