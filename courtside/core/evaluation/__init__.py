"""How well probabilities of class 1 predict labels 0/1: one file per measure, and their bootstrap; numpy only."""

from courtside.core.evaluation.auc import auc
from courtside.core.evaluation.brier import brier_score
from courtside.core.evaluation.calibration_error import calibration_error
from courtside.core.evaluation.confusion import accuracy, f1_score, precision, recall
from courtside.core.evaluation.log_loss import log_loss
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
    "brier_score",
    "calibration_error",
    "f1_score",
    "log_loss",
    "majority_baseline",
    "of_rows",
    "precision",
    "recall",
    "resample",
    "score",
    "simultaneous_intervals",
    "symmetric_interval",
]
