"""These fixtures provide the watch's synthesized machine on an embedded AWS, around the real first and last steps.

The functions between them do what the name of a model says: it works (slowly), fails, hangs (until a day) or cannot
receive.
"""

import io
import json
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from courtside.adapters.dynamodb_ledger import PARTITION, SORT, DynamoDbLedger
from courtside.adapters.s3_lake import S3Lake
from courtside.contracts import lake_keys, ledger_keys
from courtside.contracts.environment import FindDueEnv, PublishEnv, SettleEnv, TelemetryEnv, TendIncidentsEnv
from courtside.contracts.records import ModelRound
from courtside.contracts.rounds import SettleResponse, WatchRequest
from courtside.workflows.ledger_documents import read
from courtside.workflows.stage_models import StageModels
from embedded_aws.aws import LocalAws, LocalOptions
from infra.settings import settings_for
from tests.fakes.aws_environment import point_at
from tests.fakes.rounds import contract
from tests.infra.conftest import synthesize
from tests.infra.synthesized import ROOT, text

ROLE = "arn:aws:iam::000000000000:role/any"
LAKE, LEDGER = "watched-lake", "watched-ledger"
HANGS_FOR, PATIENCE, SLOW_FOR = 8, 2, 3
"""Seconds that a hanging check takes, that the machine waits for such a model here, and that a slow check takes."""
REAL = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from lambdas.{{verb}}.handler import handler
"""
RECEIVE = """
def handler(event, context):
    if event["model"].startswith("unreceived"):
        raise ValueError("the file is locked")
    return {"model": event["model"], "files": 1, "rows": 5}
"""
PREDICT = """
def handler(event, context):
    if event["model"].startswith("unpredicted"):
        raise ValueError("the model cannot be opened")
    return {"model": event["model"], "as_of": event["as_of"][:10], "version": "3", "predicted": 5, "shadows": []}
"""
JUDGE = """
def handler(event, context):
    if event["model"].startswith("unjudged"):
        raise ValueError("the labels are cut off")
    return {"model": event["model"], "as_of": event["as_of"][:10], "stated": 1, "restated": 1, "windows": []}
"""
CHECK = f"""
import time
def handler(event, context):
    model = event["model"]
    if model.startswith("failing"):
        raise LookupError("no reference of " + model)
    if model.startswith("hanging") and event["as_of"] < (model.partition("-until-")[2] or "9999"):
        time.sleep({HANGS_FOR})
    if model.startswith("slow"):
        time.sleep({SLOW_FOR})
    return {{"model": model, "check_id": "c", "window": {{"start": "2026-10-30", "end": event["as_of"][:10]}},
            "rows": 9, "features_drifted": [], "decision": "nothing", "rule": "usual", "reason": "", "report_key": "r"}}
"""


@dataclass(frozen=True)
class Watched:
    """The machine, and the lake and the ledger that it works on."""

    aws: LocalAws
    machine: str
    models: StageModels
    lake: S3Lake
    queue: str

    def add(self, *names: str, now: datetime) -> None:
        for name in names:
            self.models.add(contract(name).encode(), source=name, by="ann", now=now)

    def remove(self, *names: str, now: datetime) -> None:
        for name in names:
            self.models.remove(name, now=now)

    def start(self, name: str, request: WatchRequest) -> str:
        states = self.aws.client("stepfunctions")
        started = states.start_execution(stateMachineArn=self.machine, name=name, input=request.model_dump_json())
        return str(started["executionArn"])

    def end(self, arn: str, *, timeout: float = 300) -> str:
        states, deadline = self.aws.client("stepfunctions"), time.monotonic() + timeout
        while (found := states.describe_execution(executionArn=arn))["status"] == "RUNNING":
            assert time.monotonic() < deadline, f"{arn} still runs"
            time.sleep(0.2)
        return str(found["status"])

    def outcomes(self, name: str) -> dict[str, SettleResponse]:
        """Return what a round left of each of its models."""
        keys = self.lake.keys(f"{lake_keys.models_due(name).removesuffix('.json')}/")
        found = [SettleResponse.model_validate_json(self.lake.read(key)) for key in keys]
        return {each.model: each for each in found}

    def record(self, model: str) -> ModelRound | None:
        return read(self.models.ledger, ledger_keys.model_round(model), ModelRound)[0]

    def told(self) -> list[str]:
        """Return the subjects of the alerts that were sent since the last call."""
        sqs, subjects = self.aws.client("sqs"), []
        while found := sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages"):
            for each in found:
                subjects.append(json.loads(each["Body"])["Subject"].removeprefix("Courtside: "))
                sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=each["ReceiptHandle"])
        return sorted(subjects)


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    with (
        pytest.MonkeyPatch.context() as patch,
        LocalAws.start(LocalOptions(state_directory=tmp_path_factory.mktemp("state"))) as aws,
    ):
        point_at(aws.environment(), patch)
        yield _deployed(aws, tmp_path_factory.mktemp("watched"))


def _deployed(aws: LocalAws, folder: Path) -> Watched:
    aws.client("s3").create_bucket(Bucket=LAKE)
    aws.client("dynamodb").create_table(
        TableName=LEDGER,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": PARTITION, "KeyType": "HASH"}, {"AttributeName": SORT, "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": each, "AttributeType": "S"} for each in (PARTITION, SORT)],
    )
    sns, sqs = aws.client("sns"), aws.client("sqs")
    topic, queue = sns.create_topic(Name="watched")["TopicArn"], sqs.create_queue(QueueName="watched")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    states = aws.client("stepfunctions")
    nothing = json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}})
    retraining = states.create_state_machine(name="retraining", definition=nothing, roleArn=ROLE)["stateMachineArn"]
    names = {"lake_bucket": LAKE, "ledger_table": LEDGER}
    functions = {
        "WatchTendIncidentsFunction": (
            REAL.format(verb="tend_incidents"),
            TendIncidentsEnv(**names, alert_topic_arn=topic),
        ),
        "WatchFindDueFunction": (REAL.format(verb="find_due"), FindDueEnv(**names, alert_topic_arn=topic)),
        "WatchSettleFunction": (REAL.format(verb="settle"), SettleEnv(**names, alert_topic_arn=topic)),
        "PublishingFunction": (
            REAL.format(verb="publish"),
            PublishEnv(**names, alert_topic_arn=topic, stage="dev", retraining_arn=retraining),
        ),
        "ArrivalsFunction": (RECEIVE, None),
        "DriftCheckFunction": (CHECK, None),
        "ScoringPredict": (PREDICT, None),
        "ScoringCheckPerformance": (JUDGE, None),
    }
    arns = {
        name: _function(aws, name, source, environment.as_env() if environment else {})
        for name, (source, environment) in functions.items()
    }
    stage = synthesize(settings_for("dev"), folder)
    _, machine = stage.pipeline.only("AWS::StepFunctions::StateMachine", "WatchMachine")
    definition = _here(json.loads(text(machine["DefinitionString"])), arns)
    _wait_less_for_what_hangs(definition["States"]["EachModel"]["ItemProcessor"]["States"])
    created = states.create_state_machine(name="watch", definition=json.dumps(definition), roleArn=ROLE)
    lake = S3Lake(LAKE)
    return Watched(aws, created["stateMachineArn"], StageModels(DynamoDbLedger(LEDGER), lake), lake, queue)


def _wait_less_for_what_hangs(states: dict[str, Any]) -> None:
    states["CheckImpatiently"] = {**states["CheckDrift"], "TimeoutSeconds": PATIENCE}
    day = "$substringAfter($states.input.model, '-until-')"
    still = f"($not($contains($states.input.model, '-until-')) or $states.input.as_of < {day})"
    hangs = f"{{% $states.input.check and $contains($states.input.model, 'hanging') and {still} %}}"
    states["IsCheckDue"]["Choices"].insert(0, {"Condition": hangs, "Next": "CheckImpatiently"})


def zipped(source: str) -> bytes:
    """Return a function's code as Lambda takes it."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("index.py", source)
    return content.getvalue()


def _function(aws: LocalAws, name: str, source: str, environment: dict[str, str]) -> str:
    telemetry = TelemetryEnv(stage="dev", service=name).as_env()
    made = aws.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.11",
        Handler="index.handler",
        Role=ROLE,
        Timeout=60,
        Code={"ZipFile": zipped(source)},
        Environment={"Variables": {**environment, **telemetry}},
    )
    return str(made["FunctionArn"])


def _here(definition: Any, arns: dict[str, str]) -> Any:
    """Return the definition with the functions and the lake of this test."""
    if isinstance(definition, dict):
        return {key: _here(value, arns) for key, value in definition.items()}
    if isinstance(definition, list):
        return [_here(each, arns) for each in definition]
    if not isinstance(definition, str) or not definition.startswith("<"):
        return definition
    if "LakeBucket" in definition:
        return LAKE
    return next(arn for name, arn in arns.items() if definition.startswith(f"<{name}"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.embedded)
