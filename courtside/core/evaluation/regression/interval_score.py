"""Interval score: the width of an interval, and what a target outside costs; in the unit of the target, 0 is best.

It judges coverage and width at once, and the true quantiles minimize it. Source: T. Gneiting, A. E. Raftery, "Strictly
proper scoring rules, prediction, and estimation", Journal of the American Statistical Association 102 (2007), section
6.2. It is the sum of the pinball losses of both ends, times two over the share of rows that may lie outside.
"""

import numpy as np
from numpy.typing import NDArray

from courtside.core.evaluation.measure import Weighted, mean
from courtside.core.evaluation.regression.pinball_loss import pinball_losses
from courtside.core.evaluation.regression.targets import Bounds, Targets


def interval_scores(targets: Targets, bounds: Bounds, *, level: float) -> NDArray[np.float64]:
    """Return each row's score, shape (n,), for intervals that are stated to hold with probability `level`."""
    outside = 1 - level
    low = pinball_losses(targets, bounds[:, 0], quantile=outside / 2)
    high = pinball_losses(targets, bounds[:, 1], quantile=1 - outside / 2)
    return np.asarray(2 / outside * (low + high))


def interval_score(targets: Targets, bounds: Bounds, *, level: float) -> Weighted:
    """Prepare the mean of the scores."""
    return mean(interval_scores(targets, bounds, level=level))
