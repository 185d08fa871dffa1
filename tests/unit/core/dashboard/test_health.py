"""How a model is: one rule for each cause, the worst first, and a sentence that says what to do."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from courtside.contracts.incidents import IncidentState, Severity
from courtside.contracts.records import IncidentRecord
from courtside.core.dashboard.health import LATE, Known, health_of
from courtside.core.dashboard.views import Health

NOW = datetime(2026, 11, 29, 7, tzinfo=UTC)


def incident(severity: Severity = Severity.WARNING, **given: Any) -> IncidentRecord:
    known = {"id": "i", "model": "churn", "kind": "drift", "headline": "drift in churn", "opened_at": NOW}
    return IncidentRecord(**{**known, "severity": severity, "updated_at": NOW, "waiting_since": NOW, **given})


def known(**given: Any) -> Known:
    return Known(**{"model": "churn", "at": NOW, "last": "nothing", "last_round_at": NOW, **given})


@pytest.mark.parametrize(
    ("given", "health", "why"),
    [
        ({}, Health.GOOD, "the newest round found nothing that needs you"),
        ({"last": "watch"}, Health.GOOD, "(its outcome: watch)"),
        ({"last_round_at": None}, Health.GOOD, "no round has looked at it yet"),
        ({"problem": "its entry is cut off", "paused": True}, Health.UNREADABLE, "its entry is cut off"),
        ({"paused": True, "failing": ("predict",)}, Health.PAUSED, "`courtside models resume churn`"),
        ({"has_champion": False}, Health.NEW, "`courtside retrain --model churn --trigger initial --wait`"),
        ({"has_champion": False, "training": "t1"}, Health.NEW, "training t1 runs"),
        ({"has_champion": False, "approval": "t1"}, Health.WAITS, "training t1 waits for your approval"),
        ({"failing": ("predict",), "failing_since": NOW}, Health.CRITICAL, "predict since 2026-11-29 07:00 UTC"),
        ({"next_due": NOW - LATE - timedelta(hours=1)}, Health.WARNING, "a check is due since 2026-11-28 06:00 UTC"),
        ({"next_due": NOW - LATE}, Health.GOOD, "nothing that needs you"),
        ({"next_due": NOW - 9 * LATE, "ran_at": NOW - LATE}, Health.GOOD, "nothing that needs you"),
        ({"next_due": NOW - 9 * LATE, "ran_at": NOW - 2 * LATE}, Health.WARNING, "a check is due since 2026-11-20"),
        ({"incidents": (incident(),)}, Health.WARNING, "drift in churn"),
        ({"incidents": (incident(), incident(Severity.CRITICAL, headline="worse"))}, Health.CRITICAL, "worse"),
        ({"incidents": (incident(), incident())}, Health.WARNING, "drift in churn, and 1 incident is open besides"),
        ({"incidents": (incident(Severity.INFO),)}, Health.GOOD, "nothing that needs you"),
        ({"paused": True, "incidents": (incident(Severity.CRITICAL),)}, Health.PAUSED, "1 incident is open"),
    ],
)
def test_the_first_rule_that_says_something_judges(given: dict[str, Any], health: Health, why: str) -> None:
    found = health_of(known(**given))
    assert (found.health, why in found.why) == (health, True), found.why


@pytest.mark.parametrize("state", IncidentState)
def test_an_incident_counts_until_a_person_has_put_it_off(state: IncidentState) -> None:
    found = health_of(known(incidents=(incident(state=state, by="ann"),)))
    looked_after = {IncidentState.OPEN: False, IncidentState.ACKNOWLEDGED: True}
    if state in looked_after:
        assert (found.health, "ann looks after it" in found.why) == (Health.WARNING, looked_after[state])
    else:
        assert found.health is Health.GOOD
