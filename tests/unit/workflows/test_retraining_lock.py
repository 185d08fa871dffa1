"""One training runs at a time, and later requests are remembered until the lock is free."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.contracts import ledger_keys
from courtside.contracts.events import LockOutcome, RetrainingRequest, Trigger, UnlockRequest
from courtside.contracts.records import RetrainingLockState
from courtside.workflows.ledger_documents import LedgerBusy
from courtside.workflows.model_ledger import ModelLedger
from courtside.workflows.ports import LedgerEntry, LedgerWrite
from courtside.workflows.retraining_lock import LeaseLost, RetrainingLock, TrainingOver
from tests.fakes.ports import InMemoryLedger

NOW = datetime(2026, 3, 1, 7, tzinfo=UTC)
LEASE = timedelta(minutes=15)


def request(name: str, day: int = 1, trigger: Trigger = Trigger.DRIFT) -> RetrainingRequest:
    return RetrainingRequest(
        model="nba_games",
        training_id=name,
        as_of=date(2026, 3, day),
        trigger=trigger,
        reason="test",
        cooldown_days=0 if trigger is Trigger.MANUAL else 7,
    )


def done(name: str, day: int = 1, *, trained: bool = True) -> UnlockRequest:
    return UnlockRequest(request=request(name, day), trained=trained, machine="arn:machine")


@pytest.fixture
def ledger() -> InMemoryLedger:
    return InMemoryLedger()


@pytest.fixture
def lock(ledger: InMemoryLedger) -> RetrainingLock:
    return a_lock(ledger)


def a_lock(ledger: InMemoryLedger) -> RetrainingLock:
    return RetrainingLock(ModelLedger(ledger, "nba_games"), LEASE, pause=lambda _: None)


def state(ledger: InMemoryLedger) -> RetrainingLockState:
    return RetrainingLockState.model_validate_json(ledger.documents[ledger_keys.retraining_lock("nba_games")].document)


def test_a_request_during_a_training_is_remembered(lock: RetrainingLock) -> None:
    assert lock.acquire(request("a"), now=NOW).outcome is LockOutcome.ACQUIRED
    second = lock.acquire(request("b", 2), now=NOW)
    assert second.outcome is LockOutcome.REMEMBERED
    # The lock does not know whether its holder trains, waits for a person or has died, so the message does not say.
    assert second.subject == "Courtside: a retraining of nba_games is remembered, another one holds the lock"
    assert "training a holds the lock" in second.message
    assert f"its lease ends at {NOW + LEASE:%Y-%m-%d %H:%M} UTC" in second.message
    assert "being trained" not in second.message
    (waiting,) = lock.release(done("a"), now=NOW).waiting
    assert (waiting.training_id, waiting.as_of) == ("again-b", date(2026, 3, 2))


def test_of_several_remembered_requests_the_newest_data_stay(lock: RetrainingLock, ledger: InMemoryLedger) -> None:
    lock.acquire(request("a"), now=NOW)
    for name, day in (("b", 2), ("c", 9), ("d", 3), ("c", 9)):
        lock.acquire(request(name, day), now=NOW)
    assert state(ledger).coalesced == 3
    (waiting,) = lock.release(done("a"), now=NOW).waiting
    assert waiting.training_id == "again-c"
    # The request stays remembered until its run has the lock, so a start that fails loses nothing.
    assert state(ledger).waiting is not None
    assert lock.acquire(waiting, now=NOW).outcome is LockOutcome.ACQUIRED
    assert state(ledger).waiting is None
    assert lock.release(done("again-c", 9), now=NOW).waiting == ()


def test_a_run_on_newer_data_replaces_a_remembered_request(lock: RetrainingLock, ledger: InMemoryLedger) -> None:
    lock.acquire(request("a"), now=NOW)
    lock.acquire(request("b", 2), now=NOW)
    lock.release(done("a"), now=NOW)
    lock.acquire(request("z", 20), now=NOW)
    assert state(ledger).waiting is None


def test_the_lease_of_a_dead_holder_ends_and_that_of_a_live_one_is_renewed(lock: RetrainingLock) -> None:
    lock.acquire(request("a"), now=NOW)
    lock.renew("a", now=NOW + LEASE / 2)
    assert lock.acquire(request("b", 9), now=NOW + LEASE).outcome is LockOutcome.REMEMBERED
    assert lock.acquire(request("c", 9), now=NOW + LEASE * 2).outcome is LockOutcome.ACQUIRED
    with pytest.raises(LeaseLost, match="c holds it"):
        lock.renew("a", now=NOW + LEASE * 2)
    # A former holder that comes back takes nothing from the new holder.
    assert lock.release(done("a"), now=NOW + LEASE * 2).waiting == ()
    lock.renew("c", now=NOW + LEASE * 2)


def test_an_expired_lease_that_nobody_took_is_renewed(lock: RetrainingLock) -> None:
    lock.acquire(request("a"), now=NOW)
    lock.renew("a", now=NOW + LEASE * 3)
    assert lock.acquire(request("b", 9), now=NOW + LEASE * 3).outcome is LockOutcome.REMEMBERED


def test_waiting_for_a_person_keeps_the_lease(lock: RetrainingLock) -> None:
    lock.acquire(request("a"), now=NOW)
    lock.renew("a", now=NOW, wait=timedelta(hours=48))
    assert lock.acquire(request("b", 9), now=NOW + timedelta(hours=48)).outcome is LockOutcome.REMEMBERED
    assert lock.acquire(request("b", 9), now=NOW + timedelta(hours=49)).outcome is LockOutcome.ACQUIRED


def test_repeating_acquire_or_release_changes_nothing(lock: RetrainingLock, ledger: InMemoryLedger) -> None:
    for _ in range(2):
        assert lock.acquire(request("a"), now=NOW).outcome is LockOutcome.ACQUIRED
    lock.acquire(request("b", 2), now=NOW)
    first = lock.release(done("a"), now=NOW)
    assert lock.release(done("a"), now=NOW) == first
    assert state(ledger).holder is None


@pytest.mark.parametrize(
    ("trigger", "again"),
    [
        (Trigger.DRIFT, "The next check that still finds drift asks again."),
        (Trigger.SCHEDULE, "The next one by schedule is due when the contract's `retrain.every` has passed once more."),
    ],
)
def test_the_cool_down_holds_for_what_starts_by_itself_by_the_day_of_its_data_and_not_for_people(
    lock: RetrainingLock, ledger: InMemoryLedger, trigger: Trigger, again: str
) -> None:
    lock.acquire(request("a", 2), now=NOW)
    lock.release(done("a", 2), now=NOW)
    cooling = lock.acquire(request("b", 8, trigger), now=NOW)
    assert cooling.outcome is LockOutcome.COOLING
    assert "the contract asks for at least 7 days of newer data" in cooling.message
    assert again in cooling.message
    assert state(ledger).holder is None
    assert lock.acquire(request("m", 1, Trigger.MANUAL), now=NOW).outcome is LockOutcome.ACQUIRED
    lock.release(done("m", 1, trained=False), now=NOW)
    assert lock.acquire(request("c", 9, trigger), now=NOW).outcome is LockOutcome.ACQUIRED


def test_a_schedule_that_waited_for_a_training_on_the_same_data_is_not_run_after_it(lock: RetrainingLock) -> None:
    lock.acquire(request("a", 2), now=NOW)
    assert lock.acquire(request("s", 2, Trigger.SCHEDULE), now=NOW).outcome is LockOutcome.REMEMBERED
    (waited,) = lock.release(done("a", 2), now=NOW).waiting
    assert lock.acquire(waited, now=NOW).outcome is LockOutcome.COOLING
    ended = UnlockRequest(request=waited, trained=False, machine="arn:machine")
    assert lock.release(ended, now=NOW).waiting == ()


def test_without_cool_down_every_request_runs(lock: RetrainingLock) -> None:
    lock.acquire(request("a", 2), now=NOW)
    lock.release(done("a", 2), now=NOW)
    at_once = request("b", 2).model_copy(update={"cooldown_days": 0})
    assert lock.acquire(at_once, now=NOW).outcome is LockOutcome.ACQUIRED


def test_a_training_that_failed_does_not_start_the_cool_down(lock: RetrainingLock) -> None:
    lock.acquire(request("a", 1), now=NOW)
    lock.release(done("a", 1, trained=False), now=NOW)
    assert lock.acquire(request("b", 2), now=NOW).outcome is LockOutcome.ACQUIRED


def test_the_id_of_a_remembered_run_is_part_of_keys(lock: RetrainingLock) -> None:
    lock.acquire(request("a"), now=NOW)
    lock.acquire(request("b" * 80, 2), now=NOW)
    (waiting,) = lock.release(done("a"), now=NOW).waiting
    assert len(waiting.training_id) == 64


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(1, 28), st.integers(0, 40)), max_size=25))
def test_there_are_never_two_holders_and_the_newest_request_is_never_lost(steps: list[tuple[str, int, int]]) -> None:
    """Requests come at rising times; a holder keeps the lock for one lease, and no newer data is forgotten."""
    ledger = InMemoryLedger()
    lock, now, held_until, newest = a_lock(ledger), NOW, NOW, 0
    for name, day, minutes in steps:
        now += timedelta(minutes=minutes)
        holder = state(ledger).holder if ledger.documents else None
        outcome = lock.acquire(request(name, day), now=now).outcome
        if outcome is LockOutcome.ACQUIRED:
            assert holder in {None, name} or held_until <= now
            held_until, newest = now + LEASE, 0 if newest <= day else newest
        else:
            assert holder not in {None, name}
            newest = max(newest, day)
        waiting = state(ledger).waiting
        assert (waiting.as_of.day if waiting else 0) == newest


class Contended(InMemoryLedger):
    """A ledger in which another writer comes first for the given number of times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def put(self, *writes: LedgerWrite) -> bool:
        if self.times:
            self.times -= 1
            for write in writes:
                other = RetrainingLockState(holder="other", lease_until=NOW + LEASE).model_dump_json()
                document = other if write.key == ledger_keys.retraining_lock("nba_games") else write.document
                self.documents[write.key] = LedgerEntry(write.key, document, write.expected_revision + 1)
        return super().put(*writes)


def test_one_of_two_simultaneous_requests_gets_the_lock() -> None:
    lock = a_lock(Contended(1))
    assert lock.acquire(request("a"), now=NOW).outcome is LockOutcome.REMEMBERED


def test_a_lock_that_keeps_changing_ends_in_an_error() -> None:
    with pytest.raises(LedgerBusy, match="try again"):
        a_lock(Contended(1000)).acquire(request("a"), now=NOW)


def rollback(name: str, day: int = 1) -> RetrainingRequest:
    return request(name, day).model_copy(update={"roll_back_to": "2", "roll_back_from": "3", "cooldown_days": 0})


def test_a_rollback_waits_before_a_training_and_loses_none(lock: RetrainingLock, ledger: InMemoryLedger) -> None:
    lock.acquire(request("a", 1), now=NOW)
    lock.acquire(request("b", 2), now=NOW)
    told = lock.acquire(rollback("r"), now=NOW)
    assert told.subject == "Courtside: a rollback of nba_games is remembered, another one holds the lock"
    lock.acquire(request("c", 9), now=NOW)
    (first,) = lock.release(done("a"), now=NOW + LEASE).waiting
    assert (first.training_id, first.roll_back_to, first.roll_back_from) == ("again-r", "2", "3")
    assert lock.acquire(first, now=NOW + LEASE).outcome is LockOutcome.ACQUIRED
    end = UnlockRequest(request=first, trained=False, machine="arn:machine")
    (second,) = lock.release(end, now=NOW + 2 * LEASE).waiting
    assert second.training_id == "again-c"
    assert lock.acquire(second, now=NOW + 2 * LEASE).outcome is LockOutcome.ACQUIRED
    assert (state(ledger).waiting, state(ledger).behind) == (None, None)


def test_a_later_rollback_takes_the_place_of_one_that_waits(lock: RetrainingLock, ledger: InMemoryLedger) -> None:
    lock.acquire(request("a", 1), now=NOW)
    for name in ("r", "s"):
        lock.acquire(rollback(name), now=NOW)
    assert getattr(state(ledger).waiting, "training_id", None) == "s"
    assert state(ledger).behind is None


def test_a_rollback_learns_from_no_data_so_it_cools_nothing(lock: RetrainingLock, ledger: InMemoryLedger) -> None:
    lock.acquire(rollback("r", 5), now=NOW)
    lock.release(UnlockRequest(request=rollback("r", 5), trained=False, machine="arn:machine"), now=NOW)
    assert state(ledger).trained_as_of is None


def recalibration(name: str, day: int = 1) -> RetrainingRequest:
    return request(name, day, Trigger.MANUAL).model_copy(update={"recalibrate": True})


def test_a_recalibration_has_no_new_data_so_it_cools_nothing(lock: RetrainingLock, ledger: InMemoryLedger) -> None:
    asked = recalibration("r", 5)
    lock.acquire(asked, now=NOW)
    lock.release(UnlockRequest(request=asked, trained=True, machine="arn:machine"), now=NOW)
    assert state(ledger).trained_as_of is None
    assert lock.acquire(request("a", 6), now=NOW).outcome is LockOutcome.ACQUIRED


def test_no_recalibration_replaces_a_training_that_waits(lock: RetrainingLock, ledger: InMemoryLedger) -> None:
    lock.acquire(request("a"), now=NOW)
    lock.acquire(request("b", 2), now=NOW)
    lock.acquire(recalibration("r", 9), now=NOW)
    assert getattr(state(ledger).waiting, "training_id", None) == "b"
    lock.release(done("a"), now=NOW + LEASE)
    lock.acquire(recalibration("r", 9), now=NOW + 2 * LEASE)
    assert getattr(state(ledger).waiting, "training_id", None) == "again-b"


def test_a_training_takes_the_place_of_a_recalibration_that_waits(lock: RetrainingLock, ledger: InMemoryLedger) -> None:
    lock.acquire(request("a", 1), now=NOW)
    lock.acquire(recalibration("r", 9), now=NOW)
    lock.acquire(request("b", 8), now=NOW)
    assert getattr(state(ledger).waiting, "training_id", None) == "b"


def test_a_training_that_is_over_takes_no_lock_any_more(lock: RetrainingLock, ledger: InMemoryLedger) -> None:
    # Somebody stopped its execution while the function that takes the lock was still on its way.
    lock.release(done("stopped", trained=False), now=NOW)
    with pytest.raises(TrainingOver, match="training stopped of nba_games was over"):
        lock.acquire(request("stopped"), now=NOW)
    assert state(ledger).holder is None
    assert lock.acquire(request("next"), now=NOW).outcome is LockOutcome.ACQUIRED


def test_a_training_that_gave_its_lock_back_twice_may_take_it_again(lock: RetrainingLock) -> None:
    # Only what never had the lock can have left a function behind that is still to take it.
    lock.acquire(request("first"), now=NOW)
    for _ in range(2):
        lock.release(done("first", trained=False), now=NOW)
    assert lock.acquire(request("first"), now=NOW).outcome is LockOutcome.ACQUIRED
