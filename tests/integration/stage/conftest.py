"""These fixtures deploy the real app on one embedded AWS, with simulated seasons in its lake."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from courtside.adapters.s3_lake import S3Lake
from courtside.contracts.events import RetrainingRequest, Trigger
from courtside.contracts.names import StackOutput
from courtside.datasets.simulated import simulate_games
from courtside.workflows.games import store_games
from embedded_aws.aws import LocalAws, LocalOptions
from embedded_aws.demo.loop import Loop
from embedded_aws.demo.synthesis import Synthesis
from embedded_aws.webhooks import Webhook
from tests.fakes.added_models import add_model
from tests.fakes.aws_environment import point_at

SEASONS = range(2005, 2012)


@dataclass(frozen=True)
class Stage:
    aws: LocalAws
    loop: Loop
    slack: Webhook
    lake: S3Lake

    def train(self, training_id: str, *, as_of: date) -> str:
        """Start a retraining and return its execution's ARN."""
        return self.loop.retrain(
            RetrainingRequest(
                model="nba_games", training_id=training_id, as_of=as_of, trigger=Trigger.MANUAL, reason="a test"
            )
        )

    def end(self, arn: str, *, timeout: float = 600) -> str:
        """Wait for an execution to end and return its status."""
        deadline = time.monotonic() + timeout
        states = self.aws.client("stepfunctions")
        while (status := states.describe_execution(executionArn=arn)["status"]) == "RUNNING":
            assert time.monotonic() < deadline, f"{arn} still runs"
            time.sleep(0.2)
        return str(status)


@contextmanager
def deployed(folder: Path) -> Iterator[Stage]:
    """Deploy a stage for as long as the block runs, with this process's environment pointing at it."""
    synthesis = Synthesis(folder / "cdk.out", stage="dev")
    with (
        pytest.MonkeyPatch.context() as patch,
        Webhook() as slack,
        LocalAws.start(LocalOptions(state_directory=folder / "state", enforce_iam=True)) as aws,
    ):
        point_at(aws.environment(), patch)
        aws.deploy(synthesis.finish())
        loop = Loop(aws, stage="dev")
        loop.set_webhooks({"slack": slack.url})
        yield Stage(aws, loop, slack, S3Lake(loop.output(StackOutput.LAKE_BUCKET)))


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with deployed(tmp_path_factory.mktemp("stage")) as running:
        add_model("nba_games", stage="dev")
        store_games(simulate_games(seasons=SEASONS), lake=running.lake)
        running.aws.wait_for_tracking()
        yield running


@pytest.fixture(scope="session")
def champion(stage: Stage) -> str:
    """Train the first champion and return its training's id."""
    arn = stage.train("first", as_of=date(2010, 7, 1))
    status = stage.end(arn)
    said = [message.text for message in stage.slack.messages[-3:]]
    assert status == "SUCCEEDED", os.linesep.join([*stage.aws.log_tail("train", 30), *said])
    return "first"


@pytest.fixture(scope="session")
def two_versions(stage: Stage) -> None:
    """Train the model of parcels twice; it is in the stage only while a test puts it there."""
    from tests.integration.stage import parcels  # it needs the stage from here

    with pytest.MonkeyPatch.context() as patch, parcels.in_stage(stage):
        patch.setenv("COURTSIDE_TRACKING_URI", stage.aws.tracking_url)
        parcels.train_twice(stage)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.embedded)
