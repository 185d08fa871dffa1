"""Decisions, pure: what follows from what is known of a model, by which rule, and what would have changed it."""

from courtside.core.decision.decide import decide
from courtside.core.decision.decision import ACTS, Action, Decision
from courtside.core.decision.rules.retraining_off import RULE
from courtside.core.decision_policy import MONTH, DecisionPolicy, RollBack

RETRAINING_OFF = RULE.name
"""The rule of drift that asks for a training which the contract leaves to people."""

__all__ = ["ACTS", "MONTH", "RETRAINING_OFF", "Action", "Decision", "DecisionPolicy", "RollBack", "decide"]
