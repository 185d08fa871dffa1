from datetime import UTC, date, datetime, timedelta

from courtside.contracts import lake_keys, ledger_keys
from courtside.contracts.events import RetrainingRequest, Trigger, Window
from courtside.contracts.records import ApprovalRecord, DecisionRecord, RetrainingLockState
from courtside.workflows.documents import written
from courtside.workflows.production import Move
from courtside.workflows.status import stage_status
from tests.fakes.ports import InMemoryLake, InMemoryLedger
from tests.fakes.production import NOW, a_production, add_training


def decision(check_id: str, *, end: date, at: datetime, backfilled: bool = False) -> DecisionRecord:
    return DecisionRecord(
        check_id=check_id,
        window=Window(start=end - timedelta(days=30), end=end),
        champion_version="1",
        action="nothing",
        rule="quiet",
        reason="nothing drifted",
        report_key="",
        decided_at=at,
        backfilled=backfilled,
    )


def approval(training_id: str, *, expires_at: datetime, approved: bool | None = None) -> ApprovalRecord:
    return ApprovalRecord(
        training_id=training_id,
        challenger_version="2",
        champion_version="1",
        reason="better",
        token="t",
        asked_at=NOW,
        expires_at=expires_at,
        approved=approved,
    )


def lake_with(*decisions: DecisionRecord) -> InMemoryLake:
    lake = InMemoryLake()
    for each in decisions:
        lake.write(lake_keys.decision(each.window.end, each.check_id), each.model_dump_json().encode())
    return lake


def test_a_new_stage_does_nothing_yet() -> None:
    found = stage_status(InMemoryLedger(), InMemoryLake(), now=NOW)
    assert (found.champion, found.last_decision, found.retraining, found.approvals) == (None, None, None, ())


def test_the_champion_is_told_with_the_day_it_began() -> None:
    production = a_production()
    add_training(production, "t1", version="1", judged_against=None)
    production.move(Move(version="1", rule="first", reason="the first", by="gate"), expected=None, now=NOW)
    champion = stage_status(production.ledger, production.lake, now=NOW).champion
    assert champion is not None
    assert (champion.version, champion.since) == ("1", NOW)


def test_the_last_decision_is_the_newest_windows_and_no_backfilled_one() -> None:
    older = decision("older", end=date(2026, 2, 1), at=NOW)
    first = decision("first", end=date(2026, 3, 1), at=NOW)
    second = decision("second", end=date(2026, 3, 1), at=NOW + timedelta(hours=1))
    later = decision("later", end=date(2026, 3, 1), at=NOW + timedelta(hours=2), backfilled=True)
    assert stage_status(InMemoryLedger(), lake_with(older, second, first, later), now=NOW).last_decision == second


def test_a_dead_retraining_does_not_run_and_what_waits_is_told() -> None:
    ledger = InMemoryLedger()
    request = RetrainingRequest(training_id="next", as_of=date(2026, 3, 1), trigger=Trigger.DRIFT, reason="drift")
    state = RetrainingLockState(holder="now", lease_until=NOW, waiting=request)
    ledger.put(written(ledger_keys.RETRAINING_LOCK, state, expected_revision=0))
    alive, dead = (stage_status(ledger, InMemoryLake(), now=NOW + timedelta(seconds=each)) for each in (-1, 1))
    assert (alive.retraining, alive.waiting_request) == ("now", "next")
    assert (dead.retraining, dead.waiting_request) == (None, "next")


def test_only_open_approvals_wait() -> None:
    ledger, soon = InMemoryLedger(), NOW + timedelta(hours=1)
    records = (
        approval("open", expires_at=soon),
        approval("answered", expires_at=soon, approved=True),
        approval("expired", expires_at=NOW - timedelta(hours=1)),
    )
    for each in records:
        ledger.put(written(ledger_keys.approval(each.training_id), each, expected_revision=0))
    found = stage_status(ledger, InMemoryLake(), now=datetime(2026, 3, 1, 7, tzinfo=UTC))
    assert [each.training_id for each in found.approvals] == ["open"]
