"""The majority baseline: the best prediction from the training labels alone, without any feature."""

import numpy as np

from courtside.core.evaluation.measure import Labels, Probabilities


def majority_baseline(labels: Labels, *, rows: int) -> Probabilities:
    """Return the share of class 1 in the training `labels` as the probability of each of `rows` rows.

    Its class is the majority's; its log loss and Brier score are the best of any constant that was fitted there.
    """
    return np.full(rows, float(np.mean(labels == 1)))
