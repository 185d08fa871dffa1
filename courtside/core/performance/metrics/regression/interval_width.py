"""The mean width of intervals, in the unit of the target."""

from courtside.core.evaluation.regression import Bounds, Targets
from courtside.core.performance.estimate import POSITIVE, Linear, of_mean
from courtside.core.performance.metrics.metric import Metric
from courtside.core.tasks.types import REGRESSION


def linear(_targets: Targets, bounds: Bounds) -> Linear:
    """Return the mean width with each row's influence."""
    return of_mean(bounds[:, 1] - bounds[:, 0])


METRIC = Metric(
    "interval_width",
    "width of intervals",
    order=60,
    linear=linear,
    higher_is_better=False,
    task=REGRESSION,
    within=POSITIVE,
    of_bounds=True,
)
