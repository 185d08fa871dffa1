"""How well predicted values, and the intervals around them, meet what happened: one file per measure."""

from courtside.core.evaluation.regression.baselines import last_value, median_value
from courtside.core.evaluation.regression.coverage import coverage, covered, undercoverage
from courtside.core.evaluation.regression.interval_width import interval_width
from courtside.core.evaluation.regression.mean_absolute_error import absolute_errors, mean_absolute_error
from courtside.core.evaluation.regression.mean_squared_error import mean_squared_error, rmse, squared_errors
from courtside.core.evaluation.regression.median_absolute_error import median_absolute_error
from courtside.core.evaluation.regression.pinball_loss import pinball_loss, pinball_losses
from courtside.core.evaluation.regression.r2 import r2
from courtside.core.evaluation.regression.targets import Bounds, Predictions, Targets

__all__ = [
    "Bounds",
    "Predictions",
    "Targets",
    "absolute_errors",
    "coverage",
    "covered",
    "interval_width",
    "last_value",
    "mean_absolute_error",
    "mean_squared_error",
    "median_absolute_error",
    "median_value",
    "pinball_loss",
    "pinball_losses",
    "r2",
    "rmse",
    "squared_errors",
    "undercoverage",
]
