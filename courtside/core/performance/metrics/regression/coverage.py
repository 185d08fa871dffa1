"""The share of targets that lie in their intervals; as good as the level that was stated, when it is that."""

from courtside.core.evaluation.regression import Bounds, Targets, covered
from courtside.core.performance.estimate import SHARE, Linear, of_mean
from courtside.core.performance.metrics.metric import Metric
from courtside.core.tasks.types import REGRESSION


def linear(targets: Targets, bounds: Bounds) -> Linear:
    """Return the share with each row's influence."""
    return of_mean(covered(targets, bounds))


METRIC = Metric(
    "coverage",
    "coverage",
    order=50,
    linear=linear,
    higher_is_better=True,
    task=REGRESSION,
    within=SHARE,
    of_bounds=True,
)
