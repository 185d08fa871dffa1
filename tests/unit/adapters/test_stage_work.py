"""What a stage did is known from the order of its executions, and from AWS's own times."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from botocore.stub import Stubber

from courtside.adapters.stage_work import StageWork
from tests.fakes.production import NOW

TRAININGS, ROUNDS = (f"arn:aws:states:eu-central-1:123456789012:stateMachine:{name}" for name in ("T", "R"))


def listed(states: Stubber, machine: str, executions: Mapping[str, int | None], **asked: str) -> None:
    """List executions, each with the hour of its end, if it has ended; all began long ago."""
    rows: list[dict[str, Any]] = [
        {"executionArn": f"{machine}:{name}", "stateMachineArn": machine, "name": name, "status": "SUCCEEDED",
         "startDate": NOW - timedelta(days=9)} | ({} if end is None else {"stopDate": NOW + timedelta(hours=end)})
        for name, end in executions.items()
    ]  # fmt: skip
    states.add_response("list_executions", {"executions": rows}, {"stateMachineArn": machine, **asked})


def test_what_began_after_the_newest_ones_and_what_runs_is_found_whatever_time_it_is(states: Stubber) -> None:
    listed(states, TRAININGS, {})
    listed(states, ROUNDS, {"round-2": 0, "round-1": 0})
    work = StageWork(TRAININGS, ROUNDS)
    newest = work.newest()
    assert newest == {TRAININGS: None, ROUNDS: "round-2"}
    listed(states, TRAININGS, {"churn.first": 0})
    listed(states, ROUNDS, {"round-3": None, "round-2": 0, "round-1": 0})
    listed(states, TRAININGS, {}, statusFilter="RUNNING")
    listed(states, ROUNDS, {"round-3": None, "round-1": None}, statusFilter="RUNNING")
    assert work.begun_after(newest) == ["churn.first", "round-3", "round-1"]


def test_trainings_that_had_not_ended_by_a_moment_are_undone_by_coming_back_to_it(states: Stubber) -> None:
    listed(states, TRAININGS, {"runs": None, "after": 1, "then": 0, "waited-for-approval": 2, "before": -1})
    assert StageWork(TRAININGS, ROUNDS).trainings_since(NOW) == ["runs", "after", "waited-for-approval"]
