"""Parliament and rules of our own check every policy: of functions, tasks, machine, schedules and resources."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from courtside.contracts.templates.resources import Resource, short
from infra.validation.policies import Policies, Policy
from infra.validation.principals import PAGE, tables, written
from infra.validation.unscoped import UNSCOPED
from tests.infra.iam_linter import found_in
from tests.infra.synthesized import SynthesizedStage

SERVICES = {"ecs-tasks.amazonaws.com", "lambda.amazonaws.com", "scheduler.amazonaws.com", "states.amazonaws.com"}
MACHINE, WATCH = "RetrainingMachineRole", "WatchMachineRole"


@pytest.fixture(params=["dev", "prod"])
def read(request: pytest.FixtureRequest) -> Policies:
    stage: SynthesizedStage = request.getfixturevalue(request.param)
    return Policies(stage.templates)


@pytest.mark.parametrize(
    ("statement", "issue"),
    [
        ({"Action": "s3:GetObjects", "Resource": "*"}, "UNKNOWN_ACTION"),
        ({"Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket"}, "RESOURCE_MISMATCH"),
        ({"Action": "s3:GetObject", "Resource": "bucket/*"}, "INVALID_ARN"),
        ({"Action": "ecs:StopTask", "Resource": "*"}, "RESOURCE_STAR"),
    ],
)
def test_parliament_reports_a_real_mistake(statement: dict[str, Any], issue: str) -> None:
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]}
    assert [found.split(":")[0] for found in found_in(document)] == [issue]


def _granted(policies: list[Policy]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for policy in policies:
        for statement in policy.statements:
            yield policy.holder, statement


# This is CDK's grant on an encrypted topic, as the manual of SNS describes it.
A_DATA_KEY = "kms:GenerateDataKey*"


def test_every_role_names_each_action(read: Policies) -> None:
    for holder, statement in _granted(read.of_roles()):
        assert "NotAction" not in statement, holder
        assert not [action for action in statement["Action"] if "*" in action and action != A_DATA_KEY], holder
        assert statement["Effect"] == "Deny" or "NotResource" not in statement, holder


def test_an_action_on_every_resource_has_a_written_reason_and_every_reason_is_needed(read: Policies) -> None:
    anywhere = {
        action
        for _, statement in _granted(read.of_roles())
        if statement["Effect"] == "Allow" and "*" in statement.get("Resource", ())
        for action in statement["Action"]
    }
    assert anywhere == set(UNSCOPED)
    assert all(reason.endswith(".") and len(reason) > 30 for reason in UNSCOPED.values())


TASKS = "arn:aws:ecs:us-east-1:123456789012:task/TrainingCluster/*"
TO_TASKS = {"StringNotEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}


def test_the_machine_is_denied_every_task_but_those_of_training(read: Policies) -> None:
    assert _denied_elsewhere(read)[MACHINE] == (["ecs:DescribeTasks", "ecs:StopTask"], [TASKS])


def test_the_watch_is_denied_every_object_but_its_lists(read: Policies) -> None:
    denied = _denied_elsewhere(read)
    assert denied[WATCH] == (["s3:GetObject"], ["arn:aws:s3:::LakeBucket/watch/*"])
    assert set(denied) == {MACHINE, WATCH}


def _denied_elsewhere(read: Policies) -> dict[str, tuple[list[str], list[str]]]:
    return {
        holder: (statement["Action"], statement["NotResource"])
        for holder, statement in _granted(read.of_roles())
        if statement["Effect"] == "Deny" and "NotResource" in statement
    }


def test_roles_may_be_passed_only_to_tasks(read: Policies) -> None:
    """A role is passed only to tasks, because another service that received it would work with the same rights."""
    policies = list(_granted(read.of_roles()))
    passing = {holder: statement for holder, statement in policies if "iam:PassRole" in statement["Action"]}
    assert len(passing) == 2
    for holder, statement in passing.items():
        allowed = statement.get("Condition", {}).get("StringLike", {}).get("iam:PassedToService")
        denied = (holder, {"Effect": "Deny", "Action": ["iam:PassRole"], "Resource": ["*"], "Condition": TO_TASKS})
        assert allowed == "ecs-tasks.amazonaws.com" or denied in policies, holder


def test_a_task_that_is_started_with_its_tags_needs_the_right_to_set_them(read: Policies) -> None:
    tagging = {
        holder: (statement["Resource"], statement.get("Condition"))
        for holder, statement in _granted(read.of_roles())
        if "ecs:TagResource" in statement["Action"]
    }
    assert tagging.pop(MACHINE) == ([TASKS], {"StringEquals": {"ecs:CreateAction": "RunTask"}})
    ((_, (tasks, _)),) = tagging.items()
    assert tasks == ["arn:aws:ecs:us-east-1:123456789012:task/MlflowCluster/*"]


def test_a_role_is_assumed_only_by_the_service_it_is_for(read: Policies) -> None:
    roles = read.resources.of_kind("AWS::IAM::Role")
    documents = [role.properties["AssumeRolePolicyDocument"] for role in roles]
    trusted = [statement["Principal"] for document in documents for statement in document["Statement"]]
    assert all(set(principal) == {"Service"} for principal in trusted)
    assert {principal["Service"] for principal in trusted} == SERVICES


def test_no_resource_lets_everybody_in(read: Policies) -> None:
    policies = read.of_resources()
    assert len(policies) >= 6
    for holder, statement in _granted(policies):
        everybody = statement["Principal"] == "*" or "*" in statement["Principal"].get("AWS", [])
        assert statement["Effect"] == "Deny" or not everybody, holder


def test_no_role_has_a_managed_policy(read: Policies) -> None:
    roles = read.resources.of_kind("AWS::IAM::Role")
    assert len(roles) > 10
    assert [role.name for role in roles if "ManagedPolicyArns" in role.properties] == []


# A state that waits for a task needs these beside the permission for the task itself.
WAITING = {"events:DescribeRule", "events:PutRule", "events:PutTargets"}


def test_the_machine_may_do_what_its_states_do_and_nothing_else(read: Policies) -> None:
    allowed = {
        (action, resource)
        for holder, statement in _granted(read.of_roles())
        if holder == MACHINE and statement["Effect"] == "Allow" and "*" not in statement["Resource"]
        for action in statement["Action"]
        for resource in statement["Resource"]
    }
    # CDK also grants the versions of each called function; they are left out here.
    called = {(action, resource) for action, resource in allowed if not resource.endswith(":*")}
    assert {action for action, _ in called - _needed(read)} == {
        "iam:PassRole", "ecs:TagResource", "kms:Decrypt", A_DATA_KEY, *WAITING,
    }  # fmt: skip
    assert _needed(read) <= called
    passed = {resource.rsplit("/", 1)[1] for action, resource in called if action == "iam:PassRole"}
    assert passed == {"TrainingTaskTaskRole", "TrainingTaskExecutionRole"}


def _machine(read: Policies, name: str) -> Resource:
    machines = read.resources.of_kind("AWS::StepFunctions::StateMachine")
    return next(each for each in machines if short(each.logical_id) == name)


def _needed(read: Policies) -> set[tuple[str, str]]:
    """Return what the states of the machine call, as (action, resource)."""
    machine = _machine(read, "RetrainingMachine")
    tasks = read.resources.of_kind("AWS::ECS::TaskDefinition")
    families = {task.properties["Family"]: task.logical_id for task in tasks}
    found = set()
    for state in json.loads(read.text(machine.stack, machine.properties["DefinitionString"]))["States"].values():
        given = state.get("Arguments")
        match state.get("Resource", "").removeprefix("arn:aws:states:::"):
            case "":
                assert state["Type"] != "Task"
            case "lambda:invoke" | "lambda:invoke.waitForTaskToken":
                found.add(("lambda:InvokeFunction", given["FunctionName"]))
            case "sns:publish":
                found.add(("sns:Publish", given["TopicArn"]))
            case "ecs:runTask.sync":
                task_id = families[given["TaskDefinition"]]
                found.add(("ecs:RunTask", read.text(machine.stack, {"Ref": task_id})))
            case "states:startExecution":
                assert given["StateMachineArn"] == "{% $states.context.StateMachine.Id %}"
                found.add(("states:StartExecution", read.text(machine.stack, {"Ref": machine.logical_id})))
            case other:
                pytest.fail(f"which permission does {other} need?")
    return found


def test_only_eventbridge_publishes_without_naming_its_account(read: Policies) -> None:
    """Only EventBridge may publish without naming its account, since its manual shows no condition for topics.

    CDK grants it like that; every other service names its account or its source.
    """
    unconditional = {
        (holder, service)
        for holder, statement in _granted(read.of_resources())
        if statement["Effect"] == "Allow" and "Condition" not in statement
        for service in statement["Principal"].get("Service", ())
    }
    assert unconditional == {(holder, "events.amazonaws.com") for holder in ("AlertsTopicPolicy", "AlertsKey")}


def test_a_function_that_is_called_asynchronously_keeps_what_failed(stage: SynthesizedStage) -> None:
    """A function called asynchronously keeps what failed, because Scheduler, SNS and EventBridge do not wait for its
    outcome.
    """
    functions = stage.pipeline.of_type("AWS::Lambda::Function")
    subscribed = [s["Endpoint"] for s in stage.of_type("AWS::SNS::Subscription").values() if s["Protocol"] == "lambda"]
    scheduled = [s["Target"]["Arn"] for s in stage.of_type("AWS::Scheduler::Schedule").values()]
    ruled = [target["Arn"] for rule in stage.of_type("AWS::Events::Rule").values() for target in rule["Targets"]]
    called = {arn["Fn::GetAtt"][0] for arn in (*subscribed, *scheduled, *ruled) if "Fn::GetAtt" in arn}
    asynchronous = called & set(functions)
    assert len(asynchronous) >= 2
    assert [name for name in asynchronous if "DeadLetterConfig" not in functions[name]] == []


def test_the_page_on_security_says_who_may_do_what(dev: SynthesizedStage) -> None:
    page = PAGE.read_text()
    assert page == written(page, Policies(dev.templates)), "run: python -m infra.validation.principals"


def test_prod_grants_what_dev_grants_and_lets_log_delivery_write(dev: SynthesizedStage, prod: SynthesizedStage) -> None:
    in_dev = set(tables(Policies(dev.templates)).splitlines())
    in_prod = set(tables(Policies(prod.templates)).splitlines())
    assert in_dev <= in_prod
    assert {line.split(" | ")[0] for line in in_prod - in_dev} == {
        "| delivery.logs.amazonaws.com",
        "| logging.s3.amazonaws.com",
    }
