"""The policies decide what counts as drift, with their thresholds and their assumptions about chance."""

from courtside.core.drift.policies.by_name import policy_named

__all__ = ["policy_named"]
