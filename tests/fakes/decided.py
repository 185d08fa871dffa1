"""What is decided on a drift report alone, and the records of decisions."""

from datetime import UTC, date, datetime, timedelta

from courtside.contracts.events import Window
from courtside.contracts.records import DecisionRecord, DueFacts, Situation
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


def logged(situation: Situation, policy: DecisionPolicy) -> DecisionRecord:
    """Return the record of what was decided."""
    decision, end = decide(situation, policy), situation.as_of
    return DecisionRecord(
        model=situation.model,
        check_id=f"v3-{end}",
        window=Window(start=end - timedelta(days=30), end=end),
        champion_version="3",
        action=decision.action,
        rule=decision.rule,
        reason=decision.reason,
        report_key="",
        decided_at=datetime(end.year, end.month, end.day, 12, tzinfo=UTC),
        numbers=dict(decision.numbers),
        would_change=decision.would_change,
        situation=situation,
        policy=policy.as_dict(),
    )
