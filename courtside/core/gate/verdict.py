"""May the challenger become champion?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from courtside.core.gate.auc import area, compare


@dataclass(frozen=True, slots=True)
class GatePolicy:
    """What people ask of a challenger.

    `floor_auc` is set by people, never by a model, so that standards cannot slide; `margin` is the AUC a
    fresher challenger may at worst lose, within the 95 % interval.
    """

    floor_auc: float = 0.55
    margin: float = 0.005


@dataclass(frozen=True, slots=True)
class GateVerdict:
    """The verdict, the rule that gave it, and one plain sentence."""

    promote: bool
    rule: str
    reason: str


def judge(
    labels: NDArray[np.int8],
    *,
    challenger: NDArray[np.float64],
    champion: NDArray[np.float64] | None,
    policy: GatePolicy,
) -> GateVerdict:
    """Judge probabilities of class 1 on the same holdout, shape (n,); `champion` is None when there is none yet."""
    own = area(labels, challenger)
    if own < policy.floor_auc:
        return GateVerdict(
            False, "floor", f"the challenger's AUC {own:.3f} is under the floor of {policy.floor_auc:.3f}"
        )
    if champion is None:
        return GateVerdict(True, "first_champion", f"there is no champion yet and the AUC {own:.3f} is over the floor")
    result = compare(labels, challenger=challenger, champion=champion)
    numbers = (
        f"AUC {result.challenger:.4f} against {result.champion:.4f} on the same {labels.size:,} rows, "
        f"difference {result.difference:+.4f} (95 % interval {result.low:+.4f} to {result.high:+.4f})"
    )
    if result.low > 0:
        return GateVerdict(True, "better", f"better beyond noise: {numbers}")
    if result.low >= -policy.margin:
        return GateVerdict(True, "not_worse_and_fresher", f"not worse, and trained on newer data: {numbers}")
    return GateVerdict(False, "not_shown", f"not shown to be as good: {numbers}")
