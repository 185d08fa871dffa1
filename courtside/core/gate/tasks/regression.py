"""The gate of predicted values.

R² is the squared error in a unit that suits every target: the variance of the holdout's targets. A difference of two
models' R² on the same rows is one of their squared errors, so its margin is a share of that variance. Absolute errors
are in the target's unit, so their margins are shares of the champion's. They need not be under the baseline's: of all
predictions the median has the least, and where most values are zero, as in counts, it beats every good model of the
mean.
"""

import numpy as np

from courtside.core.evaluation.regression import Targets, mean_absolute_error, r2, undercoverage
from courtside.core.gate.policy import GatePolicy
from courtside.core.gate.tasks.task import GateTask, Yardstick
from courtside.core.tasks.types import REGRESSION


def _too_little(labels: Targets, _policy: GatePolicy) -> tuple[str, str] | None:
    if np.ptp(labels) > 0:
        return None
    return "constant_target", f"the target is the same in all {labels.size:,} holdout rows, which show nothing"


TASK = GateTask(
    name=REGRESSION,
    skill=Yardstick(
        name="r2", title="R²", measure=r2, margin=lambda policy, _: policy.r2_margin, higher_is_better=True
    ),
    floor=lambda policy: policy.floor_r2,
    loss=Yardstick(
        name="mae",
        title="mean absolute error",
        measure=mean_absolute_error,
        margin=lambda policy, scores: policy.mae_margin * scores["champion"],
        rule="absolute_error",
    ),
    segment_margin=lambda policy, scores: policy.segment_mae_margin * scores["champion"],
    guardrails=(
        Yardstick(
            name="undercoverage",
            title="share missing from intervals",
            measure=undercoverage,
            margin=lambda policy, _: policy.coverage_margin,
            rule="coverage",
            of_bounds=True,
        ),
    ),
    loss_beats_baseline=False,
    too_little=_too_little,
    baseline="median baseline",
    constant_title="median of the target",
)
