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
from courtside.core.gate.tasks.task import GateTask, Yardstick
from courtside.core.tasks.types import MULTICLASS


def _too_little(labels: Codes, policy: GatePolicy) -> tuple[str, str] | None:
    if np.sum(np.bincount(labels[labels != UNKNOWN]) >= policy.fewest_of_class) >= 2:
        return None
    have = f"have {policy.fewest_of_class} of the {labels.size:,} holdout rows"
    return "too_few_of_a_class", f"fewer than two classes {have}, which show nothing"


TASK = GateTask(
    name=MULTICLASS,
    skill=Yardstick(
        name="macro_auc",
        title="macro AUC",
        measure=linear_macro_auc,
        margin=lambda policy, _: policy.margin,
        higher_is_better=True,
    ),
    floor=lambda policy: policy.floor_auc,
    loss=Yardstick(
        name="log_loss",
        title="log loss",
        measure=log_loss,
        margin=lambda policy, _: policy.log_loss_margin,
        rule="log_loss",
    ),
    segment_margin=lambda policy, _: policy.segment_margin,
    guardrails=(
        Yardstick(
            name="calibration_error",
            title="calibration error",
            measure=confidence_calibration_error,
            margin=lambda policy, _: policy.calibration_margin,
            rule="calibration",
        ),
    ),
    by_class=True,
    too_little=_too_little,
    baseline="baseline of class shares",
    constant_title="share of each class",
)
