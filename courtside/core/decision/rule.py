"""What a rule is, and what it is asked about."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from courtside.contracts.records.situations import Situation
from courtside.core.decision.decision import Decision
from courtside.core.decision_policy import DecisionPolicy


@dataclass(frozen=True, slots=True)
class Case:
    """What is to be decided: a situation, a policy, and the rules in their order."""

    situation: Situation
    policy: DecisionPolicy
    rules: Sequence["Rule"]

    def decided(self) -> Decision:
        """Return what the first rule that applies says; the last one always does."""
        return next(said for rule in self.rules if (said := rule.applies(self)) is not None)

    def otherwise(self, **facts: Any) -> Decision:
        """Return what would have been decided with other facts of the situation."""
        return Case(self.situation.model_copy(update=facts), self.policy, self.rules).decided()


@dataclass(frozen=True, slots=True)
class Rule:
    """One reason for a decision; `applies` returns that decision, or None where the rule has nothing to say.

    Rules are asked by `order`.
    """

    name: str
    order: int
    applies: Callable[[Case], Decision | None]
