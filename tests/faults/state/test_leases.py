"""A training's lease runs out while it still works, and another one takes the lock over."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from courtside.contracts import ledger_keys, training_keys
from courtside.contracts.records import RetrainingLockState
from courtside.workflows.ledger_documents import read, written
from embedded_aws.faults.client import HOLD
from tests.faults.fault import fault
from tests.faults.model import TRAINED, Model
from tests.faults.state.test_ledger import GARBAGE, changed, own
from tests.integration.stage.steps import function_name

LATE = "late"
"""A training that was judged and sealed, and comes late for everything else."""


@pytest.fixture(scope="module", autouse=True)
def judged(model: Model) -> str:
    """Train a version that passed the gate, and return the digest of its seal."""
    assert model.trained(LATE, as_of=TRAINED + timedelta(7)) == "SUCCEEDED"
    champion = model.champion()
    assert champion is not None
    return str(champion.sha256)


def hold_lock(model: Model, holder: str | None, *, lease: timedelta) -> None:
    """Let somebody hold the lock, as after a lease that ended and was taken over."""
    before, revision = read(model.ledger, ledger_keys.RETRAINING_LOCK, RetrainingLockState)
    state = (before or RetrainingLockState()).model_copy(
        update={"holder": holder, "lease_until": None if holder is None else datetime.now(UTC) + lease}
    )
    assert model.ledger.put(written(ledger_keys.RETRAINING_LOCK, state, expected_revision=revision))


@pytest.fixture
def another(model: Model) -> Iterator[str]:
    """Let another training hold the lock."""
    hold_lock(model, "another", lease=timedelta(hours=1))
    yield "another"
    hold_lock(model, None, lease=timedelta())


EVENTS: dict[str, tuple[str, dict[str, Any]]] = {
    "Freeze": ("fixes its data", {"as_of": "2025-11-09", "trigger": "manual", "reason": "a test"}),
    "Gate": ("is judged", {}),
    "Seal": ("is sealed", {}),
    "RequestApproval": ("asks for approval", {"token": "a token", "wait_seconds": 60}),
    "Promote": ("is promoted", {"sha256": "", "by": "gate"}),
    "RollBack": (
        "rolls the champion back",
        {"roll_back_to": "1", "roll_back_from": "2", "reason": "a test", "sha256": ""},
    ),
}
STEPS = [pytest.param(step, does, id=step) for step, (does, _) in EVENTS.items()]


@fault(
    "Another training has taken the lock over when one, whose lease ran out, {does}.",
    promise="The late one is refused by name before anything of it counts.",
)
@pytest.mark.parametrize(("step", "does"), STEPS)
def test_the_lock_was_taken_over(model: Model, judged: str, another: str, step: str, does: str) -> None:  # noqa: ARG001
    before, told, approvals = model.champion(), model.told(), model.ledger.entries(ledger_keys.APPROVALS_PREFIX)
    kept = model.stage.lake.list_objects(training_keys.trainings(model.name))
    event = {"model": model.name, "training_id": LATE, **EVENTS[step][1]}
    if "sha256" in event:
        event["sha256"] = judged
    answer, error = model.called(function_name(model.stage, step), event)
    assert error == "LeaseLost"
    assert (
        f"training {LATE} has lost the retraining lock of {model.name} ({another} holds it)" in answer["errorMessage"]
    )
    assert (model.champion(), model.told()) == (before, told)
    assert model.ledger.entries(ledger_keys.APPROVALS_PREFIX) == approvals
    assert model.stage.lake.list_objects(training_keys.trainings(model.name)) == kept
    assert model.lock().holder == another


@fault(
    "A training's lease ran out while it waits to be judged, and a rollback takes the lock over and gives it back.",
    promise="The training is not judged, people are told that it lost the lock, and the champion stays.",
    doctor="^last training",
)
def test_a_lease_runs_out_under_its_holder(model: Model) -> None:
    before, name = model.champion(), "outlived"
    with model.faults.fault("gate", HOLD(caller=f"^{function_name(model.stage, 'Gate')}$", times=1)):
        arn = model.loop.retrain(model.request(name, as_of=TRAINED + timedelta(9)))
        model.faults.wait_held("gate")
        hold_lock(model, name, lease=timedelta(seconds=-1))
        assert model.trained("takes-over", roll_back_to="1", roll_back_from="7") == "SUCCEEDED"
        assert model.lock().holder is None
    assert model.stage.end(arn) == "FAILED"
    said = model.told_once(f"{name} failed in Gate")
    assert "LeaseLost" in said
    assert model.champion() == before


@fault(
    "The ledger's document of {what} was damaged by hand, and a training is asked for.",
    promise="It fails before it trains, people are told which document it is, and once that is mended the next works.",
    doctor="^last training",
)
@pytest.mark.parametrize("what", ["the model's lock", "the stage's trainings"])
def test_the_locks_document_is_damaged(model: Model, what: str) -> None:
    keys = {
        "the model's lock": own(model, ledger_keys.RETRAINING_LOCK),
        "the stage's trainings": ledger_keys.TRAINING_SLOTS,
    }
    name = f"damaged-{len(model.loop.executions())}"
    wanted = {"roll_back_to": "1", "roll_back_from": "7"}  # of which nothing has to be trained
    with changed(model, keys[what], GARBAGE):
        assert model.trained(name, **wanted) == "FAILED"
        assert keys[what].removeprefix(own(model, "")) in model.told_once(f"{name} failed in Lock")
    assert model.trained(f"{name}-again", **wanted) == "SUCCEEDED"
