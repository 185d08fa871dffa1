"""What a stage did is known from the order of its executions, and from AWS's own times."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from courtside.adapters.stage_work import StageWork
from tests.fakes.production import NOW

TRAININGS, ROUNDS = (f"arn:aws:states:eu-central-1:123456789012:stateMachine:{name}" for name in ("T", "R"))


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    client = boto3.client("stepfunctions", region_name="eu-central-1")
    monkeypatch.setattr(boto3, "client", lambda _: client)
    with Stubber(client) as stubbed:
        yield stubbed
        stubbed.assert_no_pending_responses()


def listed(aws: Stubber, machine: str, executions: Mapping[str, int | None], **asked: str) -> None:
    """List executions, each with the hour of its end, if it has ended; all began long ago."""
    rows: list[dict[str, Any]] = [
        {"executionArn": f"{machine}:{name}", "stateMachineArn": machine, "name": name, "status": "SUCCEEDED",
         "startDate": NOW - timedelta(days=9)} | ({} if end is None else {"stopDate": NOW + timedelta(hours=end)})
        for name, end in executions.items()
    ]  # fmt: skip
    aws.add_response("list_executions", {"executions": rows}, {"stateMachineArn": machine, **asked})


def test_what_began_after_the_newest_ones_and_what_runs_is_found_whatever_time_it_is(aws: Stubber) -> None:
    listed(aws, TRAININGS, {})
    listed(aws, ROUNDS, {"round-2": 0, "round-1": 0})
    work = StageWork(TRAININGS, ROUNDS)
    newest = work.newest()
    assert newest == {TRAININGS: None, ROUNDS: "round-2"}
    listed(aws, TRAININGS, {"churn.first": 0})
    listed(aws, ROUNDS, {"round-3": None, "round-2": 0, "round-1": 0})
    listed(aws, TRAININGS, {}, statusFilter="RUNNING")
    listed(aws, ROUNDS, {"round-3": None, "round-1": None}, statusFilter="RUNNING")
    assert work.begun_after(newest) == ["churn.first", "round-3", "round-1"]


def test_trainings_that_had_not_ended_by_a_moment_are_undone_by_coming_back_to_it(aws: Stubber) -> None:
    listed(aws, TRAININGS, {"runs": None, "after": 1, "then": 0, "waited-for-approval": 2, "before": -1})
    assert StageWork(TRAININGS, ROUNDS).trainings_since(NOW) == ["runs", "after", "waited-for-approval"]
