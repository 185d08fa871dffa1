"""Area under the ROC curve: the chance that a row of class 1 scores higher than a row of class 0, ties counting half.

Source: J. A. Hanley, B. J. McNeil, "The meaning and use of the area under a receiver operating characteristic (ROC)
curve", Radiology 143 (1982): the area is the Mann-Whitney statistic over the number of pairs.
"""

import numpy as np
from numpy.typing import NDArray

from courtside.core.evaluation.measure import Labels, Probabilities, Values, Weighted, Weights, quotient


def auc(labels: Labels, scores: Probabilities) -> Weighted:
    """Prepare the area; any scores will do, because only their order counts. It is NaN where a class has no weight."""
    positive, negative = _ascending(scores, labels == 1), _ascending(scores, labels != 1)
    under = np.searchsorted(scores[negative], scores[positive], side="left")
    not_over = np.searchsorted(scores[negative], scores[positive], side="right")
    ties = bool((under != not_over).any())

    def weighted(weights: Weights) -> Values:
        passed = np.zeros((negative.size + 1, weights.shape[1]))
        np.cumsum(weights[negative], axis=0, out=passed[1:])
        beaten = (passed[under] + passed[not_over]) / 2 if ties else passed[under]
        of_positives = weights[positive]
        pairs = of_positives.sum(axis=0) * passed[-1]
        won = np.einsum("ij,ij->j", of_positives, beaten)
        return quotient(won, pairs)

    return weighted


def _ascending(scores: Probabilities, chosen: NDArray[np.bool_]) -> NDArray[np.intp]:
    rows = np.flatnonzero(chosen)
    return rows[np.argsort(scores[rows], kind="stable")]
