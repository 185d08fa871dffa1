"""The metrics of realised performance: every module of this package that holds a `METRIC` is one.

Those of two classes lie here, those of another task in the package that bears its name.
"""

from collections.abc import Sequence

from courtside.contracts.discovery import declared_in
from courtside.core.performance.metrics import multiclass, regression
from courtside.core.performance.metrics.metric import Metric
from courtside.core.tasks.types import BINARY


class MetricTwice(ValueError):
    """Two modules give their metrics of one task the same name, so that their figures could not be told apart."""

    def __init__(self, task: str, name: str) -> None:
        self.task = task
        self.name = name
        super().__init__(f"two metrics of the task {task} are called {name}")


def metrics_in(package: str, path: Sequence[str]) -> tuple[Metric, ...]:
    """Return the metrics of a package's modules in their order; raises `MetricTwice`."""
    found = sorted(declared_in(package, path, name="METRIC", kind=Metric), key=lambda each: (each.order, each.name))
    known: set[tuple[str, str]] = set()
    for metric in found:
        if (metric.task, metric.name) in known:
            raise MetricTwice(metric.task, metric.name)
        known.add((metric.task, metric.name))
    return tuple(found)


ALL = (
    *metrics_in(__name__, __path__),
    *metrics_in(multiclass.__name__, multiclass.__path__),
    *metrics_in(regression.__name__, regression.__path__),
)


def metrics_of(task: str) -> tuple[Metric, ...]:
    """Return the metrics of a task, the one that a line of text shows first."""
    return tuple(metric for metric in ALL if metric.task == task)


def in_sentences(name: str) -> str:
    """Return what decisions and states of a stage call a metric; those of two classes go by their names there."""
    titles = {metric.name: metric.title for metric in ALL if metric.task != BINARY}
    own = {metric.name for metric in metrics_of(BINARY)}
    return name if name in own else titles.get(name, name)


__all__ = ["ALL", "Metric", "MetricTwice", "in_sentences", "metrics_in", "metrics_of"]
