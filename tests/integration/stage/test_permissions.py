"""Functions and tasks do what their roles grant and nothing else: the stage enforces IAM, in every test beside these.

Each case takes one grant away, sees the very call fail that worked before, and gives it back.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import date
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from courtside.contracts.events import (
    ApprovalRequest,
    DriftCheckRequest,
    GateRequest,
    Payload,
    PromoteRequest,
    RetrainingRequest,
    RollBackRequest,
    Trigger,
    UnlockRequest,
    Window,
)
from courtside.contracts.names import StackOutput
from tests.integration.stage.conftest import Stage
from tests.integration.stage.test_loop import texts

FIRST = RetrainingRequest(training_id="first", as_of=date(2010, 7, 1), trigger=Trigger.MANUAL, reason="a test")
RELEASE = UnlockRequest(request=FIRST, trained=False)
NOBODY = "never-trained"
BEFORE_BASKETBALL = DriftCheckRequest(window=Window(start=date(1890, 1, 1), end=date(1890, 2, 1)))


def function_of(stage: Stage, part: str) -> dict[str, Any]:
    functions = stage.aws.client("lambda").list_functions()["Functions"]
    (found,) = [each for each in functions if part in each["FunctionName"]]
    return dict(found)


def call(stage: Stage, part: str, event: Payload | dict[str, Any]) -> str:
    """Invoke a function; returns its error as JSON, or nothing."""
    name = function_of(stage, part)["FunctionName"]
    given = json.dumps(event) if isinstance(event, dict) else event.model_dump_json()
    answer = stage.aws.client("lambda").invoke(FunctionName=name, Payload=given.encode())
    payload = answer["Payload"].read().decode()
    return payload if "FunctionError" in answer else ""


def error_type(error: str) -> str:
    return str(json.loads(error)["errorType"]) if error else ""


@contextmanager
def without(stage: Stage, role: str, action: str) -> Iterator[None]:
    """Take one action away from a role's policies."""
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
    """The first training holds the lock again, as its steps need; repeated, they change nothing more."""
    assert call(stage, "StepsLock", FIRST) == ""
    yield champion
    assert call(stage, "StepsUnlock", RELEASE) == ""


# Function, grant, event, and what the function says while it has the grant: nothing, or why there is nothing to do.
CASES = [
    ("StepsLock", "dynamodb:GetItem", FIRST, ""),
    ("StepsLock", "dynamodb:PutItem", FIRST, ""),
    ("StepsFreeze", "s3:GetObject", FIRST, ""),
    ("StepsFreeze", "dynamodb:PutItem", FIRST, ""),
    ("StepsGate", "s3:GetObject", GateRequest(training_id="first"), ""),
    (
        "StepsRequestApproval",
        "s3:GetObject",
        ApprovalRequest(training_id=NOBODY, token="t", wait_seconds=60),
        "ObjectMissing",
    ),
    ("StepsPromote", "dynamodb:GetItem", PromoteRequest(training_id=NOBODY), "LeaseLost"),
    ("StepsRollBack", "s3:GetObject", RollBackRequest(training_id=NOBODY, reason="a test"), "ObjectMissing"),
    ("StepsUnlock", "dynamodb:GetItem", RELEASE, ""),
    ("DriftCheckFunction", "s3:GetObject", BEFORE_BASKETBALL, "NoGames"),
    ("DriftCheckFunction", "s3:ListBucket", BEFORE_BASKETBALL, "NoGames"),
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


def test_the_notifier_reads_the_webhook_by_its_grant(stage: Stage) -> None:
    function = function_of(stage, "NotifySlack")
    role = function["Role"].rsplit("/", 1)[-1]
    for note, denied in (("cold", False), ("cold again", True), ("cold once more", False)):
        # A new environment: a warm one has read the secret already.
        variables = function["Environment"]["Variables"] | {"NOTE": note}
        stage.aws.client("lambda").update_function_configuration(
            FunctionName=function["FunctionName"], Environment={"Variables": variables}
        )
        with without(stage, role, "secretsmanager:GetSecretValue") if denied else nullcontext():
            assert ("AccessDenied" in call(stage, "NotifySlack", {"Records": []})) is denied


@pytest.mark.usefixtures("champion")
def test_a_training_task_reads_by_its_own_role(stage: Stage) -> None:
    (role,) = [
        each["RoleName"]
        for page in stage.aws.client("iam").get_paginator("list_roles").paginate()
        for each in page["Roles"]
        if "TrainingTaskTaskRole" in each["RoleName"]
    ]
    heard = len(stage.slack.messages)
    with without(stage, role, "s3:GetObject"):
        assert stage.end(stage.train("not-allowed-to-read", as_of=date(2010, 7, 1))) == "FAILED"
    stage.slack.wait_for(heard + 1, timeout=15)
    (said,) = texts(stage, containing="not-allowed-to-read")
    assert "failed in Train" in said
    assert "AccessDenied" in "\n".join(stage.aws.log_tail("train", 60))


def test_the_api_answers_over_tls_only(stage: Stage) -> None:
    assert stage.aws.endpoint.startswith("https://")
    once = Config(retries={"total_max_attempts": 1})
    plain = boto3.client("s3", endpoint_url=stage.aws.endpoint.replace("https:", "http:"), config=once)
    with pytest.raises(BotoCoreError):
        plain.list_buckets()


def test_the_webhook_is_in_no_log_and_no_environment(stage: Stage) -> None:
    heard = len(stage.slack.messages)
    topic = stage.loop.output(StackOutput.ALERT_TOPIC)
    stage.aws.client("sns").publish(TopicArn=topic, Subject="Courtside: test", Message="for the log")
    stage.slack.wait_for(heard + 1, timeout=15)
    told = [json.dumps(each) for each in stage.aws.client("lambda").list_functions()["Functions"]]
    logs = stage.aws.client("logs")
    for group in logs.describe_log_groups()["logGroups"]:
        events = logs.filter_log_events(logGroupName=group["logGroupName"])["events"]
        told += [event["message"] for event in events]
    told += [path.read_text(errors="replace") for path in (stage.aws.directory / "logs").glob("*.log")]
    assert any("posted to Slack" in text for text in told)
    assert not [text for text in told if stage.slack.url in text]
