"""The share of rows whose most likely class is the one that happened."""

import numpy as np
from numpy.typing import NDArray

from courtside.core.evaluation.measure import Weighted, mean
from courtside.core.evaluation.multiclass.classes import ClassProbabilities, Codes, called


def hits(codes: Codes, probability: ClassProbabilities) -> NDArray[np.bool_]:
    """Return whether each row's class is predicted right, shape (n,); an unknown class never is."""
    return np.asarray(called(probability) == codes)


def accuracy(codes: Codes, probability: ClassProbabilities) -> Weighted:
    """Prepare the share of rows whose class is predicted right."""
    return mean(hits(codes, probability))
