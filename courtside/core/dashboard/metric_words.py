"""What a metric is called, which direction is better and how its figures are written, also of other releases."""

from courtside.contracts.shortening import shortened
from courtside.core.pages.wording import number
from courtside.core.performance.metrics import metrics_of


def metric_title(task: str, metric: str) -> str:
    """Return a metric's name in sentences; one that this release does not know keeps the name it was recorded by."""
    return next((each.title for each in metrics_of(task) if each.name == metric), shortened(metric, 40))


def higher_is_better(task: str, metric: str) -> bool | None:
    """Return which direction is better, None for a metric that this release does not know."""
    return next((each.higher_is_better for each in metrics_of(task) if each.name == metric), None)


def figure(value: float | None) -> str:
    """Write a figure of performance; those of about 1 with as many decimals, so that they stand below each other.

    >>> figure(0.81), figure(0.4109), figure(48213.7), figure(0.00123)
    ('0.810', '0.411', '48,214', '0.00123')
    """
    return number(value) if value is None or not 0.05 <= abs(value) < 10 else f"{value:.3f}"


def with_interval(value: float | None, low: float | None, high: float | None) -> str:
    """Write a figure with its interval: 0.812 (0.795 to 0.829)."""
    if value is None or low is None or high is None:
        return figure(value)
    return f"{figure(value)} ({figure(low)} to {figure(high)})"
