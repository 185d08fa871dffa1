"""Two models of a stage train and ask people at once, under one training's name, and neither touches the other's."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from courtside.adapters.mlflow_registry import MlflowRegistry
from courtside.contracts import lake_keys
from courtside.contracts.events import RetrainingRequest, Trigger
from courtside.contracts.names import StackOutput
from courtside.datasets.catalog import parse_dataset
from embedded_aws.demo.loop import Loop
from embedded_aws.faults.client import FaultClient
from tests.fakes.own_points import done
from tests.faults.dependencies.answers import BAD_ANSWERS
from tests.integration.stage.conftest import Stage
from tests.integration.stage.steps import approvals, waited
from tests.integration.stage.test_loop import told_once

MODELS, SHARED = ("returns", "bookings"), "of-both"
CONTRACT = """
name: {}
time_column: at
target: left
features: {{x: numeric, y: numeric}}
candidates: [logistic_regression]
"""


@pytest.fixture(scope="module", autouse=True)
def models(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Put two models with 2,000 rows each into the stage for as long as these tests run."""
    folder = tmp_path_factory.mktemp("two-models")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURTSIDE_TRACKING_URI", stage.aws.tracking_url)
        for seed, model in enumerate(MODELS):
            contract, table = folder / f"{model}.yaml", folder / f"{model}.parquet"
            contract.write_text(CONTRACT.format(model))
            pq.write_table(_rows(seed), table)
            done("models", "add", str(contract))
            done("tables", "load", "--table", str(table), "--model", model)
        yield
        for model in MODELS:
            done("models", "remove", model, "--yes")


def test_an_answer_about_one_challenger_touches_nothing_of_another_that_waits(stage: Stage) -> None:
    with approvals(stage):
        arns = {model: train(stage, model, SHARED) for model in MODELS}
        for model in MODELS:
            assert "--stage dev" in told_once(stage, containing=f"courtside versions approve {SHARED} --model {model} ")
        theirs = everything(stage, "returns")
        done("versions", "approve", SHARED, "--model", "bookings")
        assert stage.end(arns["bookings"]) == "SUCCEEDED"
        assert everything(stage, "returns") == theirs
        assert waiting("bookings") == []
        assert waiting("returns") == [SHARED]
        mine = everything(stage, "bookings")
        done("versions", "reject", SHARED, "--model", "returns")
        assert stage.end(arns["returns"]) == "SUCCEEDED"
        assert everything(stage, "bookings") == mine
    (reign,) = done("versions", "history", "--model", "bookings")
    assert (reign["version"], done("versions", "history", "--model", "returns")) == ("1", [])


def test_what_one_model_could_not_log_is_logged_while_another_trains(stage: Stage) -> None:
    # An answer that clients do not ask for again; a server that is stopped is waited for.
    nonsense = BAD_ANSWERS["200 with a sign-in page"](service="tracking")
    with FaultClient(stage.aws).fault("tracking", nonsense):
        arns = [train(stage, model, "unlogged") for model in MODELS]
        assert [stage.end(arn) for arn in arns] == ["FAILED", "FAILED"]
    for model in MODELS:
        assert "courtside train --resume-logging" in told_once(stage, containing=f"{model}.unlogged failed in Train")
    under_way = train(stage, "returns", "meanwhile")
    waited(stage, under_way, "Train")
    spooled = {key: tag for key, tag in everything(stage, "returns").items() if "/unlogged/" in key}
    (logged,) = done("train", "--resume-logging", "--model", "bookings")
    assert (logged["model"], logged["training_id"]) == ("bookings", "unlogged")
    assert {key: everything(stage, "returns")[key] for key in spooled} == spooled
    assert stage.end(under_way) == "SUCCEEDED"
    (logged,) = done("train", "--resume-logging")
    assert (logged["model"], logged["training_id"]) == ("returns", "unlogged")
    assert {model: trainings(stage, model) for model in MODELS} == {
        "returns": {SHARED, "meanwhile", "unlogged"},
        "bookings": {SHARED, "unlogged"},
    }


def train(stage: Stage, model: str, training_id: str) -> str:
    request = RetrainingRequest(
        model=model, training_id=training_id, as_of=date(2026, 1, 1), trigger=Trigger.MANUAL, reason="a test"
    )
    return Loop(stage.aws, stage="dev", model=model).retrain(request)


def waiting(model: str) -> list[str]:
    return [each["training_id"] for each in done("versions", "approvals", "--model", model)]


def everything(stage: Stage, model: str) -> dict[str, Any]:
    """Return all that ledger and lake hold of a model: each document, and each object's ETag."""
    table, bucket = stage.loop.output(StackOutput.LEDGER_TABLE), stage.loop.output(StackOutput.LAKE_BUCKET)
    pages = stage.aws.client("dynamodb").get_paginator("scan").paginate(TableName=table)
    items = (item for page in pages for item in page["Items"] if item["partition"]["S"].startswith(f"{model}/"))
    found: dict[str, Any] = {f"{item['partition']['S']}/{item['sort']['S']}": json.dumps(item) for item in items}
    for prefix in lake_keys.all_of(model):
        listed = stage.aws.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        found |= {each["Key"]: each["ETag"] for page in listed for each in page.get("Contents", [])}
    return found


def trainings(stage: Stage, model: str) -> set[str | None]:
    """Return which trainings the versions in a model's own registered model come from."""
    place = parse_dataset(model, CONTRACT.format(model).encode()).place
    registry = MlflowRegistry(stage.aws.tracking_url, place=place)
    return {registry.training_of(each["version"]) for each in done("versions", "list", "--model", model)}


def _rows(seed: int) -> pa.Table:
    """Return rows whose label says that a point is near the middle."""
    rng, count = np.random.default_rng(seed), 2_000
    x, y = rng.normal(size=(2, count))
    at = np.datetime64("2025-10-01") + np.arange(count) // 30
    return pa.table({"at": at, "x": x, "y": y, "left": x + y + rng.normal(scale=0.3, size=count) < 1})
