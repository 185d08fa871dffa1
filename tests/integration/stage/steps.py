"""Several tests of a stage share these actions and queries."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from courtside.adapters.dynamodb_ledger import DynamoDbLedger
from courtside.adapters.mlflow_registry import MlflowRegistry
from courtside.contracts.names import StackOutput
from courtside.workflows.model_ledger import ModelLedger
from tests.integration.stage.conftest import Stage
from tests.integration.stage.test_loop import texts


def ledger(stage: Stage) -> DynamoDbLedger:
    return DynamoDbLedger(stage.loop.output(StackOutput.LEDGER_TABLE))


def games_ledger(stage: Stage) -> ModelLedger:
    """Return what the ledger holds of the model of games."""
    return ModelLedger(ledger(stage), "nba_games")


def champion_version(stage: Stage) -> str | None:
    return MlflowRegistry(stage.aws.tracking_url).champion_version()


def waited(stage: Stage, arn: str, state: str, *, timeout: float = 600) -> None:
    """Wait until an execution has entered a state."""
    deadline = time.monotonic() + timeout
    while True:
        entered = [event.get("stateEnteredEventDetails") for event in stage.loop.history(arn)]
        if state in [each["name"] for each in entered if isinstance(each, dict)]:
            return
        assert time.monotonic() < deadline, f"{arn} has not reached {state}"
        time.sleep(0.2)


def asked(stage: Stage, training_id: str) -> str:
    """Wait until Slack is asked to approve a training and return the alert."""
    deadline = time.monotonic() + 300  # the training, its seal and its smoke check come first
    while not (found := texts(stage, containing=f"courtside versions approve {training_id} ")):
        assert time.monotonic() < deadline, "nobody was asked"
        time.sleep(0.2)
    (alert,) = found
    return alert


def function_name(stage: Stage, verb: str) -> str:
    functions = stage.aws.client("lambda").list_functions()["Functions"]
    (name,) = [f["FunctionName"] for f in functions if f"Steps{verb}" in f["FunctionName"]]
    return str(name)


@contextmanager
def without_tracking(stage: Stage) -> Iterator[None]:
    """Stop the MLflow service, as an outage would, and start it again afterwards."""
    ecs = stage.aws.client("ecs")
    cluster, service = next(
        (cluster, found[0])
        for cluster in ecs.list_clusters()["clusterArns"]
        if (found := ecs.list_services(cluster=cluster)["serviceArns"])
    )
    ecs.update_service(cluster=cluster, service=service, desiredCount=0)
    try:
        yield
    finally:
        ecs.update_service(cluster=cluster, service=service, desiredCount=1)
        stage.aws.wait_for_tracking(300)


@contextmanager
def approvals(stage: Stage) -> Iterator[None]:
    """Make the stage ask for approval, as its setting `approval` would."""
    functions, name = stage.aws.client("lambda"), function_name(stage, "Gate")
    before = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]

    def ask(value: str) -> None:
        variables = before | {"COURTSIDE_APPROVAL": value}
        functions.update_function_configuration(FunctionName=name, Environment={"Variables": variables})

    ask("True")
    try:
        yield
    finally:
        ask("False")


@contextmanager
def patience(stage: Stage, *, seconds: int) -> Iterator[None]:
    """Make the machine wait for a person for some seconds, as a stage's setting does in hours."""
    states, arn = stage.aws.client("stepfunctions"), stage.loop.output(StackOutput.RETRAINING)
    definition = states.describe_state_machine(stateMachineArn=arn)["definition"]
    changed: dict[str, Any] = json.loads(definition)
    changed["States"]["Approve"]["TimeoutSeconds"] = seconds
    changed["States"]["Approve"]["Arguments"]["Payload"]["wait_seconds"] = seconds
    states.update_state_machine(stateMachineArn=arn, definition=json.dumps(changed))
    try:
        yield
    finally:
        states.update_state_machine(stateMachineArn=arn, definition=definition)


def training_tasks(ecs: Any) -> list[tuple[str, str]]:
    found = []
    for cluster in ecs.list_clusters()["clusterArns"]:
        tasks = ecs.list_tasks(cluster=cluster)["taskArns"]
        described = ecs.describe_tasks(cluster=cluster, tasks=tasks)["tasks"] if tasks else []
        for task in described:
            overrides = task.get("overrides", {}).get("containerOverrides", [])
            if task["lastStatus"] == "RUNNING" and any("train" in o.get("command", []) for o in overrides):
                found.append((cluster, task["taskArn"]))
    return found
