"""An approval is requested once, answered once by a person, and expires."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta

import pytest

from courtside.contracts import ledger_keys
from courtside.contracts.events import ApprovalAnswer, RetrainingRequest, Trigger
from courtside.contracts.records import ApprovalRecord
from courtside.core.alerting import Alert
from courtside.core.runs import Execution
from courtside.workflows.approval import (
    AlreadyAnswered,
    ApprovalExpired,
    Approvals,
    NoApprovalAsked,
    TrainingEnded,
)
from courtside.workflows.ledger_documents import read, written
from courtside.workflows.model_ledger import ModelLedger
from courtside.workflows.production import Production
from courtside.workflows.retraining_lock import LeaseLost, RetrainingLock
from tests.fakes.approvals import WAIT, YES, RecordedCallback, ask, waiting_executions
from tests.fakes.busy_ledger import BusyLedger
from tests.fakes.ports import InMemoryExecutions, InMemoryLedger, RecordedAlerts
from tests.fakes.production import NOW


def test_a_request_says_what_to_type_and_is_sent_once_even_if_repeated(
    production: Production, lock: RetrainingLock
) -> None:
    alerts = RecordedAlerts()
    for _ in range(2):
        ask(production, lock, alerts)
    (alert,) = alerts.sent
    assert "courtside versions approve second --model nba_games --stage prod" in alert.text
    assert "courtside versions reject second --model nba_games --stage prod" in alert.text
    assert "2026-03-03 07:00 UTC" in alert.text
    assert "t1" not in alert.text


def test_a_repetition_by_the_state_has_another_token_and_asks_nobody_again(
    production: Production, lock: RetrainingLock
) -> None:
    alerts, callback = RecordedAlerts(), RecordedCallback()
    for token in ("t1", "t2"):
        ask(production, lock, alerts, token)
    assert len(alerts.sent) == 1
    Approvals(production.model, production.ledger, callback, waiting_executions()).answer("second", YES, now=NOW)
    assert callback.answers == [("t2", YES)]


def test_nobody_is_asked_after_the_lease_was_lost(production: Production, lock: RetrainingLock) -> None:
    other = RetrainingRequest(
        model="nba_games", training_id="other", as_of=NOW.date(), trigger=Trigger.MANUAL, reason="test"
    )
    lock.acquire(other, now=NOW + timedelta(hours=1))
    alerts = RecordedAlerts()
    with pytest.raises(LeaseLost):
        ask(production, lock, alerts)
    assert alerts.sent == []


def test_an_answer_reaches_the_state_machine_once_with_the_person_who_gave_it(
    production: Production, lock: RetrainingLock
) -> None:
    ask(production, lock, RecordedAlerts())
    callback = RecordedCallback()
    approvals = Approvals(production.model, production.ledger, callback, waiting_executions())
    assert [record.training_id for record in approvals.waiting(now=NOW)] == ["second"]
    decided = approvals.answer("second", YES, now=NOW + timedelta(hours=1))
    assert (decided.approved, decided.decided_by) == (True, "arn:person")
    assert callback.answers == [("t1", YES)]
    assert approvals.waiting(now=NOW) == []
    with pytest.raises(AlreadyAnswered, match="approved by arn:person already"):
        approvals.answer("second", YES.model_copy(update={"approved": False}), now=NOW)
    assert len(callback.answers) == 1


def test_a_late_answer_is_refused_with_what_to_do(production: Production, lock: RetrainingLock) -> None:
    ask(production, lock, RecordedAlerts())
    callback = RecordedCallback()
    with pytest.raises(ApprovalExpired, match="versions promote"):
        Approvals(production.model, production.ledger, callback, waiting_executions()).answer(
            "second", YES, now=NOW + WAIT
        )
    assert callback.answers == []
    executions = waiting_executions()
    executions.add(Execution("second", "SUCCEEDED", NOW, NOW, announced="AnnounceExpiry"))
    with pytest.raises(ApprovalExpired):
        Approvals(production.model, production.ledger, callback, executions).answer("second", YES, now=NOW)
    assert Approvals(production.model, production.ledger, callback, waiting_executions()).waiting(now=NOW + WAIT) == []


def test_an_answer_without_a_request_is_refused(production: Production) -> None:
    with pytest.raises(NoApprovalAsked):
        Approvals(production.model, production.ledger, RecordedCallback(), waiting_executions()).answer(
            "second", YES, now=NOW
        )


def test_a_stopped_training_waits_for_no_answer_and_refuses_one(production: Production, lock: RetrainingLock) -> None:
    ask(production, lock, RecordedAlerts())
    callback, executions = RecordedCallback(), waiting_executions()
    approvals = Approvals(production.model, production.ledger, callback, executions)
    executions.add(Execution("second", "ABORTED", NOW, NOW, step="Approve", cause="wrong data"))
    assert approvals.waiting(now=NOW) == []
    with pytest.raises(TrainingEnded, match="it is stopped: a person stopped it: wrong data"):
        approvals.answer("second", YES, now=NOW)
    assert callback.answers == []


def test_the_later_of_two_simultaneous_answers_is_told_of_the_first(
    production: Production, lock: RetrainingLock
) -> None:
    ask(production, lock, RecordedAlerts())
    no = ApprovalAnswer(approved=False, by="arn:other")
    approvals = Approvals(production.model, production.ledger, RecordedCallback(), waiting_executions())
    said: list[str] = []

    class AnsweredMeanwhile(InMemoryExecutions):
        def of(self, training_id: str) -> Execution | None:
            if not said:
                said.append("rejected")
                approvals.answer("second", no, now=NOW)
            return approvals.executions.of(training_id)

    late = RecordedCallback()
    with pytest.raises(AlreadyAnswered, match="rejected by arn:other already"):
        Approvals(production.model, production.ledger, late, AnsweredMeanwhile()).answer("second", YES, now=NOW)
    assert late.answers == []


def test_a_request_that_a_busy_ledger_refuses_is_kept_all_the_same(
    production: Production, lock: RetrainingLock
) -> None:
    busy = replace(production, ledger=BusyLedger(kind=ledger_keys.APPROVALS_PREFIX, refusals=3))
    ask(busy, lock, alerts := RecordedAlerts())
    assert len(alerts.sent) == 1
    approvals = Approvals(busy.model, busy.ledger, RecordedCallback(), waiting_executions())
    assert [record.token for record in approvals.waiting(now=NOW)] == ["t1"]


@pytest.mark.parametrize(("minutes", "token"), [(-1, "t1"), (1, "other")])
def test_of_two_tries_to_ask_at_once_the_later_one_waits_for_the_answer(
    production: Production, lock: RetrainingLock, minutes: int, token: str
) -> None:
    other = ask(replace(production, ledger=InMemoryLedger()), lock, RecordedAlerts()).model_copy(
        update={"token": "other", "asked_at": NOW + timedelta(minutes=minutes)}
    )

    class AskedMeanwhile(RecordedAlerts):
        def publish(self, alert: Alert) -> None:
            super().publish(alert)
            assert production.ledger.put(written(ledger_keys.approval("second"), other, expected_revision=0))

    assert ask(production, lock, AskedMeanwhile()).token == token
    record, _ = read(production.ledger, ledger_keys.approval("second"), ApprovalRecord)
    assert record is not None
    assert record.token == token


@pytest.mark.parametrize("waits", [True, False])
def test_an_answer_that_a_busy_ledger_refuses_counts_and_is_taken_back_all_the_same(
    production: Production, lock: RetrainingLock, *, waits: bool
) -> None:
    ledger = BusyLedger(kind=ledger_keys.APPROVALS_PREFIX)
    ask(replace(production, ledger=ledger), lock, RecordedAlerts())

    class BusyMeanwhile(RecordedCallback):
        def answer(self, token: str, answer: ApprovalAnswer) -> bool:
            ledger.refusals = 3
            return super().answer(token, answer)

    callback = BusyMeanwhile(waits=waits)
    ledger.refusals = 3
    approvals = Approvals(production.model, ledger, callback, waiting_executions())
    with nullcontext() if waits else pytest.raises(TrainingEnded):
        approvals.answer("second", YES, now=NOW)
    assert callback.answers == [("t1", YES)]
    record, _ = read(ledger, ledger_keys.approval("second"), ApprovalRecord)
    assert record is not None
    assert record.approved is (True if waits else None)


def test_an_answer_about_one_model_touches_nothing_of_another_whose_training_has_the_same_name() -> None:
    shared, callback = InMemoryLedger(), RecordedCallback()
    for model in ("refunds", "visits"):
        record = ApprovalRecord(
            training_id="second", challenger_version="2", champion_version="1", reason="better", token=f"of {model}",
            asked_at=NOW, expires_at=NOW + WAIT,
        )  # fmt: skip
        assert ModelLedger(shared, model).put(written(ledger_keys.approval("second"), record, expected_revision=0))
    desks = {
        model: Approvals(model, ModelLedger(shared, model), callback, waiting_executions())
        for model in ("refunds", "visits")
    }
    theirs = {key: entry for key, entry in shared.documents.items() if key.startswith("refunds/")}
    desks["visits"].answer("second", YES, now=NOW)
    assert callback.answers == [("of visits", YES)]
    assert desks["visits"].waiting(now=NOW) == []
    assert [each.token for each in desks["refunds"].waiting(now=NOW)] == ["of refunds"]
    assert {key: entry for key, entry in shared.documents.items() if key.startswith("refunds/")} == theirs
    no = ApprovalAnswer(approved=False, by="arn:another")
    assert desks["refunds"].answer("second", no, now=NOW).approved is False
    assert callback.answers == [("of visits", YES), ("of refunds", no)]
