"""These fixtures provide the images of this checkout, and one stage on the embedded AWS that runs them."""

import base64
import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from courtside.adapters.s3_lake import S3Lake
from courtside.contracts.events import RetrainingRequest, Trigger
from courtside.contracts.execution_names import execution_name
from courtside.contracts.names import StackOutput
from courtside.core.games import read_games
from courtside.datasets.simulated import simulate_games
from courtside.workflows.games import store_games
from embedded_aws.assembly import read_assembly
from embedded_aws.aws import LocalAws, LocalOptions
from embedded_aws.containers.build import build, context_here, reference
from embedded_aws.containers.engine import Engine
from embedded_aws.demo.loop import Loop
from embedded_aws.webhooks import Webhook
from tests.fakes.added_models import add_model
from tests.fakes.aws_environment import point_at
from tests.fakes.own_points import synthesized_with_wheel
from tests.images.figures import Figures

REAL_GAMES = Path(__file__).parents[3] / "shared" / "data" / "nba_games.csv.gz"
FIRST = date(2011, 7, 1)


@dataclass(frozen=True)
class Stage:
    """One deployed stage whose functions and tasks are containers."""

    aws: LocalAws
    loop: Loop
    lake: S3Lake
    slack: Webhook

    def train(self, training_id: str, *, as_of: date, execution: str | None = None) -> str:
        """Start a retraining and return its execution's ARN."""
        request = RetrainingRequest(
            model="nba_games", training_id=training_id, as_of=as_of, trigger=Trigger.MANUAL, reason="a test"
        )
        started = self.aws.client("stepfunctions").start_execution(
            stateMachineArn=self.loop.output(StackOutput.RETRAINING),
            name=execution or execution_name(request.model, training_id),
            input=request.model_dump_json(),
        )
        return str(started["executionArn"])

    def function(self, part: str) -> dict[str, Any]:
        """Return what Lambda knows about the function whose name contains a part."""
        client = self.aws.client("lambda")
        names = [each["FunctionName"] for each in client.list_functions(MaxItems=50)["Functions"]]
        (name,) = [name for name in names if part in name]
        found: dict[str, Any] = client.get_function(FunctionName=name)
        return found

    def invoke(self, part: str, event: Any) -> tuple[Any, str]:
        """Invoke the function whose name contains a part.

        Return its answer, which must not be an error, and its log.
        """
        name = self.function(part)["Configuration"]["FunctionName"]
        payload = json.dumps(event).encode()
        answer = self.aws.client("lambda").invoke(FunctionName=name, Payload=payload, LogType="Tail")
        log = base64.b64decode(answer.get("LogResult", "")).decode()
        body = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, body
        return body, log

    def end(self, arn: str, *, timeout: float = 400) -> str:
        """Wait for an execution to end and return its status."""
        deadline = time.monotonic() + timeout
        states = self.aws.client("stepfunctions")
        while (status := states.describe_execution(executionArn=arn)["status"]) == "RUNNING":
            assert time.monotonic() < deadline, f"{arn} still runs"
            time.sleep(0.3)
        return str(status)


@pytest.fixture(scope="session")
def engine() -> Engine:
    return Engine()


@pytest.fixture(scope="session")
def assembly(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Synthesize a stage whose training image holds a package of own candidates, from its wheel."""
    return synthesized_with_wheel(tmp_path_factory.mktemp("assembly"), commit="c0ffee", **context_here(engine, print))


@pytest.fixture(scope="session")
def images(engine: Engine, assembly: Path) -> dict[str, str]:
    """Return the reference of each image by the name of its folder."""
    uploads = read_assembly(assembly).images
    build(uploads, engine, print)
    return {upload.asset.name: reference(upload.tag) for upload in uploads}


@pytest.fixture(scope="session")
def games() -> pa.Table:
    """Return the real games if they lie beside the project, or else as many simulated ones."""
    return read_games(REAL_GAMES).table if REAL_GAMES.is_file() else simulate_games()


@pytest.fixture(scope="session")
def stage(
    assembly: Path, images: dict[str, str], games: pa.Table, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    assert set(images) == {"lambdas", "training_image", "mlflow_image"}
    options = LocalOptions(state_directory=tmp_path_factory.mktemp("state"), containers=True)
    with pytest.MonkeyPatch.context() as patch, Webhook() as slack, LocalAws.start(options) as aws:
        point_at(aws.environment(), patch)
        aws.deploy(assembly)
        loop = Loop(aws, stage="dev")
        loop.set_webhooks({"slack": slack.url})
        add_model("nba_games", stage="dev")
        lake = S3Lake(loop.output(StackOutput.LAKE_BUCKET))
        store_games(games, lake=lake)
        aws.wait_for_tracking()
        yield Stage(aws, loop, lake, slack)
    engine = Engine()
    left = subprocess.run(
        engine.command("ps", "--all", "--quiet", "--filter", f"label=courtside.instance={aws.instance.id}"),
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert left == "", "containers were left behind"


@pytest.fixture(scope="session")
def champion(stage: Stage) -> str:
    """Return the id of the training that made the first champion, from every game before its day."""
    arn = stage.train("first", as_of=FIRST)
    assert stage.end(arn) == "SUCCEEDED", "\n".join(stage.aws.log_tail("train", 40))
    return "first"


@pytest.fixture(scope="session")
def figures(request: pytest.FixtureRequest) -> Figures:
    """Collect the measured figures, which are printed at the end."""
    kept: Figures = request.config.stash.setdefault(FIGURES, Figures())
    return kept


FIGURES = pytest.StashKey[Figures]()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    measured = config.stash.get(FIGURES, None)
    if measured is not None and measured.lines:
        terminalreporter.section("measured")
        for line in measured.lines:
            terminalreporter.write_line(line)
