"""Area under the ROC curve: the chance that a row of class 1 scores higher than a row of class 0, ties counting half.

Source: J. A. Hanley, B. J. McNeil, "The meaning and use of the area under a receiver operating characteristic (ROC)
curve", Radiology 143 (1982): the area is the Mann-Whitney statistic over the number of pairs.
"""

import numpy as np
from numpy.typing import NDArray

from courtside.core.evaluation.measure import Labels, Probabilities, Values, Weighted, Weights, quotient


def placements(labels: Labels, scores: Probabilities) -> NDArray[np.float64]:
    """Return which share of the other class each row is on the right side of, ties counting half; shape (n,).

    The area is the mean of these shares over the rows of either class. Both classes must occur. Source: E. R. DeLong,
    D. M. DeLong, D. L. Clarke-Pearson, "Comparing the areas under two or more correlated receiver operating
    characteristic curves", Biometrics 44 (1988).
    """
    order = np.argsort(scores)  # ordered scores are found among others several times as fast
    one = labels[order] == 1
    positive, negative = scores[order[one]], scores[order[~one]]
    shares = np.empty(labels.size)
    shares[order[one]] = _share_under(positive, negative)
    shares[order[~one]] = 1 - _share_under(negative, positive)
    return shares


def _share_under(scores: Probabilities, others: Probabilities) -> NDArray[np.float64]:
    """Return the share of others under each score, ties counting half; both are ordered."""
    under = np.searchsorted(others, scores, side="left")
    tied = (others.take(under, mode="clip") == scores).any()
    not_over = np.searchsorted(others, scores, side="right") if tied else under
    return np.asarray((under + not_over) / (2 * others.size))


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
