"""So many trainings of a stage run at once as its setting says, and what waits starts by itself, oldest first."""

from datetime import timedelta

import pytest

from courtside.contracts import ledger_keys
from courtside.contracts.events import LockOutcome, RetrainingRequest, UnlockRequest
from courtside.contracts.records import RetrainingLockState
from courtside.workflows.ports import LedgerWrite
from courtside.workflows.retraining_lock import START
from courtside.workflows.unlock import unlock
from tests.fakes.ports import RecordedRetraining
from tests.unit.workflows.stage_trainings import LEASE, MODELS, NOW, Stage, request


def test_another_models_training_waits_for_its_turn_and_people_are_told_what_runs_and_who_is_before_it() -> None:
    stage = Stage()
    assert stage.acquire(request("nba_games")).outcome is LockOutcome.ACQUIRED
    stage.acquire(request("churn"))
    told = stage.acquire(request("prices", "urgent"))
    assert told.outcome is LockOutcome.REMEMBERED
    assert told.subject == "Courtside: retraining remembered, it waits for its turn"
    assert "Retraining urgent of prices is remembered" in told.message
    assert "runs 1 training at once (trainings_at_once), and that is first of nba_games now" in told.message
    assert "*Before it*: 1 model (churn)" in told.message
    # Its lock is free: nothing of it runs.
    assert stage.state("prices").holder is None


def test_the_oldest_that_waits_starts_next_over_all_models() -> None:
    stage = Stage()
    stage.acquire(request("nba_games"))
    stage.acquire(request("churn"))
    stage.acquire(request("nba_games", "newer", 2))
    stage.acquire(request("prices"))
    (churn,) = stage.release(request("nba_games"))
    assert (churn.model, churn.training_id) == ("churn", "again-first")
    stage.acquire(churn)
    (newer,) = stage.release(churn)
    assert (newer.model, newer.training_id) == ("nba_games", "again-newer")
    stage.acquire(newer)
    (prices,) = stage.release(newer)
    assert prices.model == "prices"
    stage.acquire(prices)
    assert stage.release(prices) == ()
    assert (stage.slots.running, stage.slots.waiting) == ((), ())


def test_a_slot_is_kept_for_the_next_one_and_no_newcomer_takes_it() -> None:
    stage = Stage()
    stage.acquire(request("nba_games"))
    stage.acquire(request("churn"))
    (churn,) = stage.release(request("nba_games"))
    assert stage.acquire(request("prices")).outcome is LockOutcome.REMEMBERED
    assert stage.acquire(churn).outcome is LockOutcome.ACQUIRED
    assert stage.slots.waiting == ("prices",)


def test_a_start_that_never_came_is_made_up_for_under_another_name() -> None:
    stage = Stage()
    stage.acquire(request("nba_games"))
    stage.acquire(request("churn"))
    (lost,) = stage.release(request("nba_games"))
    # The same unlock, repeated because its answer was lost, starts the same execution.
    assert stage.release(request("nba_games")) == (lost,)
    stage.now += START
    stage.acquire(request("prices"))
    (again,) = stage.release(request("prices"))
    assert again.training_id == "again2-first"
    assert stage.acquire(again).outcome is LockOutcome.ACQUIRED


def test_a_start_that_came_too_late_takes_no_name_from_a_later_one() -> None:
    stage = Stage()
    stage.acquire(request("nba_games"))
    stage.acquire(request("churn"))
    (late,) = stage.release(request("nba_games"))
    stage.now += START
    stage.acquire(request("prices"))
    (second,) = stage.release(request("prices"))
    stage.acquire(second)
    assert stage.acquire(late).outcome is LockOutcome.REMEMBERED
    (third,) = stage.release(second)
    assert len({late.training_id, second.training_id, third.training_id}) == 3


def test_a_run_stopped_before_it_took_its_lock_lets_others_pass_and_is_started_anew() -> None:
    stage = Stage()
    stage.acquire(request("nba_games"))
    stage.acquire(request("churn"))
    stage.acquire(request("prices"))
    (stopped,) = stage.release(request("nba_games"))
    (prices,) = stage.release(stopped, trained=False)
    assert prices.model == "prices"
    stage.acquire(prices)
    (anew,) = stage.release(prices)
    assert anew.training_id == "again3-first"


def test_a_request_that_comes_too_soon_gives_its_slot_to_the_next() -> None:
    stage = Stage()
    stage.acquire(request("churn"))
    stage.acquire(request("churn", "too-soon", 2).model_copy(update={"cooldown_days": 7}))
    stage.acquire(request("prices"))
    (too_soon,) = stage.release(request("churn"))
    assert stage.acquire(too_soon).outcome is LockOutcome.COOLING
    (prices,) = stage.release(too_soon, trained=False)
    assert prices.model == "prices"
    assert stage.state("churn").waiting is None


def test_a_challenger_that_waits_for_a_person_needs_no_slot_but_keeps_its_lock() -> None:
    stage, waits = Stage(), request("nba_games")
    stage.acquire(waits)
    stage.acquire(request("nba_games", "newer", 2))
    stage.acquire(request("churn"))
    # The request of the model that waited longer cannot start before the person has answered.
    (churn,) = stage.release(waits, keeps_lock=True)
    assert churn.model == "churn"
    stage.lock("nba_games").renew("first", now=NOW, wait=timedelta(hours=48))
    assert stage.acquire(churn).outcome is LockOutcome.ACQUIRED
    assert stage.release(churn) == ()
    stage.now += timedelta(hours=40)
    stage.lock("nba_games").renew("first", now=stage.now)
    (newer,) = stage.release(waits)
    assert newer.training_id == "again-newer"


def test_more_slots_are_filled_at_once_when_the_setting_grows() -> None:
    stage = Stage()
    for model in MODELS:
        stage.acquire(request(model))
    stage.at_once = 3
    assert [each.model for each in stage.release(request("churn"))] == ["nba_games", "prices"]


def test_the_slot_of_a_dead_training_ends_with_its_lease_and_that_of_a_live_one_is_renewed() -> None:
    stage = Stage()
    stage.acquire(request("nba_games"))
    stage.now += LEASE / 2
    stage.lock("nba_games").renew("first", now=stage.now)
    stage.now += LEASE / 2
    assert stage.acquire(request("churn")).outcome is LockOutcome.REMEMBERED
    stage.now += LEASE / 2
    assert stage.acquire(request("churn")).outcome is LockOutcome.ACQUIRED
    # The former holder still has its model's lock, and may end what it does; the slot is no longer its own.
    stage.lock("nba_games").renew("first", now=stage.now)
    assert [each.model for each in stage.slots.running] == ["churn"]


def test_the_end_of_one_training_starts_what_waits_for_the_slots_of_dead_ones_too() -> None:
    stage = Stage(at_once=2)
    stage.acquire(request("churn", "dies"))
    stage.now += LEASE / 2
    stage.acquire(request("nba_games"))
    stage.acquire(request("prices"))
    stage.acquire(request("churn", "newer", 2))
    stage.now += LEASE / 2
    assert [each.model for each in stage.release(request("nba_games"))] == ["prices", "churn"]


def test_a_lock_that_was_damaged_by_hand_keeps_no_other_model_waiting() -> None:
    stage = Stage()
    stage.acquire(request("nba_games"))
    stage.acquire(request("churn"))
    stage.acquire(request("prices"))
    key = ledger_keys.retraining_lock("churn")
    assert stage.ledger.put(LedgerWrite(key, "{", 1))
    assert [each.model for each in stage.release(request("nba_games"))] == ["prices"]


def test_a_request_remembered_before_there_were_slots_joins_those_that_wait() -> None:
    stage = Stage()
    old = RetrainingLockState(holder="old", waiting=request("churn"), lease_until=NOW + LEASE)
    assert stage.ledger.put(LedgerWrite(ledger_keys.retraining_lock("churn"), old.model_dump_json(), 0))
    (churn,) = stage.release(request("churn", "old"))
    assert churn.training_id == "again-first"


def test_each_start_is_tried_although_one_fails() -> None:
    tried = []

    class Refusing(RecordedRetraining):
        def start(self, request: RetrainingRequest) -> str:
            tried.append(request.model)
            raise ConnectionError(request.model)

    stage = Stage()
    for model in MODELS:
        stage.acquire(request(model))
    stage.at_once = 3
    done = UnlockRequest(request=request("churn"), trained=True, machine="arn:machine")
    with pytest.raises(ConnectionError):
        unlock(done, lock=stage.lock("churn"), retraining=Refusing(), now=NOW)
    assert tried == ["nba_games", "prices"]
    # Their slots are kept for them, so the same unlock starts them when it is repeated.
    repeated = unlock(done, lock=stage.lock("churn"), retraining=RecordedRetraining(), now=NOW)
    assert [each.model for each in repeated.waiting] == tried


def rollback(model: str, name: str = "rollback") -> RetrainingRequest:
    return request(model, name).model_copy(update={"roll_back_to": "2", "roll_back_from": "3"})


def test_a_rollback_waits_for_no_slot() -> None:
    stage = Stage()
    stage.acquire(request("nba_games"))
    assert stage.acquire(rollback("churn")).outcome is LockOutcome.ACQUIRED
    assert stage.release(rollback("churn"), trained=False) == ()
    assert [slot.model for slot in stage.slots.running] == ["nba_games"]


def test_a_rollback_that_waits_for_its_models_lock_is_the_next_of_all() -> None:
    stage = Stage()
    stage.acquire(request("nba_games"))
    for model in ("churn", "prices"):
        stage.acquire(request(model))
    assert stage.acquire(rollback("nba_games")).outcome is LockOutcome.REMEMBERED
    (first,) = stage.release(request("nba_games"))
    assert (first.model, first.training_id) == ("nba_games", "again-rollback")
    stage.acquire(first)
    (second,) = stage.release(first, trained=False)
    assert second.model == "churn"
