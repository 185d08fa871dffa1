"""What a metric is called and which direction is better, also of one that was recorded by another release."""

from courtside.contracts.shortening import shortened
from courtside.core.performance.metrics import metrics_of


def metric_title(task: str, metric: str) -> str:
    """Return a metric's name in sentences; one that this release does not know keeps the name it was recorded by."""
    return next((each.title for each in metrics_of(task) if each.name == metric), shortened(metric, 40))


def higher_is_better(task: str, metric: str) -> bool | None:
    """Return which direction is better, None for a metric that this release does not know."""
    return next((each.higher_is_better for each in metrics_of(task) if each.name == metric), None)
