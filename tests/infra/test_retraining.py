"""These tests check the retraining state machine as Amazon States Language."""

import json
from typing import Any

import jsonata
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
from courtside.contracts.names import MODEL_ATTRIBUTE
from infra.constructs.retraining_steps import ANNOUNCED
from infra.settings import settings_for
from tests.infra.synthesized import SynthesizedStage, text

REQUEST = "{% $states.context.Execution.Input %}"
WORK = ("Lock", "Freeze", "Train", "Gate", "Seal", "Smoke", "Approve", "Promote")
OUR_FAILURES = {"States.ALL", "States.TaskFailed", "States.Timeout", "Lambda.Unknown"}


@pytest.fixture
def machine(stage: SynthesizedStage) -> dict[str, Any]:
    _, properties = stage.pipeline.only("AWS::StepFunctions::StateMachine", "RetrainingMachine")
    definition: dict[str, Any] = json.loads(text(properties["DefinitionString"]))
    return definition


@pytest.fixture
def states(machine: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = machine["States"]
    return found


def test_the_states_follow_each_other_as_designed(states: dict[str, dict[str, Any]]) -> None:
    assert {name: state["Next"] for name, state in states.items() if state["Type"] == "Task"} == {
        "Lock": "IsMine",
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
        "IsMine": {"Freeze": "$states.input.outcome = 'acquired'", "AnnounceNotStarted": ""},
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


@pytest.mark.parametrize("step", WORK)
def test_any_failure_of_a_working_step_is_announced(states: dict[str, dict[str, Any]], step: str) -> None:
    catch = states[step]["Catch"][-1]
    assert catch["ErrorEquals"] == ["States.ALL"]
    assert catch["Next"] == "AnnounceFailure"
    assert set(catch["Output"]) == {"failed_step", "error", "cause"}
    assert catch["Output"]["failed_step"] == step


def test_an_announced_failure_still_fails_the_execution(states: dict[str, dict[str, Any]]) -> None:
    assert states["RetrainingFailed"]["Type"] == "Fail"
    assert states["RetrainingFailed"]["Error"] == ANNOUNCED


def _stopped(*containers: tuple[str, int | None], code: str = "EssentialContainerExited") -> str:
    """Return the cause that Step Functions gives for a task that it considers failed."""
    described = [{"Name": name} | ({} if ended is None else {"ExitCode": ended}) for name, ended in containers]
    return json.dumps(
        {"StopCode": code, "StoppedReason": "Essential container in task exited", "Containers": described}
    )


@pytest.mark.parametrize("step", ["Train", "Smoke"])
@pytest.mark.parametrize(
    ("cause", "done"),
    [
        (_stopped(("aws-guardduty-agent-1aB2", 137), ("training", 0)), True),
        (_stopped(("training", 0), ("aws-guardduty-agent-1aB2", 1)), True),
        (_stopped(("aws-guardduty-agent-1aB2", 0), ("training", 4)), False),
        (_stopped(("aws-guardduty-agent-1aB2", 137), ("training", None)), False),
        (_stopped(("aws-guardduty-agent-1aB2", 0)), False),
        (_stopped(("training", 0), code="UserInitiated"), False),
        (_stopped(("training", 0), code="SpotInterruption"), False),
        ("Unable to assume the role of the task", False),
        (None, False),
    ],
)
def test_a_task_is_judged_by_our_own_container(
    states: dict[str, dict[str, Any]], step: str, cause: str | None, *, done: bool
) -> None:
    """Only our own container decides whether a task succeeded.

    GuardDuty's runtime monitoring adds a container whose exit code would fail a training that succeeded.
    """
    judged = states[step]["Catch"][0]
    assert (judged["ErrorEquals"], judged["Next"]) == (["States.TaskFailed"], f"Has{step}Failed")
    error = {"Error": "States.TaskFailed"} | ({} if cause is None else {"Cause": cause})
    state = {"errorOutput": error, "input": {"subject": "s"}}
    output = {name: _evaluated(value, state) for name, value in judged["Output"].items()}
    assert output["done"] is done
    way = states[f"Has{step}Failed"]["Choices"][0]
    assert bool(_evaluated(way["Condition"], {"input": output})) is done
    assert _evaluated(way["Output"], {"input": output}) == {"subject": "s"}, (
        "the output of the step before must be passed on"
    )


def test_people_read_the_exit_code_of_our_own_container(states: dict[str, dict[str, Any]]) -> None:
    cause = _stopped(("aws-guardduty-agent-1aB2", 0), ("training", 4))
    said = _evaluated(states["Train"]["Catch"][0]["Output"]["cause"], {"errorOutput": {"Cause": cause}})
    assert said == "Essential container in task exited (exit code 4)"


def _evaluated(value: str, state: dict[str, Any]) -> Any:
    if not value.startswith("{%"):
        return value
    expression = jsonata.Jsonata(value.removeprefix("{% ").removesuffix(" %}"))
    # JSONata itself lacks this function; Step Functions adds it.
    expression.register_lambda("parse", json.loads)
    bindings = expression.create_frame()
    bindings.bind("states", state)
    return expression.evaluate(None, bindings)


def test_an_expired_approval_keeps_the_champion(states: dict[str, dict[str, Any]]) -> None:
    expiry = states["Approve"]["Catch"][0]
    assert (expiry["ErrorEquals"], expiry["Next"]) == (["States.Timeout"], "AnnounceExpiry")
    for state in ("AnnounceExpiry", "AnnounceRefusal", "AnnounceRejection"):
        assert states[state]["Output"] == {"outcome": "kept"}


def test_a_failed_smoke_check_undoes_the_promotion_and_fails_the_execution(states: dict[str, dict[str, Any]]) -> None:
    judged, catch = states["Smoke"]["Catch"]
    assert (judged["ErrorEquals"], judged["Next"]) == (["States.TaskFailed"], "HasSmokeFailed")
    assert (catch["ErrorEquals"], catch["Next"]) == (["States.ALL"], "AnnounceFailure")


def test_a_failed_unlock_does_not_hide_the_outcome(states: dict[str, dict[str, Any]]) -> None:
    (catch,) = states["Unlock"]["Catch"]
    assert (catch["ErrorEquals"], catch["Next"]) == (["States.ALL"], "HowItEnded")
    assert catch["Output"] == states["Unlock"]["Output"] == {"outcome": "{% $states.input.outcome %}"}


def test_a_person_is_asked_although_the_slot_could_not_be_given_back(states: dict[str, dict[str, Any]]) -> None:
    (catch,) = states["GiveSlotBack"]["Catch"]
    assert (catch["ErrorEquals"], catch["Next"]) == (["States.ALL"], "Approve")
    assert catch["Output"] == states["GiveSlotBack"]["Output"] == "{% $states.input %}"


@pytest.mark.parametrize(
    ("outcome", "trained"), [("kept", True), ("promoted", True), ("failed", False), ("not_started", False)]
)
def test_only_a_training_that_was_judged_starts_the_cool_down(
    states: dict[str, dict[str, Any]], outcome: str, *, trained: bool
) -> None:
    assert _evaluated(states["Unlock"]["Arguments"]["Payload"]["trained"], {"input": {"outcome": outcome}}) is trained


def test_who_waits_for_a_person_keeps_the_lock_and_who_ends_does_not(states: dict[str, dict[str, Any]]) -> None:
    kept = {step: states[step]["Arguments"]["Payload"]["keeps_lock"] for step in ("GiveSlotBack", "Unlock")}
    assert kept == {"GiveSlotBack": True, "Unlock": False}


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
        if field != "cooldown_days"  # only the lock asks when a training may start
        for part in (f"--{field.replace('_', '-')}", f"{{% $states.context.Execution.Input.{field} %}}")
    ]
    assert override["Command"] == ["train", *expected]
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
        ("GiveSlotBack", UnlockRequest),
        ("Unlock", UnlockRequest),
    ],
)
def test_each_function_gets_exactly_the_fields_of_its_request(
    states: dict[str, dict[str, Any]], step: str, request_model: type[Payload]
) -> None:
    assert set(states[step]["Arguments"]["Payload"]) == set(request_model.model_fields)


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
    ],
)
def test_announcements_say_what_the_function_wrote(
    states: dict[str, dict[str, Any]], step: str, response: type[Payload]
) -> None:
    arguments = states[step]["Arguments"]
    assert {"subject", "message"} <= set(response.model_fields)
    assert arguments["Subject"] == "{% $substring($states.input.subject, 0, 100) %}"
    assert arguments["Message"] == "{% $states.input.message %}"


def test_every_alert_of_the_machine_names_its_model_for_the_filters(states: dict[str, dict[str, Any]]) -> None:
    alerts = [step for step in states.values() if step.get("Resource", "").endswith(":sns:publish")]
    assert len(alerts) > 3
    for step in alerts:
        assert step["Arguments"]["MessageAttributes"] == {
            MODEL_ATTRIBUTE: {"DataType": "String", "StringValue": "{% $states.context.Execution.Input.model %}"}
        }


def test_the_failure_alert_says_what_failed_and_what_it_means(states: dict[str, dict[str, Any]]) -> None:
    message = states["AnnounceFailure"]["Arguments"]["Message"]
    for part in (
        "Execution.Name",
        "Execution.Id",
        "failed_step",
        "input.error",
        "input.cause",
        "champion is untouched",
    ):
        assert part in message


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


def test_an_end_that_the_machine_cannot_announce_is_announced_once_by_a_rule(stage: SynthesizedStage) -> None:
    machine, _ = stage.pipeline.only("AWS::StepFunctions::StateMachine", "RetrainingMachine")
    _, rule = stage.pipeline.only("AWS::Events::Rule", "RetrainingWatch")
    assert rule["State"] == "ENABLED"
    assert rule["EventPattern"]["detail"] == {
        "stateMachineArn": [{"Ref": machine}],
        "$or": [
            {"status": ["TIMED_OUT", "ABORTED"]},
            {"status": ["FAILED"], "error": [{"anything-but": [ANNOUNCED]}]},
        ],
    }
    target, freeing = rule["Targets"]
    unlock, _ = stage.pipeline.only("AWS::Lambda::Function", "StepsUnlock")
    assert text(freeing["Arn"]) == f"<{unlock}.Arn>"
    assert freeing["InputTransformer"] == {
        "InputPathsMap": {
            "detail-input": "$.detail.input",
            "detail-stateMachineArn": "$.detail.stateMachineArn",
        },
        "InputTemplate": '{"request":<detail-input>,"trained":false,"machine":<detail-stateMachineArn>}',
    }
    topic, _ = stage.pipeline.only("AWS::SNS::Topic")
    assert target["Arn"] == {"Ref": topic}
    sentence = target["InputTransformer"]["InputTemplate"]
    assert sentence.startswith('"Retraining <detail-name> ended as <detail-status>')
