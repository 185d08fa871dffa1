"""Accuracy, precision, recall and F1 of "class 1 when its probability is over one half".

Source: C. J. van Rijsbergen, "Information Retrieval", 2nd edition (1979), for F1; the others are the textbook's.
Precision, recall and F1 are 0 where they are undefined (no row is called class 1, or none is of class 1).
"""

import numpy as np
from numpy.typing import NDArray

from courtside.core.evaluation.measure import Labels, Probabilities, Weighted, mean, ratio

CUT = 0.5


def hits(labels: Labels, probability: Probabilities) -> NDArray[np.bool_]:
    """Return whether each row's class is predicted right, shape (n,)."""
    return np.asarray((probability > CUT) == (labels == 1))


def accuracy(labels: Labels, probability: Probabilities) -> Weighted:
    """Prepare the share of rows whose class is predicted right."""
    return mean(hits(labels, probability))


def precision(labels: Labels, probability: Probabilities) -> Weighted:
    """Prepare the share of class 1 among the rows called class 1."""
    called, actual = probability > CUT, labels == 1
    return ratio(called & actual, called, of_nothing=0.0)


def recall(labels: Labels, probability: Probabilities) -> Weighted:
    """Prepare the share called class 1 among the rows of class 1."""
    called, actual = probability > CUT, labels == 1
    return ratio(called & actual, actual, of_nothing=0.0)


def f1_score(labels: Labels, probability: Probabilities) -> Weighted:
    """Prepare the harmonic mean of precision and recall."""
    called, actual = probability > CUT, labels == 1
    return ratio(2.0 * (called & actual), 1.0 * called + actual, of_nothing=0.0)
