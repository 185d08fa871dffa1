"""Mean width of intervals, in the unit of the target: of two that cover equally often, the narrower says more."""

from courtside.core.evaluation.measure import Weighted, mean
from courtside.core.evaluation.regression.targets import Bounds, Targets


def interval_width(_targets: Targets, bounds: Bounds) -> Weighted:
    """Prepare the mean width; what happened does not matter to it."""
    return mean(bounds[:, 1] - bounds[:, 0])
