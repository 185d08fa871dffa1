"""The gate of two classes."""

import numpy as np

from courtside.core.evaluation import Labels, auc, calibration_error, log_loss
from courtside.core.gate.policy import GatePolicy
from courtside.core.gate.tasks.task import GateTask, Yardstick
from courtside.core.tasks.types import BINARY


def _too_little(labels: Labels, policy: GatePolicy) -> tuple[str, str] | None:
    rarer = min(int(np.sum(labels == label)) for label in (0, 1))
    if rarer >= policy.fewest_of_class:
        return None
    of_class = f"only {rarer} of the {labels.size:,} holdout rows are of one class"
    return "too_few_of_a_class", f"{of_class}; fewer than {policy.fewest_of_class} show nothing"


TASK = GateTask(
    name=BINARY,
    skill=Yardstick(
        name="auc", title="AUC", measure=auc, margin=lambda policy, _: policy.margin, higher_is_better=True
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
            measure=calibration_error,
            margin=lambda policy, _: policy.calibration_margin,
            rule="calibration",
        ),
    ),
    too_little=_too_little,
    baseline="majority baseline",
    constant_title="share of class 1",
)
