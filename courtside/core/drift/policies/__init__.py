"""What counts as drift: the policies, their thresholds, and what they take for chance."""

from courtside.core.drift.policies.by_name import policy_named

__all__ = ["policy_named"]
