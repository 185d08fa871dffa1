"""A stage whose challenger waits for a person, while its training holds the lock."""

from datetime import timedelta

import pytest

from courtside.contracts.events import RetrainingRequest, Trigger
from courtside.workflows.model_ledger import ModelLedger
from courtside.workflows.production import Production
from courtside.workflows.retraining_lock import RetrainingLock
from tests.fakes.production import NOW, a_production, add_training


@pytest.fixture
def production() -> Production:
    stage = a_production()
    add_training(stage, "second", version="2", judged_against="1")
    return stage


@pytest.fixture
def lock(production: Production) -> RetrainingLock:
    lock = RetrainingLock(ModelLedger(production.ledger, "nba_games"), timedelta(minutes=15))
    request = RetrainingRequest(
        model="nba_games", training_id="second", as_of=NOW.date(), trigger=Trigger.DRIFT, reason="test"
    )
    lock.acquire(request, now=NOW)
    return lock
