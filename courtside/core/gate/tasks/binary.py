"""The gate of two classes."""

import numpy as np

from courtside.core.evaluation import Labels, auc, calibration_error, log_loss
from courtside.core.gate.policy import GatePolicy
from courtside.core.gate.tasks.of_classes import Area, gate_of_classes
from courtside.core.tasks.types import BINARY


def _too_little(labels: Labels, policy: GatePolicy) -> tuple[str, str] | None:
    rarer = min(int(np.sum(labels == label)) for label in (0, 1))
    if rarer >= policy.fewest_of_class:
        return None
    of_class = f"only {rarer} of the {labels.size:,} holdout rows are of one class"
    return "too_few_of_a_class", f"{of_class}; fewer than {policy.fewest_of_class} show nothing"


TASK = gate_of_classes(
    BINARY,
    area=Area(name="auc", title="AUC", measure=auc),
    log_loss=log_loss,
    calibration_error=calibration_error,
    too_little=_too_little,
    baseline="majority baseline",
    constant_title="share of class 1",
)
