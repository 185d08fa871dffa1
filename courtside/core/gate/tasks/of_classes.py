"""What the gates of two and of several classes have in common: the same figures, limits and rules."""

from collections.abc import Callable
from dataclasses import dataclass

from courtside.core.evaluation import Weighted
from courtside.core.gate.tasks.task import GateTask, TooLittle, Yardstick

AnyMeasure = Callable[..., Weighted]


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """The area under the ROC curve as a task counts it: its name in records and in sentences, and its measure."""

    name: str
    title: str
    measure: AnyMeasure


def gate_of_classes(
    name: str,
    *,
    area: Area,
    log_loss: AnyMeasure,
    calibration_error: AnyMeasure,
    too_little: TooLittle,
    baseline: str,
    constant_title: str,
    by_class: bool = False,
) -> GateTask:
    """Return the gate of a task with classes, whose `area` may promote; the rest is as `GateTask` has it."""
    return GateTask(
        name=name,
        skill=Yardstick(
            name=area.name,
            title=area.title,
            measure=area.measure,
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
                measure=calibration_error,
                margin=lambda policy, _: policy.calibration_margin,
                rule="calibration",
            ),
        ),
        by_class=by_class,
        too_little=too_little,
        baseline=baseline,
        constant_title=constant_title,
    )
