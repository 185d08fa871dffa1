"""Policies are found by the names that settings and commands use."""

from collections.abc import Callable, Mapping, Sequence

from courtside.contracts.errors import BadInput
from courtside.core.drift.policies.calibrated import CalibratedPolicy
from courtside.core.drift.policies.classic import ClassicPolicy
from courtside.core.drift.policies.policy import Policy
from courtside.core.drift.policies.thresholds import Threshold

POLICIES: Mapping[str, Callable[[tuple[Threshold, ...]], Policy]] = {
    "classic": lambda overrides: ClassicPolicy(overrides=overrides),
    "calibrated": lambda overrides: CalibratedPolicy(overrides=overrides),
}


class PolicyUnknown(BadInput):
    """No policy has that name."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"there is no drift policy {name!r}; choose one of: {', '.join(POLICIES)}")


def policy_named(name: str, *, thresholds: Sequence[str] = ()) -> Policy:
    """Return a policy with thresholds like ``feature.psi=0.3``; raises `PolicyUnknown` and `ThresholdInvalid`."""
    if name not in POLICIES:
        raise PolicyUnknown(name)
    return POLICIES[name](tuple(Threshold.parse(text) for text in thresholds))
