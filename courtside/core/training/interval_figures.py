"""How well the intervals around a candidate's predicted values meet rows that they were not calibrated on."""

from dataclasses import replace

import numpy as np

from courtside.core.evaluation import basic_interval, resample
from courtside.core.evaluation.figure import POSITIVE, SHARE
from courtside.core.evaluation.measure import mean
from courtside.core.evaluation.regression import covered, pinball_losses
from courtside.core.evaluation.regression.targets import Bounds, Predictions, Targets
from courtside.core.intervals import ConformalIntervals
from courtside.core.training.metrics import Metrics


def with_interval_figures(
    metrics: Metrics, targets: Targets, predictions: Predictions, intervals: ConformalIntervals, *, seed: int = 42
) -> Metrics:
    """Return `metrics` with those of the intervals on later rows, shape (n,); `seed` draws the resamples.

    They are the `coverage`, the `interval_width`, and the `pinball_loss` of both ends on average, both in the unit of
    the target.
    """
    bounds = intervals.bounds(predictions)
    by_row = {
        "coverage": covered(targets, bounds).astype(np.float64),
        "interval_width": bounds[:, 1] - bounds[:, 0],
        "pinball_loss": _pinball_losses(targets, bounds, intervals.level),
    }
    draws = resample({name: mean(values) for name, values in by_row.items()}, rows=targets.size, seed=seed)
    figures, found = dict(metrics.figures), dict(metrics.intervals)
    for name, values in by_row.items():
        figures[name] = float(values.mean())
        around = basic_interval(figures[name], draws[name], within=SHARE if name == "coverage" else POSITIVE)
        found[name] = (around.low, around.high)
    return replace(metrics, figures=figures, intervals=found)


def _pinball_losses(targets: Targets, bounds: Bounds, level: float) -> Targets:
    low = pinball_losses(targets, bounds[:, 0], quantile=(1 - level) / 2)
    high = pinball_losses(targets, bounds[:, 1], quantile=(1 + level) / 2)
    return (low + high) / 2
