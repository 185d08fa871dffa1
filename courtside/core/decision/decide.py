"""From what is known of a model to what the system does about it."""

from dataclasses import replace

from courtside.contracts.records.situations import Situation
from courtside.core.decision import wording
from courtside.core.decision.changes import changes
from courtside.core.decision.decision import Action, Decision
from courtside.core.decision.rule import Case
from courtside.core.decision.rules import RULES
from courtside.core.decision_policy import DecisionPolicy
from courtside.core.sentences import in_a_row


def decide(situation: Situation, policy: DecisionPolicy) -> Decision:
    """Return what the first rule that applies says.

    What has to be mended goes first, because a model trained on broken data would be worse than the current one. Then
    comes what labels proved, then drift, then what the calendar asks for; an estimate decides nothing. A decision about
    what moved says how the model performs.
    """
    decision = Case(situation, policy, RULES).decided()
    reason = decision.reason
    if situation.drift.moved:
        reason = in_a_row(filter(None, (reason, wording.performance(situation.performance))))
    return replace(
        decision,
        reason=reason,
        history=policy.history if decision.action is Action.RETRAIN else None,
        would_change=tuple(change.said for change in changes(situation, policy, decision.action)),
    )
