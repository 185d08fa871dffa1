"""Somebody changes in MLflow what belongs to the stage: aliases, versions, artifacts."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from mlflow import MlflowClient

from courtside.adapters.mlflow_connection import connect
from courtside.contracts.names import Alias
from tests.fakes.own_points import courtside
from tests.faults.fault import fault
from tests.faults.model import TO_COME, TRAINED, Model
from tests.faults.state.mending import mended_as_doctor_says, of_model
from tests.integration.stage.scoring import Scored


@pytest.fixture(scope="module")
def client(model: Model) -> MlflowClient:
    return connect(model.stage.aws.tracking_url)


@pytest.fixture(scope="module", autouse=True)
def other(model: Model) -> str:
    """Train another version and return its number; whichever the gate prefers, version 1 is champion."""
    model.trained("other", as_of=TRAINED - timedelta(1))
    return "2"


@pytest.fixture(autouse=True)
def first_is_champion(model: Model, other: str) -> Iterator[None]:  # noqa: ARG001 — it was trained before
    champion = model.champion()
    assert champion is not None
    if champion.version != "1":
        model.command("versions", "promote", "1", "--reason", "a test")
    return


@fault(
    "Somebody moved the alias of the champion in the registry by hand.",
    promise="The champion by the ledger goes on predicting, and the command that `doctor` names moves the alias back.",
    quick=True,
)
def test_the_alias_is_moved_by_hand(model: Model, client: MlflowClient, other: str) -> None:
    client.set_registered_model_alias(model.name, Alias.CHAMPION, other)
    assert Scored(model.stage, model.name).predicted(TO_COME)["version"] == "1"
    assert f"the ledger names version 1, the registry names version {other}" in mended_as_doctor_says(model)
    assert client.get_model_version_by_alias(model.name, Alias.CHAMPION).version == "1"


@fault(
    "Somebody deleted the alias `{alias}` in the registry by hand.",
    promise="The next promotion or rollback goes by the ledger and sets it again.",
)
@pytest.mark.parametrize("alias", [Alias.CHAMPION, Alias.PREVIOUS])
def test_an_alias_is_deleted_by_hand(model: Model, client: MlflowClient, other: str, alias: Alias) -> None:
    model.command("versions", "promote", other, "--reason", "so that there is one before")
    client.delete_registered_model_alias(model.name, alias)
    assert model.command("versions", "rollback") == {"model": model.name, "before": other, "after": "1"}
    assert client.get_model_version_by_alias(model.name, Alias.CHAMPION).version == "1"
    assert client.get_model_version_by_alias(model.name, Alias.PREVIOUS).version == other


@fault(
    "Somebody deleted the version that was champion before in the registry.",
    promise="A rollback to it is refused by name, nothing is moved by trying, and the champion stays.",
)
def test_the_version_before_is_deleted(model: Model, client: MlflowClient) -> None:
    assert model.trained("to-delete", as_of=TRAINED + timedelta(1)) == "SUCCEEDED"
    version = str(model.loop.training("to-delete").challenger_version)
    champion = model.champion()
    assert champion is not None
    for each in (version, "1"):  # the gate may have promoted it already
        if (each, champion.version) != (version, version):
            model.command("versions", "promote", each, "--reason", "a test")
    client.delete_model_version(model.name, version)
    before, history = model.champion(), model.production.history()
    refused = courtside("versions", "rollback", "--model", model.name)
    assert refused.exit_code != 0
    assert f"the registry holds no version {version}" in str(refused.exception)
    assert (model.champion(), model.production.history()) == (before, history)


@fault(
    "Somebody deleted the champion's version in the registry.",
    promise="What was sealed of it goes on predicting, `doctor` says who names whom, and a rollback ends it.",
)
def test_the_champions_version_is_deleted(model: Model, client: MlflowClient) -> None:
    model.command("versions", "promote", "2", "--reason", "a test")
    client.delete_model_version(model.name, "2")
    assert Scored(model.stage, model.name).predicted(TO_COME)["version"] == "2"
    said = of_model(model, "champion")["detail"]
    assert "the ledger names version 2, the registry names nobody" in said
    assert model.command("versions", "rollback")["after"] == "1"
