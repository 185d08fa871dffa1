from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from courtside.contracts.events import ApprovalAnswer, ApprovalRequest, RetrainingRequest, Trigger
from courtside.contracts.records import ApprovalRecord
from courtside.workflows.approval import (
    AlreadyAnswered,
    ApprovalExpired,
    Approvals,
    NoApprovalAsked,
    request_approval,
)
from courtside.workflows.production import Production
from courtside.workflows.retraining_lock import LeaseLost, RetrainingLock
from tests.fakes.ports import RecordedAlerts
from tests.fakes.production import NOW, a_production, add_training

WAIT = timedelta(hours=48)
YES = ApprovalAnswer(approved=True, by="arn:person")


@dataclass
class RecordedCallback:
    waits: bool = True
    answers: list[tuple[str, ApprovalAnswer]] = field(default_factory=list)

    def answer(self, token: str, answer: ApprovalAnswer) -> bool:
        self.answers.append((token, answer))
        return self.waits


@pytest.fixture
def production() -> Production:
    stage = a_production()
    add_training(stage, "second", version="2", judged_against="1")
    return stage


@pytest.fixture
def lock(production: Production) -> RetrainingLock:
    lock = RetrainingLock(production.ledger, timedelta(minutes=15))
    request = RetrainingRequest(training_id="second", as_of=NOW.date(), trigger=Trigger.DRIFT, reason="test")
    lock.acquire(request, now=NOW)
    return lock


def ask(production: Production, lock: RetrainingLock, alerts: RecordedAlerts) -> ApprovalRecord:
    return request_approval(
        ApprovalRequest(training_id="second", token="t1", wait_seconds=int(WAIT.total_seconds())),
        lake=production.lake,
        ledger=production.ledger,
        lock=lock,
        alerts=alerts,
        stage="prod",
        now=NOW,
    )


def test_a_request_says_what_to_type_and_a_repeated_one_asks_once(production: Production, lock: RetrainingLock) -> None:
    alerts = RecordedAlerts()
    for _ in range(2):
        ask(production, lock, alerts)
    (alert,) = alerts.sent
    assert "courtside versions approve second --stage prod" in alert.text
    assert "courtside versions reject second --stage prod" in alert.text
    assert "2026-03-03 07:00 UTC" in alert.text
    assert "t1" not in alert.text


def test_a_lost_lease_asks_nobody(production: Production, lock: RetrainingLock) -> None:
    other = RetrainingRequest(training_id="other", as_of=NOW.date(), trigger=Trigger.MANUAL, reason="test")
    lock.acquire(other, now=NOW + timedelta(hours=1))
    alerts = RecordedAlerts()
    with pytest.raises(LeaseLost):
        ask(production, lock, alerts)
    assert alerts.sent == []


def test_an_answer_reaches_the_state_once_with_who_gave_it(production: Production, lock: RetrainingLock) -> None:
    ask(production, lock, RecordedAlerts())
    callback = RecordedCallback()
    approvals = Approvals(production.ledger, callback)
    assert [record.training_id for record in approvals.waiting(now=NOW)] == ["second"]
    decided = approvals.answer("second", YES, now=NOW + timedelta(hours=1))
    assert (decided.approved, decided.decided_by) == (True, "arn:person")
    assert callback.answers == [("t1", YES)]
    assert approvals.waiting(now=NOW) == []
    with pytest.raises(AlreadyAnswered, match="approved by arn:person already"):
        approvals.answer("second", YES.model_copy(update={"approved": False}), now=NOW)
    assert len(callback.answers) == 1


def test_an_answer_that_comes_too_late_says_what_to_do(production: Production, lock: RetrainingLock) -> None:
    ask(production, lock, RecordedAlerts())
    callback = RecordedCallback()
    with pytest.raises(ApprovalExpired, match="versions promote"):
        Approvals(production.ledger, callback).answer("second", YES, now=NOW + WAIT)
    assert callback.answers == []
    stopped = RecordedCallback(waits=False)
    with pytest.raises(ApprovalExpired):
        Approvals(production.ledger, stopped).answer("second", YES, now=NOW)
    assert Approvals(production.ledger, callback).waiting(now=NOW + WAIT) == []


def test_nothing_waits_where_nothing_was_asked(production: Production) -> None:
    with pytest.raises(NoApprovalAsked):
        Approvals(production.ledger, RecordedCallback()).answer("second", YES, now=NOW)
