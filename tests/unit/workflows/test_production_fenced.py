"""A training moves the champion only while it holds the lock: one that lost it meanwhile moves nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from courtside.contracts import ledger_keys
from courtside.contracts.events import PromoteRequest, RetrainingRequest, SealRequest, Trigger, UnlockRequest
from courtside.contracts.retraining_ends import RollBackRequest
from courtside.workflows.model_ledger import ModelLedger
from courtside.workflows.production import Production
from courtside.workflows.promote import promote, seal_challenger
from courtside.workflows.retraining_lock import LeaseLost, RetrainingLock
from courtside.workflows.rollback import roll_back
from tests.fakes.busy_ledger import BusyLedger
from tests.fakes.ports import InMemoryLake, InMemoryRegistry
from tests.fakes.production import NOW, add_training
from tests.unit.workflows.production_moves import LATER, by_hand, said

MODEL = "nba_games"
LEASE = timedelta(minutes=30)


@dataclass
class Stage:
    ledger: BusyLedger
    production: Production
    lock: RetrainingLock


@pytest.fixture
def stage() -> Stage:
    """Return a stage with two champions, one after the other, and a challenger of the training `third`."""
    ledger = BusyLedger(kind=ledger_keys.CHAMPION)
    own = ModelLedger(ledger, MODEL)
    production = Production(MODEL, own, InMemoryRegistry(), InMemoryLake())
    for name, version, against in (("first", "1", None), ("second", "2", "1"), ("third", "3", "2")):
        add_training(production, name, version=version, judged_against=against)
    for version in ("1", "2"):
        by_hand(production, version, now=NOW)
    return Stage(ledger, production, RetrainingLock(own, LEASE))


def of(training_id: str) -> RetrainingRequest:
    return RetrainingRequest(
        model=MODEL, training_id=training_id, as_of=NOW.date(), trigger=Trigger.DRIFT, reason="a test"
    )


def begun(stage: Stage) -> None:
    stage.lock.acquire(of("third"), now=NOW)


def over(stage: Stage) -> None:
    stage.lock.release(UnlockRequest(request=of("third"), trained=False, machine="arn"), now=NOW)


def overtaken(stage: Stage) -> None:
    stage.lock.acquire(of("fourth"), now=NOW + LEASE)


def awaited(stage: Stage) -> None:
    stage.lock.acquire(of("fourth"), now=NOW)


def promotes(stage: Stage) -> None:
    sealed = seal_challenger(SealRequest(model=MODEL, training_id="third"), production=stage.production)
    request = PromoteRequest(model=MODEL, training_id="third", sha256=sealed.sha256)
    promote(request, production=stage.production, now=LATER)


def rolls_back(stage: Stage) -> None:
    request = RollBackRequest(
        model=MODEL,
        training_id="third",
        roll_back_to="1",
        roll_back_from="2",
        reason="worse",
        sha256=stage.production.once_champion("1").sha256,
    )
    roll_back(request, production=stage.production, now=LATER)


MOVES = {promotes: "3", rolls_back: "1"}


@pytest.mark.parametrize("happens", [over, overtaken])
@pytest.mark.parametrize("move", MOVES)
def test_a_training_that_lost_its_lock_just_before_the_move_moves_nothing(
    stage: Stage, move: Callable[[Stage], None], happens: Callable[[Stage], None]
) -> None:
    begun(stage)
    stage.ledger.happens.append(lambda: happens(stage))
    with pytest.raises(LeaseLost, match="Nothing was promoted"):
        move(stage)
    assert said(stage.production) == ("2",) * 4
    assert len(stage.production.history()) == 2


@pytest.mark.parametrize("move", MOVES)
def test_a_request_that_is_remembered_meanwhile_does_not_stop_the_move(
    stage: Stage, move: Callable[[Stage], None]
) -> None:
    begun(stage)
    stage.ledger.happens.append(lambda: awaited(stage))
    move(stage)
    assert said(stage.production) == (MOVES[move],) * 4
    stage.lock.renew("third", now=LATER)


@pytest.mark.parametrize("move", MOVES)
def test_a_training_that_never_had_the_lock_moves_nothing(stage: Stage, move: Callable[[Stage], None]) -> None:
    with pytest.raises(LeaseLost, match="nobody holds it"):
        move(stage)
    assert said(stage.production) == ("2",) * 4


def test_a_move_that_was_made_is_finished_after_the_training_lost_its_lock(stage: Stage) -> None:
    begun(stage)
    promotes(stage)
    over(stage)
    promotes(stage)
    assert said(stage.production) == ("3",) * 4


def test_a_person_needs_no_lock(stage: Stage) -> None:
    begun(stage)
    by_hand(stage.production, "1")
    assert said(stage.production) == ("1",) * 4
