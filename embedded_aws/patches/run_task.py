"""``ecs:runTask.sync`` tells success from failure.

Wrong in 1.5.33: the state succeeds whatever the containers' exit codes are, its output is the whole DescribeTasks
answer in camelCase, and the task is polled once a second for ten minutes at most.

Here, as on AWS: an exit code other than 0, or a task that never started, is ``States.TaskFailed`` with the task as
its cause; the output is the task, in PascalCase; the state's own timeout is the limit.
"""

import json
import time
from typing import Any

from embedded_aws.patches.context import PatchContext

_POLL_SECONDS = 0.2


def patch(_: PatchContext) -> None:
    """Replace the poller behind the integration."""
    from ministack.services import ecs, stepfunctions

    def poll(cluster: str, task_arns: list[str]) -> Any:
        while True:
            described = ecs._describe_tasks({"cluster": cluster, "tasks": task_arns})  # noqa: SLF001
            tasks = json.loads(described[2]).get("tasks", [])
            if len(tasks) < len(task_arns):
                raise stepfunctions._ExecutionError("ECS.TaskMissing", "The task is gone.")  # noqa: SLF001
            if all(task["lastStatus"] == "STOPPED" for task in tasks):
                break
            time.sleep(_POLL_SECONDS)
        outcome = _pascal(tasks[0])
        if any(_failed(task) for task in tasks):
            raise stepfunctions._ExecutionError("States.TaskFailed", json.dumps(outcome, default=str))  # noqa: SLF001
        return outcome

    stepfunctions._poll_ecs_tasks = poll  # noqa: SLF001


def _failed(task: dict[str, Any]) -> bool:
    exits = [container.get("exitCode") for container in task.get("containers", [])]
    return task.get("stopCode") != "EssentialContainerExited" or any(exits)


def _pascal(value: Any) -> Any:
    if isinstance(value, list):
        return [_pascal(each) for each in value]
    if isinstance(value, dict):
        return {key[:1].upper() + key[1:]: _pascal(each) for key, each in value.items()}
    return value
