"""Brier score of several classes: the mean squared distance of the probabilities from what happened; 0 to 2.

Source: G. W. Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78 (1950),
as the sum over the classes. For two classes it is twice the score of `core.evaluation.brier`.
"""

import numpy as np
from numpy.typing import NDArray

from courtside.core.evaluation.measure import Weighted, mean
from courtside.core.evaluation.multiclass.classes import UNKNOWN, ClassProbabilities, Codes


def squared_errors(codes: Codes, probability: ClassProbabilities) -> NDArray[np.float64]:
    """Return each row's squared distance, shape (n,); an unknown class is one more, which had the probability 0."""
    off = probability.copy()
    known = codes != UNKNOWN
    off[known, codes[known]] -= 1
    return np.asarray(np.einsum("nk,nk->n", off, off) + ~known)


def brier_score(codes: Codes, probability: ClassProbabilities) -> Weighted:
    """Prepare the Brier score."""
    return mean(squared_errors(codes, probability))
