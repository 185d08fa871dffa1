"""Runs and their log lines are read from the answers that Step Functions and CloudWatch give."""

import json
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from courtside.adapters import stage_logs
from courtside.adapters.executions import StepFunctionsExecutions
from courtside.adapters.stack_resources import StackResource
from courtside.contracts.events import RetrainingRequest, Trigger

MACHINE = "arn:aws:states:eu-central-1:123456789012:stateMachine:M"
ARN = "arn:aws:states:eu-central-1:123456789012:execution:M:t"
NOW = datetime(2026, 3, 1, 7, tzinfo=UTC)
REQUEST = RetrainingRequest(
    model="nba_games", training_id="t", as_of=NOW.date(), trigger=Trigger.MANUAL, reason="asked"
)


def entered(name: str, given: dict[str, Any]) -> dict[str, Any]:
    details = {"name": name, "input": json.dumps(given)}
    return {"timestamp": NOW, "type": "TaskStateEntered", "id": 1, "stateEnteredEventDetails": details}


@pytest.mark.parametrize(("given", "known"), [(REQUEST.model_dump_json(), REQUEST), ('{"by": "hand"}', None)])
def test_an_execution_names_the_state_that_announced_its_end(
    given: str, known: RetrainingRequest | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = boto3.client("stepfunctions", region_name="eu-central-1")
    failure = {"failed_step": "Train", "error": "E", "cause": "C"}
    told = {"executionArn": ARN, "stateMachineArn": MACHINE, "name": "t", "status": "FAILED", "startDate": NOW,
            "stopDate": NOW, "input": given}  # fmt: skip
    events = [entered("Unlock", {"outcome": "failed"}), entered("AnnounceFailure", failure), entered("Train", {})]
    with Stubber(client) as stubbed:
        stubbed.add_response("describe_execution", told, {"executionArn": ARN})
        stubbed.add_response("get_execution_history", {"events": events})
        stubbed.add_client_error("describe_execution", "ExecutionDoesNotExist")
        monkeypatch.setattr(boto3, "client", lambda _: client)
        known_to_aws = StepFunctionsExecutions(MACHINE)
        found = known_to_aws.of("t")
        assert known_to_aws.of("t") is None
    assert found is not None
    assert (found.step, found.announced, found.given, found.request) == ("Unlock", "AnnounceFailure", failure, known)


def test_the_log_lines_of_a_run_carry_its_id_and_are_sorted_by_time(monkeypatch: pytest.MonkeyPatch) -> None:
    client = boto3.client("logs", region_name="eu-central-1")
    lines = [
        {"correlation_id": "t", "service": "gate", "level": "ERROR", "message": "second"},
        {"correlation_id": "t", "service": "train", "level": "INFO", "message": {"first": 1}},
        {"correlation_id": "tt", "service": "train", "level": "INFO", "message": "another's"},
        {"correlation_id": "t", "_aws": {}},
    ]
    events = [{"timestamp": 2_000 - place, "message": json.dumps(line)} for place, line in enumerate(lines)]
    events.append({"timestamp": 1, "message": "no JSON, t"})
    resource = StackResource("s", "TrainLogs", "AWS::Logs::LogGroup", "group", "CREATE_COMPLETE")
    other = StackResource("s", "Function", "AWS::Lambda::Function", "f", "CREATE_COMPLETE")
    with Stubber(client) as stubbed:
        stubbed.add_response("filter_log_events", {"events": events})
        monkeypatch.setattr(boto3, "client", lambda _: client)
        found = stage_logs.lines_about("t", [resource, other], since=NOW, until=None)
    assert [(line.service, line.level, line.text) for line in found] == [
        ("train", "INFO", '{"first": 1}'),
        ("gate", "ERROR", "second"),
    ]
