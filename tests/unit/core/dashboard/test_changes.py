"""What changed of a model within a day is said in the order in which it happened."""

from datetime import UTC, datetime, timedelta

from courtside.core.dashboard.changes import RECENT, changed
from courtside.core.dashboard.views import DecisionLine, IncidentLine, Tenure

NOW = datetime(2026, 11, 29, 7, tzinfo=UTC)
HOUR = timedelta(hours=1)


def tenure(at: datetime, how: str = "promotion", reason: str = "by 0.01") -> Tenure:
    return Tenure(
        version="2", since=at, until=None, how=how, rule="", reason=reason, by="ann", training_id="t", card_key=""
    )


def incident(began: datetime, over: datetime | None = None) -> IncidentLine:
    return IncidentLine(
        id="i", model="churn", kind="drift", severity="warning", state="open", headline="age moved",
        opened_at=began, resolved_at=over, by="", note="", report_key="",
    )  # fmt: skip


def decision(at: datetime, action: str) -> DecisionLine:
    return DecisionLine(
        day=at.date(), decided_at=at, action=action, rule="", reason="it fell", numbers=(), would_change=(),
        report_key="", by="",
    )  # fmt: skip


def test_champions_incidents_and_actions_are_told_in_order_of_time() -> None:
    said = changed(
        champions=[tenure(NOW - HOUR), tenure(NOW, "rollback", "")],
        incidents=[incident(NOW - 3 * HOUR), incident(NOW - 3 * RECENT, NOW - 2 * HOUR)],
        decisions=[decision(NOW - 4 * HOUR, "roll_back"), decision(NOW, "alert"), decision(NOW, "nothing")],
        now=NOW,
    )
    assert said == (
        "Decided to roll back: it fell",
        "An incident began: age moved",
        "An incident is over: age moved",
        "Version 2 became champion (by 0.01)",
        "Rolled back to version 2",
    )


def test_what_is_older_than_a_day_or_lies_ahead_is_no_news() -> None:
    old, ahead = NOW - RECENT, NOW + HOUR
    said = changed(
        champions=[tenure(old), tenure(ahead)],
        incidents=[incident(old, ahead)],
        decisions=[decision(old, "retrain"), decision(ahead, "retrain")],
        now=NOW,
    )
    assert said == ()
