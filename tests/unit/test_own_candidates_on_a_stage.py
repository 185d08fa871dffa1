"""A stage's training task trains, stores and smoke-tests own candidates of the packages in its image, and no others."""

import json
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from typer.testing import CliRunner, Result

from courtside.adapters.examination.retraining import champion as examine_champion
from courtside.adapters.mlflow_models import MlflowModels
from courtside.adapters.mlflow_registry import MlflowRegistry
from courtside.adapters.trusted_models import PackageNotInstalled
from courtside.bootstrap import stage as wiring
from courtside.bootstrap import tasks
from courtside.cli.main import app
from courtside.contracts import lake_keys, training_keys
from courtside.contracts.errors import BadInput
from courtside.contracts.events import RetrainingRequest, Trigger
from courtside.contracts.own_candidates import CandidateAbsent, PackageNotOwn, published
from courtside.contracts.records import TrainingRecord
from courtside.core.dataset import Dataset
from courtside.core.findings import Level
from courtside.core.parquet import parquet_content
from courtside.datasets.catalog import parse_dataset
from courtside.workflows.freeze import freeze
from courtside.workflows.model_ledger import ModelLedger
from courtside.workflows.ports import Champion, Lake, ModelNotTrusted
from courtside.workflows.production import Production
from courtside.workflows.sealed_models import MODEL, SealedModel, seal
from courtside.workflows.smoke import ROWS
from courtside.workflows.train import train
from tests.fakes.own_package import OF_ITS_OWN, own_package
from tests.fakes.ports import InMemoryLake, InMemoryLedger, InMemoryTracking

PACKAGE = "own_on_a_stage"
CONTRACT = f"""
name: points
time_column: at
target: left
features: {{x: numeric, y: numeric}}
candidates: ['{PACKAGE}.boosting:nearest']
"""
PLACE = parse_dataset("points", CONTRACT.encode()).place
CONTRACT_KEY = "models/points/contract/v1.yaml"


def request(training_id: str) -> RetrainingRequest:
    return RetrainingRequest(
        model="points", training_id=training_id, as_of=date(2026, 1, 1), trigger=Trigger.INITIAL, reason="the first"
    )


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> InMemoryLake:
    """The lake of a stage with rows and a frozen contract, whose image holds the package of its candidate."""
    own_package(tmp_path / "site", monkeypatch, OF_ITS_OWN, name=PACKAGE)
    rng, lake = np.random.default_rng(1), InMemoryLake()
    x, y = rng.normal(size=(2, 800))
    at = np.datetime64("2025-01-01") + np.arange(800) // 4
    rows = pa.table({"at": at, "x": x, "y": y, "left": x + y + rng.normal(size=800) > 0})
    lake.write(lake_keys.loaded_table("points", "table"), parquet_content(rows))
    lake.write(CONTRACT_KEY, CONTRACT.encode())
    monkeypatch.chdir(tmp_path)  # where MLflow puts the artifacts of a local store
    monkeypatch.setattr(wiring, "lake_of", lambda _: lake)
    monkeypatch.setenv("COURTSIDE_LAKE_BUCKET", "lake")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/runs.db")
    monkeypatch.setenv("COURTSIDE_TRAINING_PACKAGES", published(["Own-on-a-Stage==1.0", "other==2.0"]))
    return lake


def dataset_of(candidates: str) -> Dataset:
    return parse_dataset("points", CONTRACT.replace(CONTRACT.splitlines()[-1], candidates).encode())


def trained(training_id: str, stage: Lake) -> TrainingRecord:
    freeze(
        request(training_id), lake=stage, dataset=parse_dataset("points", CONTRACT.encode()), contract_key=CONTRACT_KEY
    )
    return tasks.train(request(training_id), lambda _: None)


def sealed(version: str, stage: InMemoryLake, tmp_path: Path) -> SealedModel:
    registry = MlflowRegistry(f"sqlite:///{tmp_path}/runs.db", place=PLACE)
    return seal(version, model="points", lake=stage, registry=registry)


def test_what_the_image_holds_is_trained_and_smoke_tested(
    stage: InMemoryLake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained("first", stage)
    found = sealed("1", stage, tmp_path)
    assert tasks.smoke_check("points", found.sha256) == ROWS
    with pytest.raises(ModelNotTrusted, match="own_on_a_stage"):
        MlflowModels().opened("1", found.files(MODEL))
    monkeypatch.setenv("COURTSIDE_TRAINING_PACKAGES", published(["other==2.0"]))
    with pytest.raises(ModelNotTrusted, match="own_on_a_stage"):
        tasks.smoke_check("points", found.sha256)


def test_a_version_whose_contract_nobody_froze_is_of_no_own_package(stage: InMemoryLake, tmp_path: Path) -> None:
    trained("first", stage)
    found = sealed("1", stage, tmp_path)
    del stage.objects[training_keys.training_manifest("points", "first")]
    with pytest.raises(ModelNotTrusted, match="own_on_a_stage"):
        tasks.smoke_check("points", found.sha256)


def test_what_a_later_deployment_took_out_is_refused_before_any_row_is_read(
    stage: InMemoryLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURTSIDE_TRAINING_PACKAGES", published([]))
    before = dict(stage.objects)
    with pytest.raises(CandidateAbsent, match="`training_packages`"):
        trained("second", stage)
    added = set(stage.objects) - set(before)
    assert not [key for key in added if key.endswith(("record.json", "reference.profile"))]


class UntrustedChampion(InMemoryTracking):
    """A tracking server whose champion is of a package that the training does not trust."""

    def champion(self) -> Champion | None:
        raise ModelNotTrusted("7", ["former_models.boosting.Nearest"])


def test_a_champion_of_a_package_that_is_gone_is_not_compared_with(stage: InMemoryLake) -> None:
    table = dataset_of("candidates: [logistic_regression]")
    record = train(request("third"), lake=stage, tracking=UntrustedChampion(), dataset=table)
    assert (record.champion_version, record.challenger_version) == ("7", "1")
    assert record.champion_incomparable is not None
    assert "former_models.boosting.Nearest" in record.champion_incomparable


@pytest.fixture
def production(stage: InMemoryLake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Production:
    """What `versions` moves: two versions of an own class, neither of them champion."""
    trained("first", stage)
    trained("second", stage)
    registry = MlflowRegistry(f"sqlite:///{tmp_path}/runs.db", place=PLACE)
    found = Production("points", ModelLedger(InMemoryLedger(), "points"), registry, stage)
    monkeypatch.setattr("courtside.cli.versions.stage_production", lambda *_: found)
    monkeypatch.setattr("courtside.cli.versions.caller", lambda: "ann")
    return found


def versions(*words: str) -> Result:
    return CliRunner().invoke(app, ["versions", *words, "--json"])


def moved(*words: str) -> tuple[str, str | None, str]:
    done = versions(*words)
    assert done.exit_code == 0, done.exception
    said = json.loads(done.stdout)
    return said["model"], said["before"], said["after"]


def test_a_command_loads_an_own_class_only_of_a_package_that_a_person_trusts(production: Production) -> None:
    trusting = ("--trust-package", PACKAGE)
    promote = ("promote", "1", "--reason", "it is ours")
    refused = versions(*promote, "--trust-package", "yaml")
    assert isinstance(refused.exception, ModelNotTrusted)
    assert refused.exception.types == (f"{PACKAGE}.boosting.Nearest",)
    assert "`--trust-package`" in str(refused.exception)
    assert production.champion().version is None
    assert moved(*promote, "--trust-package", "yaml", *trusting) == ("points", None, "1")
    assert moved("promote", "2", "--reason", "it is newer", *trusting) == ("points", "1", "2")
    assert isinstance(versions("rollback").exception, ModelNotTrusted)
    assert production.champion().version == "2"
    assert moved("rollback", *trusting) == ("points", "2", "1")
    record = trained("third", production.lake)
    assert (record.champion_version, record.champion_incomparable) == ("1", None)


def test_doctor_says_that_it_did_not_load_a_champion_of_an_own_class(production: Production, tmp_path: Path) -> None:
    moved("promote", "1", "--reason", "it is ours", "--trust-package", PACKAGE)
    examined = examine_champion(
        production.ledger, lake=production.lake, tracking_uri=f"sqlite:///{tmp_path}/runs.db", place=PLACE
    )
    (loads,) = [finding for finding in examined if finding.check == "champion loads"]
    assert loads.level is Level.OK
    assert "version 1 is of an own package, so it is not loaded here; its profile of" in loads.detail


@pytest.mark.parametrize(("package", "error"), [("os", PackageNotOwn), ("never_installed", PackageNotInstalled)])
def test_a_package_that_cannot_be_trusted_is_refused_before_the_stage_is_asked(
    monkeypatch: pytest.MonkeyPatch, package: str, error: type[BadInput]
) -> None:
    monkeypatch.setattr("courtside.cli.versions.stage_production", lambda *_: pytest.fail("the stage was asked"))
    for words in (("promote", "1", "--reason", "it is ours"), ("rollback",)):
        refused = versions(*words, "--trust-package", package)
        assert isinstance(refused.exception, error)
        assert package in str(refused.exception)
