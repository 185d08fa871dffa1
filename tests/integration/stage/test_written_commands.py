"""The commands that the pages give for a stage work as they are typed.

These tests run after the other files of this folder. Words in capitals, and names that a page quotes, are replaced
by those of this stage.
"""

import gzip
import io
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest

from courtside.adapters.mlflow_registry import MlflowRegistry
from courtside.contracts.names import DEFAULT_DATASET, StackOutput
from courtside.core.features import build_features
from courtside.datasets.catalog import load_dataset
from courtside.datasets.simulated import simulate_games
from courtside.workflows.incidents import Incidents
from tests.fakes.incidents import finding
from tests.fakes.ports import RecordedAlerts
from tests.integration.stage.conftest import SEASONS, Stage
from tests.integration.stage.steps import ledger
from tests.unit.docs.pages import Block, blocks_to_run, type_in


@pytest.fixture(scope="module")
def values(stage: Stage, champion: str) -> dict[str, str]:
    """Return the values that replace the placeholders of the pages."""
    aws = stage.aws
    cluster, service = _service(stage)
    machine = stage.loop.output(StackOutput.RETRAINING)
    (execution, *_) = aws.client("stepfunctions").list_executions(stateMachineArn=machine)["executions"]
    rotation = aws.client("ecs").list_task_definitions()["taskDefinitionArns"]
    challenger = stage.train("on-fewer-games", as_of=date(2010, 3, 1))
    stage.end(challenger)
    newest = max(int(each["version"]) for each in MlflowRegistry(aws.tracking_url).versions())
    return {
        "LAKE": stage.lake.bucket,
        "MODEL": DEFAULT_DATASET,
        "ID": champion,
        "CLUSTER": cluster,
        "SERVICE": service,
        "TASK": next(arn for arn in rotation if "Rotation" in arn),
        "GROUP": aws.client("logs").describe_log_groups()["logGroups"][0]["logGroupName"],
        "ACCESS_LOG_GROUP": aws.client("logs").describe_log_groups()["logGroups"][0]["logGroupName"],
        "TOPIC": stage.loop.output(StackOutput.ALERT_TOPIC),
        "MACHINE": machine,
        "WATCH": stage.loop.output(StackOutput.WATCH),
        "EXECUTION": execution["executionArn"],
        "INCIDENT": Incidents(ledger(stage), stage.lake, RecordedAlerts())
        .report(finding("typed", "home_rolling_ppg", model=DEFAULT_DATASET, at=datetime.now(UTC)))
        .id,
        "manual-2026": "fir",
        "4": str(newest),
        "3": str(newest - 1),
    }


def _service(stage: Stage) -> tuple[str, str]:
    ecs = stage.aws.client("ecs")
    (cluster,) = [arn for arn in ecs.list_clusters()["clusterArns"] if "Mlflow" in arn]
    (service,) = ecs.list_services(cluster=cluster)["serviceArns"]
    return cluster, service


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the games that the lake already has, and the features of a month of them, into a folder."""
    folder = tmp_path_factory.mktemp("typed")
    games = simulate_games(seasons=SEASONS)
    written = io.BytesIO()
    pc.write_csv(games, written)
    (folder / "games.csv.gz").write_bytes(gzip.compress(written.getvalue()))
    (folder / "features").mkdir()
    features = build_features(games, dataset=load_dataset("nba_games"))
    pq.write_table(features.slice(features.num_rows - 300), folder / "features" / "newest.parquet")
    return folder


@pytest.mark.parametrize("block", blocks_to_run("stage"), ids=lambda block: block.place)
def test_a_block_about_a_stage_works_as_it_stands(
    block: Block, stage: Stage, folder: Path, values: dict[str, str]
) -> None:
    tracking = {"COURTSIDE_TRACKING_URI": stage.aws.tracking_url, "MLFLOW_TRACKING_URI": stage.aws.tracking_url}
    type_in(block, folder=folder, environment=tracking, values=values)
