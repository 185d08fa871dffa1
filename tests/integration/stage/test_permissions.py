"""Functions and tasks do only what their roles grant, because the stage enforces IAM in this and all other tests.

Each case takes one grant away, shows that the call that worked before now fails, and gives the grant back.
"""

import json
import urllib.error
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import date
from typing import Any

import boto3
import psutil
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from courtside.adapters.stack_resources import stack_resources
from courtside.contracts import ledger_keys, training_keys
from courtside.contracts.events import (
    ApprovalRequest,
    ArrivalsRequest,
    DriftCheckRequest,
    GateRequest,
    Payload,
    PromoteRequest,
    RetrainingRequest,
    SealRequest,
    Trigger,
    UnlockRequest,
    Window,
)
from courtside.contracts.names import POSTED
from courtside.contracts.records import ApprovalRecord
from courtside.workflows.ledger_documents import read
from tests.integration.stage.conftest import Stage
from tests.integration.stage.steps import games_ledger
from tests.integration.stage.test_loop import told_once
from tests.integration.stage.test_tracking_database import SERVER, disconnect_everybody, run_scheduled, secret_of
from tests.integration.stage.test_tracking_database import call as ask_mlflow

FIRST = RetrainingRequest(
    model="nba_games", training_id="first", as_of=date(2010, 7, 1), trigger=Trigger.MANUAL, reason="a test"
)
RELEASE = UnlockRequest(request=FIRST, trained=False, machine="arn:of:a:machine")
NOBODY = "never-trained"
BEFORE_BASKETBALL = DriftCheckRequest(model="nba_games", window=Window(start=date(1890, 1, 1), end=date(1890, 2, 1)))


def function_of(stage: Stage, part: str) -> dict[str, Any]:
    functions = stage.aws.client("lambda").list_functions()["Functions"]
    (found,) = [each for each in functions if part in each["FunctionName"]]
    return dict(found)


def call(stage: Stage, part: str, event: Payload | dict[str, Any]) -> str:
    """Invoke a function and return its error as JSON, or an empty string."""
    name = function_of(stage, part)["FunctionName"]
    given = json.dumps(event) if isinstance(event, dict) else event.model_dump_json()
    answer = stage.aws.client("lambda").invoke(FunctionName=name, Payload=given.encode())
    payload = answer["Payload"].read().decode()
    return payload if "FunctionError" in answer else ""


def error_type(error: str) -> str:
    return str(json.loads(error)["errorType"]) if error else ""


@contextmanager
def without(stage: Stage, role: str, action: str) -> Iterator[None]:
    """Take one action away from a role's policies for the duration of the block."""
    iam = stage.aws.client("iam")
    taken = {}
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        left = [remaining for each in document["Statement"] if (remaining := _less(each, action)) is not None]
        if left != document["Statement"]:
            taken[name] = document
            _put(iam, role, name, document | {"Statement": left})
    assert taken, f"{role} has no {action}"
    try:
        yield
    finally:
        for name, document in taken.items():
            _put(iam, role, name, document)


def _put(iam: Any, role: str, name: str, document: dict[str, Any]) -> None:
    iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))


def _less(statement: dict[str, Any], action: str) -> dict[str, Any] | None:
    actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
    kept = [each for each in actions if each != action]
    return statement | {"Action": kept} if kept else None


@pytest.fixture
def locked(stage: Stage, champion: str) -> Iterator[str]:
    """Give the lock back to the first training, whose steps need it and change nothing more when they are repeated."""
    assert call(stage, "StepsLock", FIRST) == ""
    yield champion
    assert call(stage, "StepsUnlock", RELEASE) == ""


# Each case names a function, a grant, an event, and the error that the function returns while it has the grant, which
# is empty or says why there is nothing to do.
CASES = [
    ("StepsLock", "dynamodb:GetItem", FIRST, ""),
    ("StepsLock", "dynamodb:PutItem", FIRST, ""),
    ("StepsFreeze", "s3:GetObject", FIRST, ""),
    ("StepsFreeze", "dynamodb:PutItem", FIRST, ""),
    ("StepsGate", "s3:GetObject", GateRequest(model="nba_games", training_id="first"), ""),
    (
        "StepsRequestApproval",
        "s3:GetObject",
        ApprovalRequest(model="nba_games", training_id=NOBODY, token="t", wait_seconds=60),
        "ObjectMissing",
    ),
    (
        "StepsPromote",
        "dynamodb:GetItem",
        PromoteRequest(model="nba_games", training_id=NOBODY, sha256="0" * 64),
        "LeaseLost",
    ),
    ("StepsSeal", "s3:GetObject", SealRequest(model="nba_games", training_id="first"), ""),
    ("StepsSeal", "s3:PutObject", SealRequest(model="nba_games", training_id="first"), ""),
    ("StepsUnlock", "dynamodb:GetItem", RELEASE, ""),
    ("DriftCheckFunction", "s3:GetObject", BEFORE_BASKETBALL, ""),
    ("DriftCheckFunction", "s3:ListBucket", BEFORE_BASKETBALL, ""),
    ("ArrivalsFunction", "s3:ListBucket", ArrivalsRequest(model="nba_games"), ""),
]


@pytest.mark.usefixtures("locked")
@pytest.mark.parametrize(("part", "action", "event", "said"), CASES, ids=[f"{case[0]}-{case[1]}" for case in CASES])
def test_a_function_does_its_work_until_one_grant_is_gone(
    stage: Stage, part: str, action: str, event: Payload, said: str
) -> None:
    role = function_of(stage, part)["Role"].rsplit("/", 1)[-1]
    assert error_type(call(stage, part, event)) == said
    with without(stage, role, action):
        refused = call(stage, part, event)
    assert "AccessDenied" in refused
    assert action in refused
    assert error_type(call(stage, part, event)) == said


def test_the_notifier_needs_its_grant_to_read_the_webhook(stage: Stage) -> None:
    function = function_of(stage, "NotifySlack")
    role = function["Role"].rsplit("/", 1)[-1]
    for note, denied in (("cold", False), ("cold again", True), ("cold once more", False)):
        # This starts a new environment, because a warm one has already read the secret.
        variables = function["Environment"]["Variables"] | {"NOTE": note}
        stage.aws.client("lambda").update_function_configuration(
            FunctionName=function["FunctionName"], Environment={"Variables": variables}
        )
        with without(stage, role, "secretsmanager:GetSecretValue") if denied else nullcontext():
            assert ("AccessDenied" in call(stage, "NotifySlack", {"Records": []})) is denied


def role_of_task(stage: Stage, task: str) -> str:
    """Return the role that a task's own program runs under; `task` is the task definition's logical id."""
    resources = [each for stack in stage.aws.outputs for each in stack_resources(stack)]
    (role,) = [r.physical_id for r in resources if r.kind == "AWS::IAM::Role" and f"{task}TaskRole" in r.logical_id]
    return role


@pytest.mark.usefixtures("champion")
def test_a_training_task_reads_with_its_own_role(stage: Stage) -> None:
    heard = len(stage.slack.messages)
    with without(stage, role_of_task(stage, "TrainingTask"), "s3:GetObject"):
        assert stage.end(stage.train("not-allowed-to-read", as_of=date(2010, 7, 1))) == "FAILED"
    stage.slack.wait_for(heard + 1, timeout=120)
    said = told_once(stage, containing="not-allowed-to-read")
    assert "failed in Train" in said
    assert "AccessDenied" in "\n".join(stage.aws.log_tail("train", 60))


def test_the_rotation_changes_the_password_with_its_own_role(stage: Stage) -> None:
    before = secret_of(stage)["password"]
    action = "secretsmanager:PutSecretValue"
    with without(stage, role_of_task(stage, "TrackingUpkeepRotation"), action):
        ended = run_scheduled(stage, "New database password")
    assert [each["exitCode"] for each in ended["containers"]] == [1]
    assert action in "\n".join(stage.aws.log_tail("upkeep", 60))
    assert secret_of(stage)["password"] == before


@pytest.mark.usefixtures("champion")
def test_the_tracking_server_logs_in_with_its_own_role(stage: Stage) -> None:
    some = {"max_results": 1}
    assert ask_mlflow(stage, "experiments/search", some)["experiments"]
    with without(stage, role_of_task(stage, "MlflowTask"), "secretsmanager:GetSecretValue"):
        ended = run_scheduled(stage, "New database password")
        assert [each["exitCode"] for each in ended["containers"]] == [0], stage.aws.log_tail("upkeep")
        disconnect_everybody(stage)
        with pytest.raises(urllib.error.HTTPError, match="500"):
            ask_mlflow(stage, "experiments/search", some)
    assert ask_mlflow(stage, "experiments/search", some)["experiments"]


def test_the_api_answers_only_over_tls(stage: Stage) -> None:
    assert stage.aws.endpoint.startswith("https://")
    once = Config(retries={"total_max_attempts": 1})
    plain = boto3.client("s3", endpoint_url=stage.aws.endpoint.replace("https:", "http:"), config=once)
    with pytest.raises(BotoCoreError):
        plain.list_buckets()


def told(stage: Stage) -> list[str]:
    """Return all that people without a right to the secrets read: templates, environments, logs and command lines."""
    stacks = stage.aws.client("cloudformation")
    texts_of = [
        json.dumps(stacks.get_template(StackName=each["StackName"])["TemplateBody"])
        for each in stacks.describe_stacks()["Stacks"]
    ]
    texts_of += [json.dumps(each) for each in stage.aws.client("lambda").list_functions()["Functions"]]
    ecs, logs = stage.aws.client("ecs"), stage.aws.client("logs")
    texts_of += [
        json.dumps(ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"], default=str)
        for arn in ecs.list_task_definitions()["taskDefinitionArns"]
    ]
    for group in logs.describe_log_groups()["logGroups"]:
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"])
        texts_of += [event["message"] for page in pages for event in page["events"]]
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            texts_of.append(" ".join(process.cmdline()))
    return [*texts_of, *(path.read_text(errors="replace") for path in (stage.aws.directory / "logs").glob("*.log"))]


@pytest.mark.usefixtures("champion")
def test_no_template_environment_log_or_command_contains_a_webhook_password_or_token(stage: Stage) -> None:
    heard = len(stage.slack.messages)
    asked = FIRST.model_copy(update={"training_id": "asked-for"})
    stage.lake.write(
        training_keys.training_verdict("nba_games", "asked-for"),
        stage.lake.read(training_keys.training_verdict("nba_games", "first")),
    )
    asks = ApprovalRequest(
        model="nba_games", training_id="asked-for", token="that-answers-for-a-person", wait_seconds=60
    )
    assert call(stage, "StepsLock", asked) == ""
    assert call(stage, "StepsRequestApproval", asks) == ""
    assert call(stage, "StepsUnlock", RELEASE.model_copy(update={"request": asked})) == ""
    stage.slack.wait_for(heard + 1, timeout=120)
    record, _ = read(games_ledger(stage), ledger_keys.approval("asked-for"), ApprovalRecord)
    assert record is not None
    everything = told(stage)
    for part in (
        "AWS::Lambda::Function",
        "COURTSIDE_LAKE_BUCKET",
        "PGDATABASE",
        POSTED,
        "courtside.migrate",
        "uvicorn",
    ):
        assert any(part in text for text in everything), part
    passwords = (secret_of(stage)["password"], secret_of(stage, SERVER)["password"])
    for secret in (stage.slack.url, *passwords, record.token):
        assert not [text for text in everything if secret in text]
