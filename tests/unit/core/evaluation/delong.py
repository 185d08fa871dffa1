"""DeLong's standard error of the difference between two AUCs on the same rows, which checks the bootstrap.

Source: E. R. DeLong, D. M. DeLong, D. L. Clarke-Pearson, Biometrics 44 (1988).
"""

import numpy as np
from scipy.stats import rankdata

from tests.unit.core.evaluation.samples import Labels, Scores


def standard_error(labels: Labels, a: Scores, b: Scores) -> float:
    positive, negative = (_placements(labels, a)[k] - _placements(labels, b)[k] for k in (0, 1))
    return float(np.sqrt(positive.var(ddof=1) / positive.size + negative.var(ddof=1) / negative.size))


def _placements(labels: Labels, scores: Scores) -> tuple[Scores, Scores]:
    one = labels == 1
    ranks = rankdata(scores)
    of_positives = (ranks[one] - rankdata(scores[one])) / (~one).sum()
    of_negatives = 1 - (ranks[~one] - rankdata(scores[~one])) / one.sum()
    return of_positives, of_negatives
