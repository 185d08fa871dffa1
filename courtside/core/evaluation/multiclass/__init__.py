"""How well probabilities of several classes predict which of them it was: one file per measure."""

from courtside.core.evaluation.multiclass.accuracy import accuracy, hits
from courtside.core.evaluation.multiclass.auc import (
    class_auc,
    linear_macro_auc,
    macro_auc,
    macro_auc_influences,
    weighted_auc,
)
from courtside.core.evaluation.multiclass.balanced_accuracy import balanced_accuracy
from courtside.core.evaluation.multiclass.brier import brier_score, squared_errors
from courtside.core.evaluation.multiclass.calibration_error import (
    class_calibration_error,
    classwise_calibration_error,
    confidence_calibration_error,
)
from courtside.core.evaluation.multiclass.class_shares import class_shares
from courtside.core.evaluation.multiclass.classes import (
    UNKNOWN,
    ClassProbabilities,
    Codes,
    aligned,
    called,
    codes_of,
)
from courtside.core.evaluation.multiclass.confusion import class_f1, class_precision, class_recall, macro_f1
from courtside.core.evaluation.multiclass.log_loss import log_loss, log_losses

__all__ = [
    "UNKNOWN",
    "ClassProbabilities",
    "Codes",
    "accuracy",
    "aligned",
    "balanced_accuracy",
    "brier_score",
    "called",
    "class_auc",
    "class_calibration_error",
    "class_f1",
    "class_precision",
    "class_recall",
    "class_shares",
    "classwise_calibration_error",
    "codes_of",
    "confidence_calibration_error",
    "hits",
    "linear_macro_auc",
    "log_loss",
    "log_losses",
    "macro_auc",
    "macro_auc_influences",
    "macro_f1",
    "squared_errors",
    "weighted_auc",
]
