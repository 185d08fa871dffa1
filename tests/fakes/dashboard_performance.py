"""The performance of an invented model by weeks, as labels come and champions change."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import numpy as np

from courtside.core.dashboard.views import PerformancePoint, Tenure

METRICS = ("auc", "log_loss", "accuracy")
OF_TASK = {
    "binary": METRICS,
    "multiclass": ("macro_auc", "log_loss", "brier_score", "accuracy", "balanced_accuracy", "calibration_error"),
    "regression": ("rmse", "mae", "r2", "coverage", "interval_width"),
}
LABEL_DAYS = 28
ROWS = 2_300
FEWEST = 200
WEEK = timedelta(days=7)
PROMISED = {
    "auc": 0.80, "macro_auc": 0.91, "log_loss": 0.42, "accuracy": 0.79, "brier_score": 0.31, "balanced_accuracy": 0.74,
    "calibration_error": 0.02, "rmse": 12_480.0, "mae": 8_912.0, "r2": 0.83, "squared_error": 1.557e8, "coverage": 0.9,
    "interval_width": 41_200.0,
}  # fmt: skip
CONSTANT = {
    "auc": 0.5, "macro_auc": 0.5, "log_loss": 0.58, "accuracy": 0.735, "brier_score": 0.62, "balanced_accuracy": 0.25,
    "calibration_error": 0.004, "rmse": 30_270.0, "mae": 22_140.0, "r2": 0.0, "squared_error": 9.16e8,
}  # fmt: skip
WIDTH = {"auc": 0.017, "log_loss": 0.015, "accuracy": 0.013}
UNIT = {"rmse": 20_000.0, "mae": 15_000.0, "squared_error": 4e8, "interval_width": 8_000.0}
"""How much a figure in the unit of the target moves where one that cannot leave [0, 1] moves by 1."""
WORSE_IS_MORE = {
    "log_loss", "brier_score", "calibration_error", "rmse", "mae", "squared_error", "interval_width",
}  # fmt: skip


def performance_of(
    champions: Sequence[Tenure], start: date, end: date, rng: np.random.Generator, *, task: str = "binary"
) -> tuple[PerformancePoint, ...]:
    """Return each week's points of the champion and, for some weeks, of a challenger and of the version before."""
    points: list[PerformancePoint] = []
    week = start - timedelta(days=start.weekday())
    while week < end:
        position = max(n for n, each in enumerate(champions) if each.since.date() <= week or n == 0)
        points += _week(champions, position, week, end, rng, task)
        week += WEEK
    return tuple(points)


def _week(
    champions: Sequence[Tenure], position: int, week: date, end: date, rng: np.random.Generator, task: str
) -> Iterator[PerformancePoint]:
    tenure = champions[position]
    age = max(0, (end - week - WEEK).days)
    labelled = round(ROWS * 0.97 * min(1.0, 1 - float(np.exp(-(age + 1) / 8)) if age < LABEL_DAYS else 1.0))
    luck, worn = float(rng.normal(0, 0.4)), _worn(champions, position, week)
    for metric in OF_TASK[task]:
        step = _step(metric)
        promise = PROMISED[metric] + step * 0.006 * (int(tenure.version) % 5)
        true = promise - step * worn
        half = WIDTH.get(metric, 0.014) * abs(step) * (ROWS / max(labelled, 1)) ** 0.5
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
            promise_low=round(promise - 0.011 * abs(step), 5),
            promise_high=round(promise + 0.011 * abs(step), 5),
            baseline=CONSTANT.get(metric),
            estimate=None if task == "regression" else round(true + 0.3 * step * worn + float(rng.normal(0, 0.004)), 5),
            final=age >= LABEL_DAYS,
            restated=min(4, age // 7),
        )
        yield point
        if position and (week - tenure.since.date()).days < 35 and value is not None:
            yield _previous(point, champions[position - 1].version, value, half)


def _step(metric: str) -> float:
    """Return how much a figure moves for the better where one that cannot leave [0, 1] moves by 1."""
    return UNIT.get(metric, 1.0) * (-1 if metric in WORSE_IS_MORE else 1)


def _previous(point: PerformancePoint, version: str, value: float, half: float) -> PerformancePoint:
    """Return the point of the version before, which predicts beside the champion for five weeks."""
    other = value - _step(point.metric) * (-0.03 if point.version == "3" else 0.018)
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
