"""A stage's models at a glance: champion, health and rounds of each, from the ledger alone."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from courtside.contracts import ledger_keys
from courtside.contracts.events import Payload, RetrainingRequest, Trigger
from courtside.contracts.incidents import IncidentState
from courtside.contracts.records import (
    ApprovalRecord,
    ChampionPointer,
    ModelRound,
    Reign,
    RetrainingLockState,
    StageModel,
)
from courtside.core.dashboard.views import Health
from courtside.workflows.ledger_documents import written
from courtside.workflows.model_ledger import ModelLedger
from courtside.workflows.ports import LedgerWrite
from courtside.workflows.stage_overview import ModelOverview, overview
from tests.fakes.ports import InMemoryLedger
from tests.fakes.recorded_year import RecordedStage

NOW = datetime(2026, 11, 29, 7, 0, tzinfo=UTC)


def entry(name: str, **given: Any) -> StageModel:
    known = {"version": 1, "sha256": "", "contract_key": "", "added_at": NOW, "added_by": "ann"}
    return StageModel(name=name, **{**known, **given})


def put(ledger: Any, key: str, document: Payload) -> None:
    assert ledger.put(written(key, document, expected_revision=0))


def looked_at(ledger: InMemoryLedger, *entries: StageModel) -> list[ModelOverview]:
    return overview(entries, ledger=ledger, now=NOW)


def test_each_model_has_its_own_champion_and_rounds() -> None:
    ledger = InMemoryLedger()
    own = ModelLedger(ledger, "churn")
    key = ledger_keys.history(NOW, "3")
    reign = Reign(version="3", training_id="t", since=NOW, rule="better", reason="by 0.01", by="gate")
    put(own, ledger_keys.CHAMPION, ChampionPointer(version="3", previous=None, reason="by 0.01", history_key=key))
    put(own, key, reign)
    put(ledger, ledger_keys.model_round("churn"), ModelRound(model="churn", last_round_at=NOW, last_outcome="nothing"))
    churn, fraud = looked_at(ledger, entry("churn"), entry("fraud"))
    assert (churn.champion, churn.judged.health) == (reign, Health.GOOD)
    assert (fraud.champion, fraud.round, fraud.judged.health) == (None, None, Health.NEW)


def test_a_stage_whose_champion_was_taken_back_has_none() -> None:
    ledger = InMemoryLedger()
    pointer = ChampionPointer(version=None, previous="3", reason="taken back", history_key=None)
    put(ModelLedger(ledger, "churn"), ledger_keys.CHAMPION, pointer)
    assert looked_at(ledger, entry("churn"))[0].champion is None


@pytest.mark.parametrize(
    ("given", "round_", "health", "why"),
    [
        ({"paused": True}, {"last_outcome": "nothing"}, Health.PAUSED, "`courtside models resume churn`"),
        ({}, {}, Health.NEW, "it has no champion yet"),
        (
            {},
            {"last_outcome": "failed", "failing": ("check_drift",), "failing_since": NOW},
            Health.CRITICAL,
            "its rounds fail in check_drift since 2026-11-29 07:00 UTC",
        ),
        ({}, {"next_due": NOW - timedelta(days=2)}, Health.WARNING, "a check is due since 2026-11-27 07:00 UTC"),
    ],
)
def test_health_is_judged_by_what_the_ledger_holds(
    given: dict[str, Any], round_: dict[str, Any], health: Health, why: str
) -> None:
    ledger = InMemoryLedger()
    put(ledger, ledger_keys.model_round("churn"), ModelRound(model="churn", **round_))
    judged = looked_at(ledger, entry("churn", **given))[0].judged
    assert judged.health is health
    assert why in judged.why


def test_each_model_has_its_own_open_incidents() -> None:
    stage = RecordedStage()
    opened = [stage.open("churn"), stage.open("churn", "no_new_data")]
    stage.open("fraud", state=IncidentState.RESOLVED)
    churn, fraud = overview([entry("churn"), entry("fraud")], ledger=stage.ledger, now=NOW)
    assert {each.id for each in churn.incidents} == {each.id for each in opened}
    assert fraud.incidents == ()
    assert overview([entry("churn")], ledger=stage.ledger, now=NOW)[0].incidents == churn.incidents
    assert churn.judged.health is Health.WARNING


@pytest.mark.parametrize("document", ["no JSON", '{"model": "churn", "format": 9}'])
def test_a_record_that_cannot_be_read_is_told_and_hides_no_other(document: str) -> None:
    ledger = InMemoryLedger()
    assert ledger.put(LedgerWrite(ledger_keys.model_round("churn"), document, 0))
    churn, fraud = looked_at(ledger, entry("churn"), entry("fraud"))
    assert churn.judged.health is Health.UNREADABLE
    assert "churn" in churn.judged.why
    assert fraud.judged.health is Health.NEW


REMEMBERED = RetrainingRequest(
    model="churn", training_id="next", as_of=date(2026, 11, 29), trigger=Trigger.MANUAL, reason="r"
)
LATER, BEFORE = NOW + timedelta(hours=1), NOW - timedelta(hours=1)


@pytest.mark.parametrize(
    ("lock", "said"),
    [
        ({}, ""),
        ({"holder": "t1", "lease_until": LATER}, "training t1 runs"),
        ({"holder": "t1", "lease_until": BEFORE}, ""),
        ({"waiting": REMEMBERED}, "training next is remembered"),
        (
            {"holder": "t1", "lease_until": LATER, "waiting": REMEMBERED},
            "training t1 runs, training next is remembered",
        ),
    ],
)
def test_what_is_under_way_is_what_the_lock_says(lock: dict[str, Any], said: str) -> None:
    ledger = InMemoryLedger()
    put(ModelLedger(ledger, "churn"), ledger_keys.RETRAINING_LOCK, RetrainingLockState(**lock))
    churn, fraud = looked_at(ledger, entry("churn"), entry("fraud"))
    assert (str(churn.under_way), str(fraud.under_way)) == (said, "")


@pytest.mark.parametrize(
    ("approved", "expires_at", "said"),
    [
        (None, LATER, "training t1 waits for approval"),
        (True, LATER, "training t1 runs"),
        (None, BEFORE, "training t1 runs"),
    ],
)
def test_a_training_that_waits_for_a_person_is_told_until_somebody_answers(
    *, approved: bool | None, expires_at: datetime, said: str
) -> None:
    ledger = InMemoryLedger()
    own = ModelLedger(ledger, "churn")
    put(own, ledger_keys.RETRAINING_LOCK, RetrainingLockState(holder="t1", lease_until=LATER))
    asked = ApprovalRecord(
        training_id="t1",
        challenger_version="2",
        champion_version="1",
        reason="better",
        token="secret",
        asked_at=BEFORE,
        expires_at=expires_at,
        approved=approved,
    )
    put(own, ledger_keys.approval("t1"), asked)
    assert str(looked_at(ledger, entry("churn"))[0].under_way) == said
