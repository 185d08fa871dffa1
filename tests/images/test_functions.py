"""Every function starts from its image, answers and fails as it would in Lambda."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from courtside.contracts.names import StackOutput
from embedded_aws.containers.function_container import FunctionContainer, FunctionImage
from tests.images.conftest import Stage
from tests.images.figures import Figures, Report

ROOT = Path(__file__).parents[2]
OPENING_MODELS = {"predict"}
"""These run from the training's image, whose entry point their definition replaces."""
RUNTIME = ("python", "-m", "awslambdaric")
VERBS = sorted(path.parent.name for path in (ROOT / "lambdas").glob("*/handler.py"))
ASKING_AWS_FIRST = {"notify", "tend_incidents"}
"""These take any event: the notifier looks for its webhook first, and a round only begins with what is open."""
MEMORY_MIB = 1024
TRAINING = {"model": "nba_games", "training_id": "t"}
REQUEST = TRAINING | {"as_of": "2011-07-01", "trigger": "manual", "reason": "a test"}
MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:retraining"
EVENTS: dict[str, dict[str, Any]] = {
    "announce": {"request": REQUEST, "ended": "failed", "execution": "arn", "failed_step": "Train", "cause": "a test"},
    "check_performance": {"model": "nba_games", "as_of": "2011-07-01"},
    "check_drift": {"model": "nba_games", "window": {"start": "2010-07-01", "end": "2011-07-01"}},
    "find_due": {"round": "r", "as_of": "2011-07-01T12:00:00Z"},
    "freeze": REQUEST,
    "gate": TRAINING,
    "lock": REQUEST,
    "notify": {"Records": [{"Sns": {"Subject": "s", "Message": "m", "MessageId": "1"}}]},
    "predict": {"model": "nba_games", "as_of": "2011-07-01T12:00:00Z"},
    "promote": TRAINING | {"sha256": "0" * 64},
    "publish": {"model": "nba_games", "round": "r"},
    "receive_rows": {"model": "nba_games"},
    "request_approval": TRAINING | {"token": "token", "wait_seconds": 60},
    "roll_back": TRAINING | {"roll_back_to": "1", "roll_back_from": "2", "reason": "a test"},
    "seal": TRAINING,
    "settle": {"model": "nba_games", "round": "r", "as_of": "2011-07-01T12:00:00Z", "problem": "a test"},
    "sign_in": {
        "rawPath": "/sign-in/answer",
        "queryStringParameters": {"state": "s" * 43, "code": "c"},
        "cookies": [f"__Host-courtside-sign-in={'s' * 43}.{'n' * 43}.{'v' * 43}.dashboard%2Findex.html"],
    },
    "tend_incidents": {},
    "unlock": {"request": REQUEST, "trained": False, "machine": MACHINE},
}
# Nothing answers at any address that a function could connect to by itself.
NOBODY = "http://127.0.0.1:9"
ENVIRONMENT = {
    "COURTSIDE_LAKE_BUCKET": "lake",
    "COURTSIDE_LEDGER_TABLE": "ledger",
    "COURTSIDE_STAGE": "dev",
    "POWERTOOLS_SERVICE_NAME": "test",
    "MLFLOW_TRACKING_URI": NOBODY,
    "COURTSIDE_ALERT_TOPIC_ARN": "arn:aws:sns:us-east-1:000000000000:alerts",
    "COURTSIDE_RETRAINING_ARN": MACHINE,
    "COURTSIDE_CHANNEL": "slack",
    "COURTSIDE_WEBHOOK_SECRET_ARN": "arn:aws:secretsmanager:us-east-1:000000000000:secret:slack",
    "COURTSIDE_HOST": "pages.example.com",
    "COURTSIDE_POOL": NOBODY,
    "COURTSIDE_ISSUER": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_pool",
    "COURTSIDE_USER_POOL_ID": "us-east-1_pool",
    "COURTSIDE_CLIENT_ID": "client",
    "COURTSIDE_KEY_PAIR_ID": "key",
    "COURTSIDE_SIGNING_KEY_ARN": "arn:aws:kms:us-east-1:000000000000:key/test",
    "COURTSIDE_HOURS": "8",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(MEMORY_MIB),
    "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
    "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/test",
    "AWS_LAMBDA_LOG_STREAM_NAME": "test",
}
# This program reports which user it is and where it can write.
PROBE = """
import os, pathlib

def handler(event, context):
    status = pathlib.Path("/proc/self/status").read_text().splitlines()
    found = {"uid": os.getuid(), "capabilities": next(line.split()[1] for line in status if line.startswith("CapEff"))}
    for place in ("/var/task/x", "/usr/x", "/x", "/tmp/x"):
        try:
            pathlib.Path(place).write_text("x")
            found[place] = "written"
        except OSError as error:
            found[place] = error.strerror
    return found
"""


@pytest.fixture(scope="module")
def silence() -> Iterator[str]:
    """Return the address of an AWS that accepts calls and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


class Function:
    """Starts containers of one function and ends them."""

    def __init__(self, images: dict[str, str], folder: Path, endpoint: str) -> None:
        self._images, self._folder, self._endpoint = images, folder, endpoint
        self._started: list[FunctionContainer] = []

    def start(
        self, verb: str, *, memory_mib: int = MEMORY_MIB, timeout: float = 30, endpoint: str | None = None
    ) -> FunctionContainer:
        environment = ENVIRONMENT | {
            "AWS_ENDPOINT_URL": endpoint or self._endpoint, "AWS_LAMBDA_FUNCTION_NAME": verb, "AWS_MAX_ATTEMPTS": "1",
        }  # fmt: skip
        opens_models = verb in OPENING_MODELS
        image = FunctionImage(
            name=verb, image=self._images["training_image" if opens_models else "lambdas"],
            entrypoint=RUNTIME if opens_models else (), handler=(f"lambdas.{verb}.handler.handler",),
            environment=environment, memory_mib=memory_mib, timeout=timeout,
            arn="arn:aws:lambda:us-east-1:000000000000:function:test",
        )  # fmt: skip
        started = FunctionContainer(image, instance="test", directory=self._folder)
        self._started.append(started)
        return started

    def stop(self) -> None:
        for started in self._started:
            started.stop()


@pytest.fixture
def function(images: dict[str, str], tmp_path: Path, silence: str) -> Iterator[Function]:
    function = Function(images, tmp_path, silence)
    yield function
    function.stop()


def test_every_function_has_a_test_event() -> None:
    assert sorted(EVENTS) == VERBS


@pytest.mark.parametrize("verb", VERBS)
def test_a_function_starts_refuses_a_foreign_event_and_stays_warm(
    verb: str, function: Function, figures: Figures
) -> None:
    container = function.start(verb, endpoint=NOBODY)
    first = container.invoke({"nobody": "sends this"}, "1")
    assert first.error_type == ("EndpointConnectionError" if verb in ASKING_AWS_FIRST else "ValidationError")
    assert first.trace
    cold, warm = Report.read(first.log), Report.read(container.invoke({"nobody": "sends this"}, "2").log)
    assert cold.init_ms is not None
    assert warm.init_ms is None
    assert cold.init_cpu_ms is not None
    figures.note(
        f"{verb}: initialization in CPU seconds ({cold.init_ms:.0f} ms by the clock)",
        cold.init_cpu_ms / 1000,
        "s",
        aim=0.6,
    )


@pytest.mark.parametrize("verb", VERBS)
def test_a_function_that_waits_too_long_is_ended(verb: str, function: Function) -> None:
    container = function.start(verb, timeout=2)
    answer = container.invoke(EVENTS[verb], "1")
    assert answer.error_type == "Sandbox.Timedout"
    assert "Task timed out after 2.00 seconds" in answer.message
    again = container.invoke(EVENTS[verb], "2")
    assert Report.read(again.log).init_ms is not None, "the next invocation starts a new environment"


@pytest.mark.parametrize("verb", VERBS)
def test_a_function_without_the_memory_it_needs_is_killed(verb: str, function: Function) -> None:
    answer = function.start(verb, memory_mib=24).invoke(EVENTS[verb], "1")
    assert (answer.error_type, answer.message) == ("Runtime.ExitError", "Runtime exited with error: signal: killed")


def test_a_function_is_unprivileged_and_writes_only_to_tmp(images: dict[str, str], tmp_path: Path) -> None:
    probe = tmp_path / "probe.py"
    probe.write_text(PROBE)
    image = FunctionImage(
        name="probe", image=images["lambdas"], handler=("probe.handler",), environment=ENVIRONMENT,
        memory_mib=256, timeout=20, arn="", options=("--volume", f"{probe}:/var/task/probe.py:ro"),
    )  # fmt: skip
    container = FunctionContainer(image, instance="test", directory=tmp_path)
    answer = container.invoke({}, "1")
    container.stop()
    assert answer.error_type is None, answer.message
    body = answer.body
    assert body.pop("uid") != 0
    assert int(body.pop("capabilities"), 16) == 0
    assert body == {
        "/var/task/x": "Read-only file system",
        "/usr/x": "Read-only file system",
        "/x": "Read-only file system",
        "/tmp/x": "written",  # noqa: S108 — the container's
    }


def test_the_machine_runs_every_step_and_announces_the_result(stage: Stage, champion: str) -> None:
    """The machine calls lock, freeze, gate, promote and unlock, and its announcements go through notify."""
    (execution,) = [each for each in stage.loop.executions() if each.name == champion]
    entered = [event.get("stateEnteredEventDetails") for event in stage.loop.history(execution.arn)]
    called = {detail["name"] for detail in entered if isinstance(detail, dict)}
    assert {"Lock", "Freeze", "Train", "Gate", "Promote", "Smoke", "Unlock"} <= called
    assert len(stage.slack.wait_for(1, timeout=300)) >= 1


def test_a_training_that_holds_the_lock_can_ask_for_approval(stage: Stage, champion: str) -> None:
    request = REQUEST | {"training_id": champion}
    locked, _ = stage.invoke("Lock", request)
    assert locked["outcome"] == "acquired"
    asked, log = stage.invoke(
        "RequestApproval", TRAINING | {"training_id": champion, "token": "token", "wait_seconds": 60}
    )
    assert asked["training_id"] == champion
    assert Report.read(log).init_ms is not None
    machine = stage.loop.output(StackOutput.RETRAINING)
    unlocked, _ = stage.invoke("Unlock", {"request": request, "trained": False, "machine": machine})
    assert unlocked == {"training_id": champion, "waiting": []}
