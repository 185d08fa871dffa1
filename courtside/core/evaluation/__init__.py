"""How well predictions meet what happened: one file per measure, and their bootstrap; numpy only.

The files here judge probabilities of class 1 against labels 0/1; `multiclass` and `regression` judge the other tasks.
"""

from courtside.core.evaluation.auc import auc, placements
from courtside.core.evaluation.brier import brier_score, squared_errors
from courtside.core.evaluation.calibration_error import bins_of, calibration_error
from courtside.core.evaluation.confusion import accuracy, f1_score, hits, precision, recall
from courtside.core.evaluation.log_loss import log_loss, log_losses
from courtside.core.evaluation.majority import majority_baseline
from courtside.core.evaluation.measure import Labels, Measure, Probabilities, Weighted, of_rows, score
from courtside.core.evaluation.resampling import (
    Interval,
    basic_interval,
    resample,
    simultaneous_intervals,
    symmetric_interval,
)

__all__ = [
    "Interval",
    "Labels",
    "Measure",
    "Probabilities",
    "Weighted",
    "accuracy",
    "auc",
    "basic_interval",
    "bins_of",
    "brier_score",
    "calibration_error",
    "f1_score",
    "hits",
    "log_loss",
    "log_losses",
    "majority_baseline",
    "of_rows",
    "placements",
    "precision",
    "recall",
    "resample",
    "score",
    "simultaneous_intervals",
    "squared_errors",
    "symmetric_interval",
]
