"""A model is removed from the stage while a training of it runs."""

from datetime import timedelta
from pathlib import Path

import pytest

from courtside.contracts.events import Trigger
from embedded_aws.faults.client import HOLD
from tests.fakes.own_points import done
from tests.faults.fault import fault
from tests.faults.model import TRAINED, Model, contract, load, rows
from tests.integration.stage.steps import function_name

STEPS = {"Freeze": "fixes its data", "Gate": "is judged", "Promote": "is promoted"}


def add_again(model: Model, folder: Path) -> str:
    """Add the model as before, and return what came of it."""
    (folder / "again.yaml").write_text(contract(model.name))
    return str(done("models", "add", str(folder / "again.yaml"))["outcome"])


@fault(
    "The model is removed from the stage while its training {does}.",
    promise="The training fails and says so, the lock is given back, and the model comes back with its champion.",
    doctor="^last training",
)
@pytest.mark.parametrize(("step", "does"), STEPS.items(), ids=STEPS)
def test_the_model_is_removed_while_it_trains(model: Model, step: str, does: str, tmp_path: Path) -> None:  # noqa: ARG001
    before, name = model.champion(), f"while-{step.lower()}"
    days = 1 + list(STEPS).index(step)
    with model.faults.fault(step, HOLD(caller=f"^{function_name(model.stage, step)}$", times=1)):
        arn = model.loop.retrain(model.request(name, as_of=TRAINED + timedelta(days)))
        model.faults.wait_held(step)
        done("models", "remove", model.name, "--yes")
    assert model.stage.end(arn) == "FAILED"
    model.settled()
    said = model.told_once(f"{model.name}.{name} failed in {step}")
    assert "ModelRemoved" in said
    assert add_again(model, tmp_path) == "added again"
    assert model.champion() == before


@fault(
    "The model is removed with its data, added again under the same name, and trained.",
    promise="The champion of before counts for nothing: the new model is champion in ledger, registry and reference.",
)
def test_the_model_begins_anew(model: Model, tmp_path: Path) -> None:
    registry = model.production.registry
    done("models", "remove", model.name, "--delete-data", "--yes")
    assert registry.champion_version() is None
    assert [each for each in model.production.history() if each.until is None] == []
    assert add_again(model, tmp_path) == "added again"
    load(model.name, rows())
    assert model.trained("anew", trigger=Trigger.INITIAL) == "SUCCEEDED"
    champion = model.champion()
    assert champion is not None, model.loop.verdict("anew").reason
    assert champion.previous is None
    assert [each.version for each in model.production.history() if each.until is None] == [champion.version]
