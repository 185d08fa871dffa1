"""These tests check the retraining state machine as Amazon States Language."""

from typing import Any

import pytest

from courtside.contracts.events import (
    ApprovalAnswer,
    ApprovalRequest,
    GateRequest,
    GateResponse,
    LockResponse,
    Payload,
    PromoteRequest,
    PromoteResponse,
    RetrainingRequest,
    SealRequest,
    UnlockRequest,
)
from courtside.contracts.retraining_ends import AnnounceRequest, Ending, RollBackRequest, RollBackResponse
from infra.settings import settings_for
from tests.infra.synthesized import SynthesizedStage

REQUEST = "{% $states.context.Execution.Input %}"
OUR_FAILURES = {"States.ALL", "States.TaskFailed", "States.Timeout", "Lambda.Unknown"}


def test_the_states_follow_each_other_as_designed(states: dict[str, dict[str, Any]]) -> None:
    assert {name: state["Next"] for name, state in states.items() if state["Type"] == "Task"} == {
        "Lock": "IsMine",
        "FindPrevious": "IsWanted",
        "SmokePrevious": "RollBack",
        "RollBack": "AnnounceRollBack",
        "AnnounceRollBack": "Unlock",
        "TellPlainly": "Unlock",
        "AnnounceNotStarted": "Unlock",
        "Freeze": "Train",
        "Train": "Gate",
        "Gate": "ShouldPromote",
        "AnnounceRejection": "Unlock",
        "Approve": "IsApproved",
        "AnnounceExpiry": "Unlock",
        "AnnounceRefusal": "Unlock",
        "Seal": "Smoke",
        "Smoke": "NeedsApproval",
        "Promote": "AnnouncePromotion",
        "AnnouncePromotion": "Unlock",
        "AnnounceFailure": "Unlock",
        "GiveSlotBack": "Approve",
        "Unlock": "HowItEnded",
    }
    assert {name: _ways(state) for name, state in states.items() if state["Type"] == "Choice"} == {
        "IsMine": {"IsRollback": "$states.input.outcome = 'acquired'", "AnnounceNotStarted": ""},
        "IsRollback": {"FindPrevious": "$exists($states.context.Execution.Input.roll_back_to)", "Freeze": ""},
        "IsWanted": {"SmokePrevious": "$states.input.wanted", "AnnounceNotStarted": ""},
        "HasSmokePreviousFailed": {"RollBack": "$states.input.done", "AnnounceFailure": ""},
        "ShouldPromote": {"Seal": "$states.input.promote", "AnnounceRejection": ""},
        "NeedsApproval": {"GiveSlotBack": "$states.input.needs_approval", "Promote": ""},
        "IsApproved": {"Promote": "$states.input.approved = true", "AnnounceRefusal": ""},
        "HasTrainFailed": {"Gate": "$states.input.done", "AnnounceFailure": ""},
        "HasSmokeFailed": {"NeedsApproval": "$states.input.done", "AnnounceFailure": ""},
        "HowItEnded": {"RetrainingFailed": "$states.input.outcome = 'failed'", "Finished": ""},
    }


def _ways(state: dict[str, Any]) -> dict[str, str]:
    found = {way["Next"]: way["Condition"].removeprefix("{% ").removesuffix(" %}") for way in state["Choices"]}
    return {**found, state["Default"]: ""}


def test_every_task_has_a_timeout_and_the_machine_outlasts_their_sum(machine: dict[str, Any]) -> None:
    tasks = {name: state["TimeoutSeconds"] for name, state in machine["States"].items() if state["Type"] == "Task"}
    wait = machine["States"]["Approve"]["Arguments"]["Payload"]["wait_seconds"]
    assert tasks["Approve"] == wait
    assert all(seconds <= 3600 for name, seconds in tasks.items() if name != "Approve")
    assert machine["TimeoutSeconds"] >= sum(tasks.values())


def test_only_errors_of_aws_services_are_retried_with_backoff(states: dict[str, dict[str, Any]]) -> None:
    for state in states.values():
        for retry in state.get("Retry", []):
            assert not OUR_FAILURES & set(retry["ErrorEquals"])
            assert retry["BackoffRate"] > 1
            assert retry["MaxAttempts"] <= 3
    assert all("Retry" in state for state in states.values() if state["Type"] == "Task")


def test_training_waits_for_the_task_and_hands_over_the_whole_request(states: dict[str, dict[str, Any]]) -> None:
    train = states["Train"]
    assert train["Resource"] == "arn:aws:states:::ecs:runTask.sync"
    (override,) = train["Arguments"]["Overrides"]["ContainerOverrides"]
    assert override["Name"] == "training"
    expected = [
        part
        for field in RetrainingRequest.model_fields
        # Only the lock asks when a training may start, and a rollback trains nothing.
        if field not in {"cooldown_days", "recalibrate", "roll_back_to", "roll_back_from", "history"}
        for part in (f"--{field.replace('_', '-')}", f"{{% $states.context.Execution.Input.{field} %}}")
    ]
    given = "$states.context.Execution.Input"  # a request has these two only where they are asked for
    recalibrates = f"{{% $exists({given}.recalibrate) and {given}.recalibrate ? 'true' : 'false' %}}"
    history = f"{{% $exists({given}.history) ? {given}.history : 'all' %}}"
    assert override["Command"] == ["train", *expected, "--recalibrate", recalibrates, "--history", history]
    assert train["Arguments"]["PropagateTags"] == "TASK_DEFINITION", (
        "the tags that count its cost towards the stage's budget are missing"
    )
    network = train["Arguments"]["NetworkConfiguration"]["AwsvpcConfiguration"]
    assert network["AssignPublicIp"] == "ENABLED"
    assert all("NetworkPublic" in subnet for subnet in network["Subnets"])


@pytest.mark.parametrize(
    ("step", "request_model"),
    [
        ("Gate", GateRequest),
        ("Approve", ApprovalRequest),
        ("Promote", PromoteRequest),
        ("Seal", SealRequest),
        ("RollBack", RollBackRequest),
        ("GiveSlotBack", UnlockRequest),
        ("Unlock", UnlockRequest),
    ],
)
def test_each_function_gets_exactly_the_fields_of_its_request(
    states: dict[str, dict[str, Any]], step: str, request_model: type[Payload]
) -> None:
    assert set(states[step]["Arguments"]["Payload"]) == set(request_model.model_fields)


def test_the_first_step_of_a_rollback_has_no_seal_yet(states: dict[str, dict[str, Any]]) -> None:
    found, moved = (states[step]["Arguments"]["Payload"] for step in ("FindPrevious", "RollBack"))
    assert moved == {**found, "sha256": "{% $states.input.sha256 %}"}
    assert states["FindPrevious"]["Arguments"]["FunctionName"] == states["RollBack"]["Arguments"]["FunctionName"]
    assert "sha256" in RollBackResponse.model_fields
    assert "wanted" in RollBackResponse.model_fields


@pytest.mark.parametrize("step", ["Lock", "Freeze"])
def test_lock_and_freeze_get_the_whole_request(states: dict[str, dict[str, Any]], step: str) -> None:
    assert states[step]["Arguments"]["Payload"] == REQUEST


def test_a_step_uses_only_fields_that_the_step_before_returns() -> None:
    assert {"promote", "needs_approval"} <= set(GateResponse.model_fields)
    assert set(ApprovalAnswer.model_fields) == {"approved", "by"}
    assert "outcome" in LockResponse.model_fields
    assert "training_id" in RetrainingRequest.model_fields


@pytest.mark.parametrize(
    ("step", "response"),
    [
        ("AnnounceNotStarted", LockResponse),
        ("AnnouncePromotion", PromoteResponse),
        ("AnnounceRejection", GateResponse),
        ("AnnounceRollBack", RollBackResponse),
    ],
)
def test_announcements_say_what_the_function_wrote(
    states: dict[str, dict[str, Any]], step: str, response: type[Payload]
) -> None:
    payload = states[step]["Arguments"]["Payload"]
    assert {"subject", "message"} <= set(response.model_fields)
    assert payload["subject"] == "{% $states.input.subject %}"
    assert payload["message"] == "{% $states.input.message %}"


def announcing(states: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the payload of each state that tells people how a retraining ended."""
    return {name: state["Arguments"]["Payload"] for name, state in states.items() if name.startswith("Announce")}


def test_every_end_is_announced_with_the_request_and_the_execution(states: dict[str, dict[str, Any]]) -> None:
    """What ends `broken` is announced by a rule, because the machine could not."""
    payloads = announcing(states)
    assert {payload["ended"] for payload in payloads.values()} == set(Ending) - {Ending.BROKEN}
    for payload in payloads.values():
        assert set(payload) <= set(AnnounceRequest.model_fields)
        assert payload["request"] == REQUEST
        assert payload["execution"] == "{% $states.context.Execution.Id %}"


@pytest.mark.parametrize("step", ["Lock", "Unlock"])
def test_as_many_trainings_run_at_once_as_the_setting_says(stage: SynthesizedStage, step: str) -> None:
    _, function = stage.pipeline.only("AWS::Lambda::Function", f"Steps{step}")
    allowed = function["Environment"]["Variables"]["COURTSIDE_TRAININGS_AT_ONCE"]
    assert allowed == str(settings_for("dev").trainings_at_once)


def test_the_execution_is_logged_without_its_data_and_traced(stage: SynthesizedStage) -> None:
    """The execution is traced and logged without its data, because the data holds the token of an approval."""
    _, properties = stage.pipeline.only("AWS::StepFunctions::StateMachine", "RetrainingMachine")
    assert properties["LoggingConfiguration"]["Level"] == "ALL"
    assert properties["LoggingConfiguration"]["IncludeExecutionData"] is False
    assert properties["TracingConfiguration"] == {"Enabled": True}
