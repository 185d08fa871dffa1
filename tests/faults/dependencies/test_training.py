"""The MLflow server fails during a whole training, and from the smoke check of a challenger on."""

from datetime import date, timedelta
from functools import partial

from courtside.adapters.mlflow_registry import MlflowRegistry
from embedded_aws.faults.client import HOLD
from embedded_aws.faults.rules import Rule
from tests.fakes.console_script import run
from tests.faults.dependencies.answers import BAD_ANSWERS
from tests.faults.fault import fault
from tests.faults.kills.machine import TASK, heard
from tests.faults.model import TRAINED, Model

AWAY = partial(Rule.from_json, BAD_ANSWERS["200 with a sign-in page"](service="tracking").to_json())
"""No request to the tracking server works; the answer is one that clients do not wait for."""
SMOKES = HOLD(caller=TASK, request="GET .*/sealed/.*/smoke.parquet")


def day(number: int) -> date:
    """Return the day of one of this file's trainings, each of which is fresher than the one before it."""
    return TRAINED + timedelta(number)


@fault(
    "The MLflow server answers with a sign-in page during a whole training.",
    promise="What was trained is kept, people are told how to log it later, and the champion stays.",
    doctor="last training",
)
def test_a_training_without_the_server_is_logged_later(model: Model) -> None:
    before = model.champion()
    with model.faults.fault("tracking", AWAY()):
        assert model.trained("unlogged", as_of=day(2)) == "FAILED"
    said = heard(model, "unlogged failed in Train")
    assert "exit code 4" in said
    assert "courtside train --resume-logging" in said
    record = model.loop.training("unlogged")
    assert (record.spooled, record.challenger_version) == (True, None)
    done = run("train", "--resume-logging", "--model", model.name, "--stage", "dev", "--json")
    assert done.returncode == 0, done.stderr
    record = model.loop.training("unlogged")
    assert not record.spooled
    assert record.challenger_version is not None
    assert training_of(model, record.challenger_version) == "unlogged"
    assert model.champion() == before


@fault(
    "The MLflow server fails from a challenger's smoke check on until after its promotion.",
    promise="The smoke check needs no server, the promotion changes nothing, and a person can make it afterwards.",
    doctor="last training",
)
def test_a_promotion_without_the_server_changes_nothing(model: Model) -> None:
    before, reference = model.champion(), model.loop.drift_reference()
    with model.faults.fault("smoke", SMOKES):
        arn = model.loop.retrain(model.request("server-away", as_of=day(3)))
        model.faults.wait_held("smoke")
        with model.faults.fault("tracking", AWAY()):
            model.faults.release("smoke")
            assert model.stage.end(arn) == "FAILED"
    said = heard(model, "server-away failed in Promote")
    assert "TrackingRefused" in said
    assert "Check which version is champion: courtside versions list" in said
    (ran,) = model.command("runs", "list", "--limit", "1")
    assert "Promote failed: TrackingRefused" in ran["outcome"]
    assert (model.champion(), model.loop.drift_reference()) == (before, reference)
    version = model.loop.training("server-away").challenger_version
    assert version is not None
    moved = model.command("versions", "promote", version, "--reason", "the gate had agreed")
    assert before is not None
    assert moved == {"model": model.name, "before": before.version, "after": version}
    assert model.loop.drift_reference().version == version


def training_of(model: Model, version: str) -> str | None:
    """Return the training that a registered version is of."""
    registry = model.production.registry
    assert isinstance(registry, MlflowRegistry)
    return registry.training_of(version)
