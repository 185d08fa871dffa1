"""What `courtside performance` shows of windows that were not judged yet, whether or not labels are still awaited."""

from typing import TYPE_CHECKING

from courtside.cli.console import print_table, say

if TYPE_CHECKING:
    from courtside.api.estimates import Estimates
    from courtside.core.performance.metrics import Metric


def print_estimates(estimates: "Estimates", metric: "Metric", *, model: str) -> None:
    """Print the estimates of a metric, and what to know about them; nothing where there are none."""
    if rows := estimates.rows(metric):
        print_table(f"Estimated {metric.title} of {model} in windows that were not judged yet", rows)
    for sentence in estimates.sentences(metric):
        say(sentence)
