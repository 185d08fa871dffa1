"""The gate of several classes.

Its figures are those of two classes, each in the form that costs the same for any number of classes: the area is the
mean of the classes' areas against the rest, resampled by its influences, and calibration is that of the most likely
class. A class is a part of the rows like a segment, and its log loss may not get worse either.
"""

import numpy as np

from courtside.core.evaluation.multiclass import (
    UNKNOWN,
    Codes,
    confidence_calibration_error,
    linear_macro_auc,
    log_loss,
)
from courtside.core.gate.policy import GatePolicy
from courtside.core.gate.tasks.of_classes import Area, gate_of_classes
from courtside.core.tasks.types import MULTICLASS


def _too_little(labels: Codes, policy: GatePolicy) -> tuple[str, str] | None:
    if np.sum(np.bincount(labels[labels != UNKNOWN]) >= policy.fewest_of_class) >= 2:
        return None
    have = f"have {policy.fewest_of_class} of the {labels.size:,} holdout rows"
    return "too_few_of_a_class", f"fewer than two classes {have}, which show nothing"


TASK = gate_of_classes(
    MULTICLASS,
    area=Area(name="macro_auc", title="macro AUC", measure=linear_macro_auc),
    log_loss=log_loss,
    calibration_error=confidence_calibration_error,
    too_little=_too_little,
    baseline="baseline of class shares",
    constant_title="share of each class",
    by_class=True,
)
