"""Area under the ROC curve of two models on the same rows, and the interval of their difference.

Source: E. R. DeLong, D. M. DeLong, D. L. Clarke-Pearson, "Comparing the areas under two or more correlated
receiver operating characteristic curves", Biometrics 44 (1988); computed by midranks as in X. Sun, W. Xu,
"Fast implementation of DeLong's algorithm", IEEE Signal Processing Letters 21 (2014).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Z_95 = 1.959963984540054

Labels = NDArray[np.int8]
Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class AucComparison:
    """Two areas on the same rows and the 95 % interval of challenger minus champion."""

    challenger: float
    champion: float
    difference: float
    low: float
    high: float


def midranks(values: Scores) -> Scores:
    """Return 1-based ranks, ties sharing their mean rank; shape (n,)."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    upper = np.cumsum(count)
    return (upper - (count - 1) / 2)[place]


def _placements(labels: Labels, scores: Scores) -> tuple[float, Scores, Scores]:
    positive = labels == 1
    m, n = int(positive.sum()), int((~positive).sum())
    ranks = midranks(scores)
    of_positives = (ranks[positive] - midranks(scores[positive])) / n
    of_negatives = 1 - (ranks[~positive] - midranks(scores[~positive])) / m
    return float(of_positives.mean()), of_positives, of_negatives


def area(labels: Labels, scores: Scores) -> float:
    """Return the area under the ROC curve; both classes must occur in `labels`."""
    return _placements(labels, scores)[0]


def compare(labels: Labels, *, challenger: Scores, champion: Scores) -> AucComparison:
    """Compare two models' scores, each shape (n,), on the same labels."""
    auc_a, positive_a, negative_a = _placements(labels, challenger)
    auc_b, positive_b, negative_b = _placements(labels, champion)
    variance = _variance_of_mean(positive_a - positive_b) + _variance_of_mean(negative_a - negative_b)
    half = Z_95 * float(np.sqrt(variance))
    difference = auc_a - auc_b
    return AucComparison(auc_a, auc_b, difference, difference - half, difference + half)


def _variance_of_mean(values: Scores) -> float:
    return float(values.var(ddof=1) / values.size) if values.size > 1 else 0.0
