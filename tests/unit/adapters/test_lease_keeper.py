import time
from datetime import UTC, date, datetime, timedelta

import pytest

from courtside.adapters.lease_keeper import LeaseKeeper
from courtside.contracts import ledger_keys
from courtside.contracts.events import RetrainingRequest, Trigger
from courtside.contracts.records import RetrainingLockState
from courtside.workflows.retraining_lock import LeaseLost, RetrainingLock
from tests.fakes.ports import InMemoryLedger

REQUEST = RetrainingRequest(training_id="a", as_of=date(2026, 3, 1), trigger=Trigger.MANUAL, reason="test")


def until(ledger: InMemoryLedger) -> datetime:
    state = RetrainingLockState.model_validate_json(ledger.documents[ledger_keys.RETRAINING_LOCK].document)
    assert state.lease_until is not None
    return state.lease_until


def test_the_lease_is_renewed_again_and_again_until_the_block_ends() -> None:
    ledger = InMemoryLedger()
    lock = RetrainingLock(ledger, timedelta(milliseconds=200))
    lock.acquire(REQUEST, now=datetime.now(UTC))
    with LeaseKeeper(lock, "a"):
        time.sleep(0.6)
        assert until(ledger) > datetime.now(UTC)
    ended = until(ledger)
    time.sleep(0.1)
    assert until(ledger) == ended


def test_a_task_whose_lease_is_lost_does_not_begin() -> None:
    lock = RetrainingLock(InMemoryLedger(), timedelta(minutes=1))
    lock.acquire(REQUEST.model_copy(update={"training_id": "other"}), now=datetime.now(UTC))
    with pytest.raises(LeaseLost, match="other holds it"), LeaseKeeper(lock, "a"):
        pytest.fail("it began")


def test_a_ledger_that_is_away_for_a_while_ends_no_training(caplog: pytest.LogCaptureFixture) -> None:
    class Flaky(InMemoryLedger):
        away = False

        def get(self, key: str) -> object:  # type: ignore[override]
            if self.away:
                raise ConnectionError("no route")
            return super().get(key)

    ledger = Flaky()
    lock = RetrainingLock(ledger, timedelta(milliseconds=100))
    lock.acquire(REQUEST, now=datetime.now(UTC))
    with LeaseKeeper(lock, "a"):
        ledger.away = True
        time.sleep(0.1)
        ledger.away = False
        time.sleep(0.1)
    assert "was not renewed: ConnectionError" in caplog.text
    assert until(ledger) > datetime.now(UTC) - timedelta(milliseconds=100)
