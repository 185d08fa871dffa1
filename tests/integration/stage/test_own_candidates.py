"""A candidate of a team's own gets into a stage by a deployment, and there becomes champion like any other."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from courtside.cli.main import app
from courtside.contracts import training_keys
from courtside.contracts.events import RetrainingRequest, Trigger
from courtside.contracts.model_card import ModelCard
from courtside.contracts.own_candidates import CandidateAbsent
from embedded_aws.assembly import read_assembly
from embedded_aws.demo.loop import Loop
from infra.settings import settings_for
from tests.fakes.own_package import OF_ITS_OWN, write_package
from tests.infra.conftest import synthesize
from tests.integration.stage.conftest import Stage

MODEL, PACKAGE = "points", "points_models"
CONTRACT = f"""
name: {MODEL}
time_column: at
target: left
features: {{x: numeric, y: numeric}}
candidates:
  - {PACKAGE}.boosting:nearest
"""


def courtside(*words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--stage", "dev", "--json"])


def done(*words: str) -> Any:
    result = courtside(*words)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Run commands where the contract and its rows lie, and remove the model afterwards."""
    monkeypatch.chdir(tmp_path)
    Path("points.yaml").write_text(CONTRACT)
    rng, count = np.random.default_rng(1), 2000
    x, y = rng.normal(size=(2, count))
    at = np.datetime64("2025-01-01") + np.arange(count) // 10
    near = np.hypot(x, y) + rng.normal(scale=0.3, size=count) < 1
    pq.write_table(pa.table({"at": at, "x": x, "y": y, "left": near}), "points.parquet")
    yield
    if MODEL in {each["name"] for each in done("models", "list")}:
        done("models", "remove", MODEL, "--yes")


def deploy_with_package(stage: Stage, folder: Path) -> None:
    """Deploy the stage with a training package, which the image holds: here an image is its folder."""
    settings = settings_for("dev").model_copy(update={"training_packages": (f"{PACKAGE}==1.0",)})
    assembly = synthesize(settings, folder).assembly
    (image,) = [each for each in read_assembly(assembly).images if each.asset.name == "training_image"]
    write_package(image.asset.path, OF_ITS_OWN, name=PACKAGE)
    stage.aws.deploy(assembly)


@pytest.mark.usefixtures("files")
def test_an_own_candidate_is_refused_then_deployed_trained_sealed_and_promoted(stage: Stage, tmp_path: Path) -> None:
    refused = courtside("models", "add", "points.yaml")
    assert isinstance(refused.exception, CandidateAbsent)
    assert f"no package {PACKAGE}" in str(refused.exception)
    assert "`training_packages`" in str(refused.exception)
    deploy_with_package(stage, tmp_path / "cdk.out")
    assert done("models", "add", "points.yaml")["outcome"] == "added"
    done("tables", "load", "--table", "points.parquet", "--model", MODEL)
    request = RetrainingRequest(
        model=MODEL, training_id="first", as_of=date(2026, 1, 1), trigger=Trigger.INITIAL, reason="a test"
    )
    arn = stage.loop.retrain(request)
    assert stage.end(arn) == "SUCCEEDED", stage.aws.log_tail("train", 30)
    verdict = Loop(stage.aws, stage="dev", model=MODEL).verdict("first")
    assert verdict.promote, verdict.reason
    (reign,) = done("versions", "history", "--model", MODEL)
    assert reign["version"] == "1"
    card = ModelCard.model_validate_json(stage.lake.read(training_keys.training_card(MODEL, "first")))
    assert [(each.name, each.package) for each in card.candidates] == [("nearest", PACKAGE)]
