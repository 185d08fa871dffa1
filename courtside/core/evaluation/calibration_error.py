"""Expected calibration error: how far, on average, a probability is from the frequency that follows it; 0 is best.

Source: C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger, "On calibration of modern neural networks", ICML (2017), with 10
bins that hold equally many rows instead of equally wide ones. Probabilities of a game's winner crowd between 0.3 and
0.8, so wide bins leave the ends to a handful of rows, whose noise counts as error. Equal mass is the less biased
estimate (R. Roelofs, N. Cain, J. Shlens, M. C. Mozer, "Mitigating bias in calibration error estimation", AISTATS 2022).

It is an absolute value of noisy means, so even a perfect model scores above 0 (about 0.02 on 4,000 rows): compare two
models on the same rows, and never a figure with 0.
"""

import numpy as np
from numpy.typing import NDArray

from courtside.core.evaluation.measure import Labels, Probabilities, Values, Weighted, Weights, quotient, weighted_sums

BINS = 10


def bins_of(probability: Probabilities) -> NDArray[np.intp]:
    """Return the bin of each row, shape (n,), by the rows' own quantiles; equal probabilities share a bin."""
    edges = np.unique(np.quantile(probability, np.arange(1, BINS) / BINS))
    return np.asarray(np.searchsorted(edges, probability, side="right"))


def calibration_error(labels: Labels, probability: Probabilities) -> Weighted:
    """Prepare the error in the bins that `bins_of` makes of these rows; it is NaN without weight."""
    gaps = np.zeros((BINS, labels.size))
    gaps[bins_of(probability), np.arange(labels.size)] = labels - probability

    def weighted(weights: Weights) -> Values:
        return quotient(np.abs(weighted_sums(gaps, weights)).sum(axis=0), weights.sum(axis=0))

    return weighted
