"""The status of a stage shows its champion, last decision, retraining, failures and open approvals."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from courtside.contracts import lake_keys, ledger_keys
from courtside.contracts.events import RetrainingRequest, Trigger, Window
from courtside.contracts.records import ApprovalRecord, DecisionRecord, RetrainingLockState, TrainingSlot, TrainingSlots
from courtside.core.runs import Execution
from courtside.workflows.ledger_documents import written
from courtside.workflows.production import Move
from courtside.workflows.runs import Runs
from courtside.workflows.status import StageStatus, stage_status, training_slots
from tests.fakes.ports import InMemoryExecutions, InMemoryLake, InMemoryLedger
from tests.fakes.production import NOW, a_production, add_training


def decision(check_id: str, *, end: date, at: datetime, backfilled: bool = False) -> DecisionRecord:
    return DecisionRecord(
        model="nba_games",
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
        lake.write(lake_keys.decision("nba_games", each.window.end, each.check_id), each.model_dump_json().encode())
    return lake


def status_of(
    ledger: InMemoryLedger, lake: InMemoryLake | None = None, executions: Sequence[Execution] = ()
) -> StageStatus:
    known = InMemoryExecutions({each.name: each for each in executions})
    runs = Runs(known, lake or InMemoryLake(), "nba_games")
    return stage_status(ledger, runs, slots=training_slots(ledger, now=NOW), now=NOW)


def test_an_unreadable_decision_hides_nothing_else() -> None:
    lake = lake_with(decision("sound", end=date(2026, 2, 1), at=NOW))
    lake.write(lake_keys.decision("nba_games", date(2026, 3, 1), "cut"), b"{")
    found = status_of(InMemoryLedger(), lake)
    assert found.last_decision is not None
    assert (found.last_decision.check_id, [run.id for run in found.runs if run.failed]) == ("sound", ["cut"])


def test_the_status_of_a_new_stage_is_empty() -> None:
    found = status_of(InMemoryLedger())
    assert (found.champion, found.last_decision, found.retraining, found.approvals) == (None, None, None, ())


def test_the_champion_is_shown_with_the_time_it_was_promoted() -> None:
    production = a_production()
    add_training(production, "t1", version="1", judged_against=None)
    production.move(Move(production.sealed("1"), rule="first", reason="the first", by="gate"), expected=None, now=NOW)
    champion = status_of(production.ledger, production.lake).champion
    assert champion is not None
    assert (champion.version, champion.since) == ("1", NOW)


def test_the_last_decision_is_of_the_newest_window_and_not_backfilled() -> None:
    older = decision("older", end=date(2026, 2, 1), at=NOW)
    first = decision("first", end=date(2026, 3, 1), at=NOW)
    second = decision("second", end=date(2026, 3, 1), at=NOW + timedelta(hours=1))
    later = decision("later", end=date(2026, 3, 1), at=NOW + timedelta(hours=2), backfilled=True)
    assert status_of(InMemoryLedger(), lake_with(older, second, first, later)).last_decision == second


def test_a_backfill_of_a_newer_window_does_not_hide_the_last_check() -> None:
    check = decision("check", end=date(2026, 2, 1), at=NOW)
    later = decision("later", end=date(2026, 3, 1), at=NOW + timedelta(days=1), backfilled=True)
    found = status_of(InMemoryLedger(), lake_with(check, later))
    assert found.last_decision == check
    assert [(run.id, run.started_by) for run in found.runs] == [
        ("later", "backfill"),
        ("check", "schedule, or courtside watch"),
    ]


def test_a_retraining_is_shown_if_it_runs_and_not_just_because_it_holds_the_lock() -> None:
    ledger = InMemoryLedger()
    request = RetrainingRequest(
        model="nba_games", training_id="next", as_of=date(2026, 3, 1), trigger=Trigger.DRIFT, reason="drift"
    )
    state = RetrainingLockState(holder="now", lease_until=NOW + timedelta(hours=1), waiting=request)
    ledger.put(written(ledger_keys.RETRAINING_LOCK, state, expected_revision=0))
    stopped = status_of(ledger, executions=[Execution("now", "ABORTED", NOW, NOW)])
    runs = status_of(ledger, executions=[Execution("now", "RUNNING", NOW, step="Train")])
    assert (stopped.retraining, stopped.waiting_request) == (None, "next")
    assert (runs.retraining, runs.waiting_request) == ("now", "next")


def test_trainings_of_all_models_are_shown_while_their_leases_last() -> None:
    ledger = InMemoryLedger()
    dead, alive = (
        TrainingSlot(model=model, training_id="t", lease_until=NOW + timedelta(hours=hours), started=True)
        for model, hours in (("churn", -1), ("prices", 1))
    )
    slots = TrainingSlots(running=(dead, alive), waiting=("nba_games", "churn"))
    assert ledger.put(written(ledger_keys.TRAINING_SLOTS, slots, expected_revision=0))
    found = status_of(ledger).slots
    assert (found.running, found.waiting) == ((alive,), ("nba_games", "churn"))


def test_a_failed_training_is_shown_until_a_later_one_succeeds() -> None:
    failed = Execution("bad", "FAILED", NOW, NOW, announced="AnnounceFailure", given={"failed_step": "Train"})
    later = Execution("good", "SUCCEEDED", NOW + timedelta(hours=1), NOW, announced="AnnounceRejection")
    running = Execution("new", "RUNNING", NOW + timedelta(hours=2), step="Train")
    remembered = Execution("next", "SUCCEEDED", NOW + timedelta(hours=3), NOW, announced="AnnounceNotStarted")
    told = status_of(InMemoryLedger(), executions=[failed, running, remembered]).failed
    assert told is not None
    assert told.id == "bad"
    assert status_of(InMemoryLedger(), executions=[failed, later, running]).failed is None


def test_only_open_approvals_are_shown() -> None:
    ledger, soon = InMemoryLedger(), NOW + timedelta(hours=1)
    records = (
        approval("open", expires_at=soon),
        approval("answered", expires_at=soon, approved=True),
        approval("expired", expires_at=NOW - timedelta(hours=1)),
        approval("stopped", expires_at=soon),
    )
    for each in records:
        ledger.put(written(ledger_keys.approval(each.training_id), each, expected_revision=0))
    executions = [Execution(name, "RUNNING", NOW, step="Approve") for name in ("open", "answered", "expired")]
    stopped = Execution("stopped", "ABORTED", NOW, NOW, step="Approve")
    found = status_of(ledger, executions=[*executions, stopped])
    assert [each.training_id for each in found.approvals] == ["open"]
