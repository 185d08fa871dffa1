"""The deployed stage reports about itself, and a stopped retraining releases its lock.

These tests run after the other files of this folder and read the logs that all tests before them have left.
"""

import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import pytest

from courtside.contracts import ledger_keys
from courtside.contracts.events import RetrainingRequest, Trigger, Window
from courtside.contracts.execution_names import execution_name, training_of_check
from courtside.contracts.ledger_keys import APPROVALS_PREFIX
from courtside.contracts.metrics import NAMESPACE
from courtside.contracts.records import ApprovalRecord, RetrainingLockState
from courtside.workflows.ledger_documents import read
from tests.integration.stage.conftest import Stage
from tests.integration.stage.scoring import KILLED
from tests.integration.stage.steps import function_name, games_ledger, waited
from tests.integration.stage.test_loop import told_once
from tests.integration.stage.test_reports import courtside, printed


def lock_state(stage: Stage) -> RetrainingLockState:
    state, _ = read(games_ledger(stage), ledger_keys.RETRAINING_LOCK, RetrainingLockState)
    assert state is not None
    return state


def executions(stage: Stage, machine: str) -> set[str]:
    found = stage.aws.client("stepfunctions").list_executions(stateMachineArn=machine)["executions"]
    return {each["executionArn"] for each in found}


@pytest.fixture
def one_at_a_time(stage: Stage) -> Iterator[None]:
    """Let one training run at once, as the stage's setting `trainings_at_once` would."""
    functions, names = stage.aws.client("lambda"), [function_name(stage, verb) for verb in ("Lock", "Unlock")]
    before = [functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"] for name in names]
    for name, variables in zip(names, before, strict=True):
        one = {"Variables": variables | {"COURTSIDE_TRAININGS_AT_ONCE": "1"}}
        functions.update_function_configuration(FunctionName=name, Environment=one)
    yield
    for name, variables in zip(names, before, strict=True):
        functions.update_function_configuration(FunctionName=name, Environment={"Variables": variables})


@pytest.mark.usefixtures("champion", "one_at_a_time")
def test_a_stopped_retraining_frees_lock_and_slot_before_its_lease_ends_and_what_waited_starts(stage: Stage) -> None:
    arn = stage.train("stopped-while-it-trains", as_of=date(2010, 7, 20))
    waited(stage, arn, "Train")
    assert lock_state(stage).holder == "stopped-while-it-trains"
    # The other model is none of the stage's, so its training ends soon.
    other = RetrainingRequest(
        model="prices", training_id="waits", as_of=date(2010, 7, 20), trigger=Trigger.MANUAL, reason="a test"
    )
    assert stage.end(stage.loop.retrain(other)) == "SUCCEEDED"
    assert "stopped-while-it-trains of nba_games" in told_once(stage, containing="Retraining waits of prices")
    told = printed(courtside(stage, "status", "--model", "nba_games", "--json"))["trainings"]
    assert ([each["training_id"] for each in told["running"]], told["waiting"]) == (
        ["stopped-while-it-trains"],
        ["prices"],
    )
    deadline = time.monotonic() + 300
    stage.aws.client("stepfunctions").stop_execution(executionArn=arn)
    while lock_state(stage).holder is not None:
        assert time.monotonic() < deadline, "the lock of a stopped execution is still held"
        time.sleep(0.1)
    machine = arn.replace(":execution:", ":stateMachine:").rpartition(":")[0]
    again = f"{arn.rpartition(':')[0]}:{execution_name('prices', 'again-waits')}"
    while again not in executions(stage, machine):
        assert time.monotonic() < deadline, "what waited was not started"
        time.sleep(0.1)
    assert stage.end(again) == "FAILED"
    assert told_once(stage, containing="again-waits failed in Freeze")
    # The next training takes the lock without waiting for the lease of a quarter of an hour to end.
    following = stage.train("after-the-stopped", as_of=date(1970, 1, 1))
    assert stage.end(following) == "FAILED"
    assert "NoGames: " in told_once(stage, containing="after-the-stopped failed in Freeze")
    assert lock_state(stage).holder is None


@dataclass
class Line:
    group: str
    text: str

    @cached_property
    def fields(self) -> dict[str, Any]:
        """Return the fields of a line of JSON, or nothing for any other line."""
        try:
            found = json.loads(self.text)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


@pytest.fixture(scope="module")
def lines(stage: Stage, two_versions: None) -> list[Line]:  # noqa: ARG001 — whose gate compares two models
    """Return every line of every log group, including those of the state machine and the containers."""
    logs = stage.aws.client("logs")
    return [
        Line(group["logGroupName"], text)
        for group in logs.describe_log_groups()["logGroups"]
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"])
        for event in page["events"]
        for text in event["message"].splitlines()
    ]


@pytest.mark.usefixtures("champion")
def test_functions_and_task_log_json_with_the_trainings_id(lines: list[Line]) -> None:
    logged = [line.fields for line in lines if "level" in line.fields]
    assert [found for found in logged if not found.get("correlation_id")] == []
    first = {found["service"] for found in logged if found["correlation_id"] == "first"}
    assert first == {"lock", "freeze", "train", "gate", "seal", "promote", "announce", "unlock"}


@pytest.mark.usefixtures("champion")
def test_a_drift_check_and_the_training_it_starts_log_the_same_id(stage: Stage, lines: list[Line]) -> None:
    response = stage.loop.check_drift(Window(start=date(2010, 11, 1), end=date(2010, 12, 1)))
    ids = {line.fields.get("correlation_id") for line in lines if line.fields.get("check_id") == response.check_id}
    if response.execution_arn:
        assert ids == {response.execution_arn.rsplit(":", 1)[-1]}
    else:
        assert ids <= {training_of_check(response.check_id)}


@pytest.mark.usefixtures("champion")
def test_every_invocation_emits_metrics_however_it_ends(lines: list[Line]) -> None:
    invocations = Counter(line.group for line in lines if line.text.startswith("START RequestId"))
    emitted = [line for line in lines if "_aws" in line.fields and line.fields["service"] != "train"]
    silent = invocations - Counter(line.group for line in emitted)
    assert Counter(line.group for line in emitted) <= invocations
    assert [group for group in silent if "ScoringPredict" not in group] == []
    assert silent.total() == len(KILLED)
    assert len(invocations) >= len({"check_drift", "lock", "freeze", "gate", "promote", "unlock", "notify"})
    directives = [directive for line in emitted for directive in line.fields["_aws"]["CloudWatchMetrics"]]
    assert {directive["Namespace"] for directive in directives} == {NAMESPACE}
    assert {line.fields["stage"] for line in emitted} == {"dev"}
    names = {metric["Name"] for directive in directives for metric in directive["Metrics"]}
    assert {"GatePassed", "GateAucDifference", "Promotions", "LockWaits", "RowsFrozen", "TimeLimitUsed"} <= names


@pytest.mark.usefixtures("champion")
def test_no_logged_line_contains_a_token_or_the_webhook(stage: Stage, lines: list[Line]) -> None:
    kept = games_ledger(stage).entries(APPROVALS_PREFIX)
    approvals = [ApprovalRecord.model_validate_json(each.document) for each in kept]
    secrets = {stage.slack.url, *(approval.token for approval in approvals)}
    assert len(lines) > 100
    assert [line.text for line in lines if any(secret in line.text for secret in secrets)] == []


@pytest.mark.usefixtures("champion")
def test_the_training_task_emits_its_duration(stage: Stage, lines: list[Line]) -> None:
    found = [line.fields for line in lines if line.fields.get("service") == "train"]
    (first,) = [line for line in found if "TrainingSeconds" in line and line["correlation_id"] == "first"]
    assert first["TrainingSeconds"] == [pytest.approx(sum(stage.loop.training("first").seconds.values()))]
    assert first["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["stage", "service"], ["stage"]]
