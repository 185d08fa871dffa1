"""What is decided on a drift report alone, as long as nothing else is known of the model."""

from datetime import date

from courtside.contracts.records import DueFacts, Situation
from courtside.core.decision import Decision, DecisionPolicy, decide
from courtside.core.drift import DriftReport
from courtside.core.drift.story.facts import drift_facts

AS_OF = date(2019, 7, 1)


def decided(
    report: DriftReport,
    policy: DecisionPolicy | None = None,
    *,
    due: DueFacts | None = None,
    overdue_since: date | None = None,
) -> Decision:
    """Decide on a report."""
    facts = drift_facts(report)
    situation = Situation(model="nba_games", as_of=AS_OF, drift=facts, due=due, overdue_since=overdue_since)
    return decide(situation, policy or DecisionPolicy())
