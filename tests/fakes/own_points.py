"""A model of points whose only candidate is a team's own, and how people put it into a stage and train it."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from typer.testing import CliRunner, Result

from courtside.cli.main import app
from courtside.contracts import training_keys
from courtside.contracts.events import RetrainingRequest, Trigger
from courtside.contracts.model_card import ModelCard
from courtside.contracts.own_candidates import WHEELS
from embedded_aws.assembly import read_assembly
from embedded_aws.demo.loop import Loop
from infra.settings import settings_for
from tests.fakes.own_package import OF_ITS_OWN, write_wheel
from tests.infra.conftest import synthesize

MODEL, PACKAGE, TRAINING = "points", "points_models", "of-points"
CONTRACT = f"""
name: {MODEL}
time_column: at
target: left
features: {{x: numeric, y: numeric}}
candidates:
  - {PACKAGE}.boosting:nearest
"""


def synthesized_with_wheel(folder: Path, *, commit: str = "", **instead: str) -> Path:
    """Synthesize a stage whose training image holds the package, and return its cloud assembly.

    The wheel lies only in what the image's build sees, so that no test writes into the checkout.
    """
    wheel = write_wheel(folder, OF_ITS_OWN, name=PACKAGE)
    with_wheel = {"training_packages": (f"{WHEELS}/{wheel.name}",)}
    settings = settings_for("dev", **instead).model_copy(update=with_wheel)
    assembly = synthesize(settings, folder / "cdk.out", commit=commit).assembly
    (image,) = [each for each in read_assembly(assembly).images if each.asset.name == "training_image"]
    wheel.rename(image.asset.path / WHEELS / wheel.name)
    return assembly


def courtside(*words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--stage", "dev", "--json"])


def done(*words: str) -> Any:
    result = courtside(*words)
    assert result.exit_code == 0, result.exception or result.output
    return json.loads(result.stdout)


def add_points(folder: Path) -> Result:
    """Add the model by its contract, which is written into a folder."""
    contract = folder / "points.yaml"
    contract.write_text(CONTRACT)
    return courtside("models", "add", str(contract))


def load_points(folder: Path) -> None:
    """Load 2,000 rows, whose label says that a point is near the middle."""
    rng, count = np.random.default_rng(1), 2000
    x, y = rng.normal(size=(2, count))
    at = np.datetime64("2025-01-01") + np.arange(count) // 10
    near = np.hypot(x, y) + rng.normal(scale=0.3, size=count) < 1
    pq.write_table(pa.table({"at": at, "x": x, "y": y, "left": near}), folder / "points.parquet")
    done("tables", "load", "--table", str(folder / "points.parquet"), "--model", MODEL)


def promoted_points(loop: Loop, end: Callable[[str], str]) -> ModelCard:
    """Train the model, see its challenger become champion and return the card; `end` waits for an execution."""
    request = RetrainingRequest(
        model=MODEL, training_id=TRAINING, as_of=date(2026, 1, 1), trigger=Trigger.INITIAL, reason="a test"
    )
    assert end(loop.retrain(request)) == "SUCCEEDED"
    verdict = loop.verdict(TRAINING)
    assert verdict.promote, verdict.reason
    (reign,) = done("versions", "history", "--model", MODEL)
    assert reign["version"] == "1"
    return ModelCard.model_validate_json(loop.read(training_keys.training_card(MODEL, TRAINING)))
