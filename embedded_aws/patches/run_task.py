"""``ecs:runTask.sync`` tells success from failure.

Wrong in 1.5.33: the state succeeds whatever the containers' exit codes are, its output is the whole DescribeTasks
answer in camelCase, and the task is polled once a second for ten minutes at most. A task whose state timed out, or
whose execution was stopped, runs on.

Here, as on AWS: an exit code other than 0, or a task that never started, is ``States.TaskFailed`` with the task as
its cause; the output is the task, in PascalCase; the state's own timeout is the limit, and a task that nobody waits for
any more is stopped.
"""

import json
import threading
import time
from contextvars import ContextVar
from typing import Any

from embedded_aws.patches.context import PatchContext

_POLL_SECONDS = 0.2
_NOBODY_WAITS = "Step Functions waits for it no more: its state timed out, or its execution was stopped"

_execution: ContextVar[dict[str, Any] | None] = ContextVar("execution whose state runs a task", default=None)
_timed_out: ContextVar[threading.Event | None] = ContextVar("set once the state has timed out", default=None)


def patch(_: PatchContext) -> None:
    """Replace the poller behind the integration, and let it know how the state fares for which it polls."""
    from ministack.services import ecs, stepfunctions

    stock_execute = stepfunctions._execute_task  # noqa: SLF001
    stock_invoke = stepfunctions._invoke_resource_with_timeout  # noqa: SLF001

    def execute(state: dict[str, Any], given: Any, execution: dict[str, Any], ctx: dict[str, Any]) -> Any:
        before = _execution.set(execution)
        try:
            return stock_execute(state, given, execution, ctx)
        finally:
            _execution.reset(before)

    def invoke(resource: str, given: Any, timeout: float) -> Any:
        over = threading.Event()
        before = _timed_out.set(over)
        try:
            return stock_invoke(resource, given, timeout)
        finally:
            over.set()
            _timed_out.reset(before)

    def poll(cluster: str, task_arns: list[str]) -> Any:
        waited = True
        while True:
            described = ecs._describe_tasks({"cluster": cluster, "tasks": task_arns})  # noqa: SLF001
            tasks = json.loads(described[2]).get("tasks", [])
            if len(tasks) < len(task_arns):
                raise stepfunctions._ExecutionError("ECS.TaskMissing", "The task is gone.")  # noqa: SLF001
            if all(task["lastStatus"] == "STOPPED" for task in tasks):
                break
            if not (waited := _is_waited_for()):
                for arn in task_arns:
                    ecs._stop_task({"cluster": cluster, "task": arn, "reason": _NOBODY_WAITS})  # noqa: SLF001
                break
            time.sleep(_POLL_SECONDS)
        outcome = _pascal(tasks[0])
        if waited and any(_failed(task) for task in tasks):
            raise stepfunctions._ExecutionError("States.TaskFailed", json.dumps(outcome, default=str))  # noqa: SLF001
        return outcome

    stepfunctions._execute_task = execute  # noqa: SLF001
    stepfunctions._invoke_resource_with_timeout = invoke  # noqa: SLF001
    stepfunctions._poll_ecs_tasks = poll  # noqa: SLF001


def _is_waited_for() -> bool:
    execution, timed_out = _execution.get(), _timed_out.get()
    stopped = execution is not None and execution["status"] != "RUNNING"
    return not stopped and not (timed_out is not None and timed_out.is_set())


def _failed(task: dict[str, Any]) -> bool:
    exits = [container.get("exitCode") for container in task.get("containers", [])]
    return task.get("stopCode") != "EssentialContainerExited" or any(exits)


def _pascal(value: Any) -> Any:
    if isinstance(value, list):
        return [_pascal(each) for each in value]
    if isinstance(value, dict):
        return {key[:1].upper() + key[1:]: _pascal(each) for key, each in value.items()}
    return value
