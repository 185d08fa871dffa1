"""Coverage of intervals: the share of rows whose target lies in its interval; best is the level that was stated."""

import numpy as np
from numpy.typing import NDArray

from courtside.core.evaluation.measure import Values, Weighted, Weights, mean
from courtside.core.evaluation.regression.targets import Bounds, Targets


def covered(targets: Targets, bounds: Bounds) -> NDArray[np.bool_]:
    """Return whether each target lies in its interval, shape (n,); the ends belong to it."""
    return np.asarray((bounds[:, 0] <= targets) & (targets <= bounds[:, 1]))


def coverage(targets: Targets, bounds: Bounds) -> Weighted:
    """Prepare the share of targets that lie in their intervals."""
    return mean(covered(targets, bounds))


def undercoverage(targets: Targets, bounds: Bounds, *, level: float) -> Weighted:
    """Prepare by how much fewer targets lie in their intervals than the `level` that was stated; 0 where enough do."""
    share = coverage(targets, bounds)

    def weighted(weights: Weights) -> Values:
        return np.asarray(np.maximum(level - share(weights), 0.0))

    return weighted
