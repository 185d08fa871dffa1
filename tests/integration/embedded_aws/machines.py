"""The state machines of the small cloud assembly."""

from typing import Any


def training() -> dict[str, Any]:
    """Return a machine that runs a task and catches its failure."""
    parameters = {
        "Cluster": "${cluster}",
        "TaskDefinition": "${task}",
        "LaunchType": "FARGATE",
        "Overrides": {"ContainerOverrides": [{"Name": "training", "Command.$": "States.Array($.code)"}]},
    }
    run = {
        "Type": "Task",
        "Resource": "arn:aws:states:::ecs:runTask.sync",
        "Parameters": parameters,
        "TimeoutSeconds": 60,
        "Catch": [{"ErrorEquals": ["States.TaskFailed"], "Next": "Caught"}],
        "End": True,
    }
    return {"StartAt": "Run", "States": {"Run": run, "Caught": {"Type": "Pass", "End": True}}}


def gate() -> dict[str, Any]:
    """Return a machine that calls a function and catches its refusal."""
    ask = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "${function}", "Payload": {}},
        "Catch": [{"ErrorEquals": ["NotBetter"], "Next": "Rejected"}],
        "End": True,
    }
    return {"StartAt": "Ask", "States": {"Ask": ask, "Rejected": {"Type": "Pass", "End": True}}}


def asking() -> dict[str, Any]:
    """Return a machine that waits for an answer to a question that the function fails to ask."""
    ask = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Parameters": {"FunctionName": "${function}", "Payload": {"token.$": "$$.Task.Token"}},
        "TimeoutSeconds": 60,
        "Catch": [{"ErrorEquals": ["NotBetter"], "Next": "Rejected"}],
        "End": True,
    }
    return {"StartAt": "Ask", "States": {"Ask": ask, "Rejected": {"Type": "Pass", "End": True}}}
