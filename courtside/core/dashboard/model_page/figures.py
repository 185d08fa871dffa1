"""A metric's figures as the page writes them, and on which side of a promise they lie."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from courtside.core.dashboard.metric_words import higher_is_better, metric_title
from courtside.core.dashboard.views import ModelView, PerformancePoint
from courtside.core.pages.wording import DASH, known
from courtside.core.tasks.types import REGRESSION

CHAMPION, COVERAGE = "champion", "coverage"
_FIGURES = (
    "value", "low", "high", "promise", "promise_low", "promise_high", "baseline", "estimate",
    "difference", "difference_low", "difference_high",
)  # fmt: skip


def title_of(view: ModelView, metric: str) -> str:
    """Return a metric's name in sentences."""
    return metric_title(view.summary.task, metric)


def direction(view: ModelView, metric: str) -> str:
    """Return which direction is better, in words; intervals that hold more often than they say are too wide."""
    if (view.summary.task, metric) == (REGRESSION, COVERAGE):
        return "best at the level that intervals state"
    higher = higher_is_better(view.summary.task, metric)
    return "" if higher is None else "higher is better" if higher else "lower is better"


def of_champion(view: ModelView, metric: str) -> list[PerformancePoint]:
    """Return the champions' points by one metric, in order of time."""
    return [_finite(each) for each in view.performance if each.metric == metric and each.role == CHAMPION]


def of_others(view: ModelView, metric: str) -> list[PerformancePoint]:
    """Return the points by one metric at which another version is compared with the champion."""
    points = [_finite(each) for each in view.performance if each.metric == metric and each.role != CHAMPION]
    return [each for each in points if each.difference is not None]


def _finite(point: PerformancePoint) -> PerformancePoint:
    """Return a point without the figures that have no place on a scale, such as an infinite loss."""
    figures = {name: getattr(point, name) for name in _FIGURES}
    lost: dict[str, Any] = {name: None for name, value in figures.items() if value is not None and not known(value)}
    return replace(point, **lost) if lost else point


def is_worse(point: PerformancePoint, *, higher: bool | None) -> bool:
    """Say whether all of a realised figure's interval lies on the wrong side of what was promised."""
    if higher is None or point.low is None or point.high is None or point.promise is None:
        return False
    if higher:
        return point.high < (point.promise if point.promise_low is None else point.promise_low)
    return point.low > (point.promise if point.promise_high is None else point.promise_high)


def newest(values: Sequence[float | None]) -> float | None:
    """Return the newest figure that is known."""
    return next((value for value in reversed(values) if value is not None), None)


def labels_in(point: PerformancePoint) -> str:
    """Say how much of a window's labels is in."""
    if not point.rows:
        return DASH
    share = f"{100 * point.labelled / point.rows:.0f} % of {point.rows:,}"
    return share if point.final else f"{share}, more are awaited"
