"""The performance of an invented model by weeks, as labels come and champions change."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import numpy as np

from courtside.core.dashboard.views import PerformancePoint, Tenure

METRICS = ("auc", "log_loss", "accuracy")
LABEL_DAYS = 28
ROWS = 2_300
FEWEST = 200
WEEK = timedelta(days=7)
PROMISED = {"auc": 0.80, "log_loss": 0.42, "accuracy": 0.79}
CONSTANT = {"auc": 0.5, "log_loss": 0.58, "accuracy": 0.735}
WIDTH = {"auc": 0.017, "log_loss": 0.015, "accuracy": 0.013}
SIGN = {"auc": 1, "log_loss": -1, "accuracy": 1}


def performance_of(
    champions: Sequence[Tenure], start: date, end: date, rng: np.random.Generator
) -> tuple[PerformancePoint, ...]:
    """Return each week's points of the champion and, for some weeks, of a challenger and of the version before."""
    points: list[PerformancePoint] = []
    week = start - timedelta(days=start.weekday())
    while week < end:
        position = max(n for n, each in enumerate(champions) if each.since.date() <= week or n == 0)
        points += _week(champions, position, week, end, rng)
        week += WEEK
    return tuple(points)


def _week(
    champions: Sequence[Tenure], position: int, week: date, end: date, rng: np.random.Generator
) -> Iterator[PerformancePoint]:
    tenure = champions[position]
    age = max(0, (end - week - WEEK).days)
    labelled = round(ROWS * 0.97 * min(1.0, 1 - float(np.exp(-(age + 1) / 8)) if age < LABEL_DAYS else 1.0))
    luck, worn = float(rng.normal(0, 0.4)), _worn(champions, position, week)
    for metric in METRICS:
        promise = PROMISED[metric] + SIGN[metric] * 0.006 * (int(tenure.version) % 5)
        true = promise - SIGN[metric] * worn
        half = WIDTH[metric] * (ROWS / max(labelled, 1)) ** 0.5
        known = labelled >= FEWEST
        value = round(true + luck * half, 5) if known else None
        point = PerformancePoint(
            start=week,
            end=week + WEEK,
            version=tenure.version,
            role="champion",
            metric=metric,
            value=value,
            low=round(value - half, 5) if value is not None else None,
            high=round(value + half, 5) if value is not None else None,
            rows=ROWS,
            labelled=labelled,
            promise=promise,
            promise_low=round(promise - 0.011, 5),
            promise_high=round(promise + 0.011, 5),
            baseline=CONSTANT[metric],
            estimate=round(true + 0.3 * SIGN[metric] * worn + float(rng.normal(0, 0.004)), 5),
            final=age >= LABEL_DAYS,
            restated=min(4, age // 7),
        )
        yield point
        if position and (week - tenure.since.date()).days < 35 and value is not None:
            yield _previous(point, champions[position - 1].version, value, half)


def _previous(point: PerformancePoint, version: str, value: float, half: float) -> PerformancePoint:
    """Return the point of the version before, which predicts beside the champion for five weeks."""
    other = value - SIGN[point.metric] * (-0.03 if point.version == "3" else 0.018)
    return PerformancePoint(
        start=point.start,
        end=point.end,
        version=version,
        role="previous",
        metric=point.metric,
        value=round(other, 5),
        low=round(other - half, 5),
        high=round(other + half, 5),
        rows=point.rows,
        labelled=point.labelled,
        promise=point.promise,
        promise_low=point.promise_low,
        promise_high=point.promise_high,
        baseline=point.baseline,
        estimate=None,
        final=point.final,
        restated=point.restated,
        difference=round(value - other, 5),
        difference_low=round(value - other - half / 2, 5),
        difference_high=round(value - other + half / 2, 5),
    )


def _worn(champions: Sequence[Tenure], position: int, week: date) -> float:
    """Return how much worse than promised a champion is: more with each month, and much where it was rolled back."""
    tenure = champions[position]
    bad = position + 1 < len(champions) and champions[position + 1].how == "rollback"
    return 0.034 if bad else min(0.05, max(0, (week - tenure.since.date()).days) / 30 * 0.0062)
