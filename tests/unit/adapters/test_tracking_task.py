"""The command waits for the copy task and for its last log lines, which arrive after the task has ended."""

import json
from collections.abc import Sequence
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from courtside.adapters import tracking_task
from courtside.adapters.tracking_task import CopyTask, CopyTaskFailed

TASK = "arn:aws:ecs:eu-central-1:123456789012:task/cluster/0123"
OPTIONS = {"awslogs-group": "copies", "awslogs-stream-prefix": "task"}
DEFINITION = {
    "containerDefinitions": [{"name": "copy", "logConfiguration": {"logDriver": "awslogs", "options": OPTIONS}}]
}


def status(last: str, code: int) -> dict[str, Any]:
    container = {"name": "copy", **({"exitCode": code} if last == "STOPPED" else {})}
    return {"tasks": [{"taskArn": TASK, "lastStatus": last, "containers": [container]}]}


def answer(
    monkeypatch: pytest.MonkeyPatch, *, statuses: Sequence[str], logs: Sequence[list[str]], code: int = 0
) -> list[Stubber]:
    """Make AWS give these answers, one for each call."""
    monkeypatch.setattr(tracking_task, "POLL_SECONDS", 0.01)
    clients = {service: boto3.client(service, region_name="eu-central-1") for service in ("ecs", "logs")}
    stubs = {service: Stubber(client) for service, client in clients.items()}
    stubs["ecs"].add_response("run_task", {"tasks": [{"taskArn": TASK}], "failures": []})
    for last in statuses:
        stubs["ecs"].add_response("describe_tasks", status(last, code), {"cluster": "cluster", "tasks": [TASK]})
    for lines in logs:
        stubs["ecs"].add_response("describe_task_definition", {"taskDefinition": DEFINITION})
        events = [{"message": line} for line in lines]
        stubs["logs"].add_response("get_log_events", {"events": events})
    for stub in stubs.values():
        stub.activate()
    monkeypatch.setattr(boto3, "client", clients.__getitem__)
    return list(stubs.values())


def test_a_result_that_arrives_after_the_end_of_the_task_is_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    statuses = ("PENDING", "RUNNING", "STOPPED", "STOPPED")  # three for the waiter, and one to read the exit code
    stubs = answer(monkeypatch, statuses=statuses, logs=([], ["starting"], ["starting", json.dumps({"rows": 12})]))
    assert CopyTask("definition", "cluster", {}).run(["backup"]) == {"rows": 12}
    for stub in stubs:
        stub.assert_no_pending_responses()


def test_a_successful_task_does_not_fail_because_its_log_never_arrives(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tracking_task, "LOG_SECONDS", 0.0)
    answer(monkeypatch, statuses=("STOPPED", "STOPPED"), logs=[[]])
    assert CopyTask("definition", "cluster", {}).run(["backup"]) == {"task": TASK}


def test_a_task_that_does_not_end_is_abandoned(monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, statuses=("RUNNING", "RUNNING"), logs=[])
    monkeypatch.setattr(tracking_task, "TIMEOUT_SECONDS", 0.02)
    with pytest.raises(CopyTaskFailed, match="it was not seen to end"):
        CopyTask("definition", "cluster", {}).run(["backup"])


def test_a_killed_task_is_told_without_waiting_for_the_result_that_it_never_printed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tracking_task, "KILLED_LOG_SECONDS", 0.0)
    answer(monkeypatch, statuses=("STOPPED", "STOPPED"), logs=[["half way"]], code=137)
    with pytest.raises(CopyTaskFailed, match="exit code 137") as told:
        CopyTask("definition", "cluster", {}).run(["backup"])
    assert told.value.lines == ("half way",)
