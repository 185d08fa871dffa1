"""However a retraining ends, people are told, and its lock and its slot are given back."""

import json
from typing import Any

import jsonata
import pytest

from courtside.contracts.names import MODEL_ATTRIBUTE
from infra.constructs.retraining_steps import ANNOUNCED
from tests.infra.synthesized import SynthesizedStage, text

WORK = (
    *("Lock", "Freeze", "Train", "Gate", "Seal", "Smoke", "Approve", "Promote"),
    *("FindPrevious", "SmokePrevious", "RollBack"),
)


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


@pytest.mark.parametrize("step", ["Train", "Smoke", "SmokePrevious"])
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
    ("outcome", "trained"),
    [("kept", True), ("promoted", True), ("rolled_back", False), ("failed", False), ("not_started", False)],
)
def test_only_a_training_that_was_judged_starts_the_cool_down(
    states: dict[str, dict[str, Any]], outcome: str, *, trained: bool
) -> None:
    assert _evaluated(states["Unlock"]["Arguments"]["Payload"]["trained"], {"input": {"outcome": outcome}}) is trained


def test_who_waits_for_a_person_keeps_the_lock_and_who_ends_does_not(states: dict[str, dict[str, Any]]) -> None:
    kept = {step: states[step]["Arguments"]["Payload"]["keeps_lock"] for step in ("GiveSlotBack", "Unlock")}
    assert kept == {"GiveSlotBack": True, "Unlock": False}


def test_a_failure_is_announced_with_its_step_error_and_cause(states: dict[str, dict[str, Any]]) -> None:
    payload = states["AnnounceFailure"]["Arguments"]["Payload"]
    given = {name: f"{{% $states.input.{name} %}}" for name in ("failed_step", "error", "cause")}
    assert {name: payload[name] for name in given} == given


WITHOUT_THE_FUNCTION = [
    (
        "AnnouncePromotion",
        {"subject": "version 3 is champion", "message": "why it is"},
        "promoted",
        "version 3 is champion",
        ["why it is"],
    ),
    (
        "AnnounceRollBack",
        {"subject": "version 2 is champion again", "message": "why"},
        "rolled_back",
        "version 2 is champion again",
        ["why"],
    ),
    (
        "AnnounceFailure",
        {"failed_step": "Train", "error": "States.TaskFailed", "cause": "it exited"},
        "failed",
        "Courtside: a retraining of churn ended: failed",
        ["churn.t1 ended: failed", "It failed in Train (States.TaskFailed): it exited"],
    ),
    ("AnnounceExpiry", {}, "kept", "Courtside: a retraining of churn ended: expired", ["churn.t1 ended: expired."]),
    ("AnnounceRefusal", {"by": "arn:me"}, "kept", "Courtside: a retraining of churn ended: refused", ["refused."]),
]


@pytest.mark.parametrize(("step", "given", "outcome", "subject", "words"), WITHOUT_THE_FUNCTION)
def test_people_are_told_plainly_where_the_function_that_tells_them_fails(
    states: dict[str, dict[str, Any]], step: str, given: dict[str, str], outcome: str, subject: str, words: list[str]
) -> None:
    (catch,) = states[step]["Catch"]
    assert (catch["ErrorEquals"], catch["Next"]) == (["States.ALL"], "TellPlainly")
    failed = {"Error": "Lambda.Unknown", "Cause": json.dumps({"errorMessage": "the ledger does not answer"})}
    context = {"Execution": {"Id": "arn:1", "Name": "churn.t1", "Input": {"model": "churn", "training_id": "t1"}}}
    known = _evaluated(catch["Output"], {"errorOutput": failed, "input": given, "context": context})
    assert known["outcome"] == outcome
    state = {"input": known, "context": context}
    plain = states["TellPlainly"]["Arguments"]
    assert _evaluated(plain["Subject"], state) == subject
    said = _evaluated(plain["Message"], state)
    for each in (*words, "itself: the ledger does not answer", "courtside runs show t1 --model churn"):
        assert each in said
    attributes = plain["MessageAttributes"]
    assert _evaluated(attributes[MODEL_ATTRIBUTE]["StringValue"], state) == "churn"
    assert _evaluated(states["TellPlainly"]["Output"]["outcome"], state) == outcome


def test_even_of_a_request_that_names_no_model_people_are_told(states: dict[str, dict[str, Any]]) -> None:
    """SNS refuses an attribute without a value, and a state whose expression gives nothing fails."""
    known = {"outcome": "failed", "ended": "failed", "untold": "no model", "failed_step": "Lock", "error": "E"}
    state = {"input": known, "context": {"Execution": {"Id": "arn:1", "Name": "by-hand", "Input": {}}}}
    plain = states["TellPlainly"]["Arguments"]
    assert _evaluated(plain["MessageAttributes"][MODEL_ATTRIBUTE]["StringValue"], state) == "unknown"
    assert "a retraining of unknown ended: failed" in _evaluated(plain["Subject"], state)
    assert "It failed in Lock (E)" in _evaluated(plain["Message"], state)


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
    announce, _ = stage.pipeline.only("AWS::Lambda::Function", "StepsAnnounce")
    assert text(target["Arn"]) == f"<{announce}.Arn>"
    assert target["InputTransformer"]["InputTemplate"] == (
        '{"request":<detail-input>,"ended":"broken","execution":<detail-executionArn>,"status":<detail-status>}'
    )
    assert all("DeadLetterConfig" in each for each in rule["Targets"])
