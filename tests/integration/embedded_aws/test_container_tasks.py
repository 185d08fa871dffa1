"""Tasks of ECS run as processes here: they wait for each other, and end when nothing needs them any more."""

import json
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.integration.embedded_aws.conftest import Deployed
from tests.integration.embedded_aws.waiting import until


def test_a_task_of_an_unknown_image_says_so(deployed: Deployed) -> None:
    ecs = deployed.aws.client("ecs")
    container = {"name": "other", "image": "somewhere.example/other:latest"}
    ecs.register_task_definition(family="other", containerDefinitions=[container])
    task = ecs.run_task(cluster=deployed.output("Cluster"), taskDefinition="other")["tasks"][0]["taskArn"]

    def described() -> dict[str, Any]:
        found: dict[str, Any] = ecs.describe_tasks(cluster=deployed.output("Cluster"), tasks=[task])["tasks"][0]
        return found

    assert until(lambda: described()["lastStatus"] == "STOPPED")
    assert "No asset folder is known for image somewhere.example/other:latest" in described()["stoppedReason"]


@pytest.mark.parametrize("code", [0, 4])
def test_a_container_that_depends_on_anothers_success_starts_only_after_it(
    deployed: Deployed, code: int, tmp_path: Path
) -> None:
    ecs = deployed.aws.client("ecs")
    image = ecs.describe_task_definition(taskDefinition="training")["taskDefinition"]["containerDefinitions"][0][
        "image"
    ]
    told = tmp_path / "told"
    first = {
        "name": "first", "image": image, "essential": False,
        "entryPoint": ["sh", "-c"], "command": [f"sleep .3; echo first >> {told}; exit {code}"],
    }  # fmt: skip
    second = {
        "name": "second", "image": image, "entryPoint": ["sh", "-c"], "command": [f"echo second >> {told}"],
        "dependsOn": [{"containerName": "first", "condition": "SUCCESS"}],
    }  # fmt: skip
    ecs.register_task_definition(family="ordered", containerDefinitions=[first, second])
    task = ecs.run_task(cluster=deployed.output("Cluster"), taskDefinition="ordered")["tasks"][0]["taskArn"]

    def described() -> dict[str, Any]:
        found: dict[str, Any] = ecs.describe_tasks(cluster=deployed.output("Cluster"), tasks=[task])["tasks"][0]
        return found

    assert until(lambda: described()["lastStatus"] == "STOPPED")
    assert told.read_text().split() == (["first", "second"] if code == 0 else ["first"])
    assert ("exited with 4" in described()["stoppedReason"]) is bool(code)


def test_a_stopped_task_ends_its_process(deployed: Deployed) -> None:
    ecs = deployed.aws.client("ecs")
    image = ecs.describe_task_definition(taskDefinition="training")["taskDefinition"]["containerDefinitions"][0][
        "image"
    ]
    container = {"name": "sleeper", "image": image, "entryPoint": ["sh", "-c"], "command": ["sleep 86399"]}
    ecs.register_task_definition(family="sleeper", containerDefinitions=[container])
    task = ecs.run_task(cluster=deployed.output("Cluster"), taskDefinition="sleeper")["tasks"][0]["taskArn"]
    assert until(lambda: _running("sleep 86399"))
    ecs.stop_task(cluster=deployed.output("Cluster"), task=task)
    assert until(lambda: not _running("sleep 86399"))


@pytest.mark.parametrize(("seconds", "status"), [(1, "FAILED"), (600, "ABORTED")], ids=["timed out", "stopped"])
def test_a_task_that_no_state_waits_for_any_more_ends(deployed: Deployed, seconds: int, status: str) -> None:
    ecs, states = deployed.aws.client("ecs"), deployed.aws.client("stepfunctions")
    described = states.describe_state_machine(stateMachineArn=deployed.output("Training"))
    definition = json.loads(described["definition"])
    run, sleep = definition["States"]["Run"], f"sleep {86300 + seconds}"
    (container,) = ecs.describe_task_definition(taskDefinition="training")["taskDefinition"]["containerDefinitions"]
    ecs.register_task_definition(
        family=f"sleeps{seconds}", containerDefinitions=[{**container, "entryPoint": ["sh", "-c"], "command": [sleep]}]
    )
    del run["Parameters"]["Overrides"]
    run["Parameters"]["TaskDefinition"] = f"sleeps{seconds}"
    run["TimeoutSeconds"] = seconds
    machine = states.create_state_machine(
        name=f"sleeps{seconds}", roleArn=described["roleArn"], definition=json.dumps(definition)
    )["stateMachineArn"]
    execution = states.start_execution(stateMachineArn=machine)["executionArn"]
    assert until(lambda: _running(sleep))
    if status == "ABORTED":
        states.stop_execution(executionArn=execution)
    assert until(lambda: not _running(sleep))
    assert until(lambda: states.describe_execution(executionArn=execution)["status"] == status)


def _running(command: str) -> bool:
    lines = [" ".join(each.info["cmdline"] or []) for each in psutil.process_iter(["cmdline"])]
    return any(line == command or line.endswith(f"-c {command}") for line in lines)
