"""Run the tracking database's copy task in a stage, and read its result."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import WaiterError
from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from courtside.adapters.stack_resources import StackResource
from courtside.contracts.errors import BadInput, CourtsideError

POLL_SECONDS = 2
TIMEOUT_SECONDS = 3600
# A container's last lines arrive in CloudWatch some seconds after its end.
LOG_SECONDS = 30.0
# One that was killed has printed no result that could be waited for, only perhaps a warning before.
KILLED_LOG_SECONDS = 6.0
_CONTAINER = "copy"
_BAD_INPUT = 2
_KILLED = 128
"""Above this, an exit code is a signal."""
# This is not "family:…", whose failures are announced as the scheduled upkeep's: somebody waits for this task.
_GROUP = "tracking-copy"
_LAST_LINES = 20


class CopyTaskFailed(CourtsideError):
    """The task failed to do what it was started for; `lines` are the last ones it wrote."""

    def __init__(self, task: str, reason: str, lines: Sequence[str]) -> None:
        self.task = task
        self.reason = reason
        self.lines = tuple(lines)
        said = "".join(f"\n    {line}" for line in lines) or " It wrote no log."
        super().__init__(f"the copy task {task} failed: {reason}.{said}")


class CopyRefused(CourtsideError):
    """The task said why it changed nothing; `error` is the name of the error it met."""

    def __init__(self, error: str, message: str) -> None:
        self.error = error
        super().__init__(f"{error}: {message}")


class CopyNotUnderstood(CopyRefused, BadInput):
    """The task could not use what it was told to restore."""


class NoTrackingService(CourtsideError):
    """The stage's tracking stack has no service whose network the task could use."""

    def __init__(self, stack: str) -> None:
        self.stack = stack
        super().__init__(f"stack {stack} has no ECS service; deploy it again")


@dataclass(frozen=True, slots=True)
class CopyTask:
    """The copy task of one stage: its definition, and the cluster and network of the MLflow service it runs in."""

    definition: str
    cluster: str
    network: Any

    def run(self, command: Sequence[str]) -> dict[str, Any]:
        """Start the task, wait for its end and return the result it printed.

        Raises `CopyRefused` with the task's own reason (`CopyNotUnderstood` where that is its input), `CopyTaskFailed`.
        """
        ecs = boto3.client("ecs")
        started = ecs.run_task(
            cluster=self.cluster,
            taskDefinition=self.definition,
            launchType="FARGATE",
            group=_GROUP,
            networkConfiguration=self.network,
            overrides={"containerOverrides": [{"name": _CONTAINER, "command": list(command)}]},
        )
        if not started["tasks"]:
            reasons = "; ".join(str(each.get("reason")) for each in started["failures"])
            raise CopyTaskFailed("", f"it was not started ({reasons})", [])
        return self._result(started["tasks"][0]["taskArn"])

    def _result(self, task: str) -> dict[str, Any]:
        described = self._ended(task)
        container = next(each for each in described["containers"] if each["name"] == _CONTAINER)
        code = container.get("exitCode")
        lines = [] if code is None else self._last_words(task, KILLED_LOG_SECONDS if code > _KILLED else LOG_SECONDS)
        said = _parsed(lines)
        if "error" in said:
            refused = CopyNotUnderstood if code == _BAD_INPUT else CopyRefused
            raise refused(said["error"], said["message"])
        if code != 0:
            reason = f"exit code {code}, {described.get('stoppedReason', 'no reason given')}"
            raise CopyTaskFailed(task, reason, lines)
        # The task is done, whether or not its log has arrived.
        return said or {"task": task}

    def _ended(self, task: str) -> Any:
        ecs = boto3.client("ecs")
        tries = int(TIMEOUT_SECONDS / POLL_SECONDS)
        try:
            ecs.get_waiter("tasks_stopped").wait(
                cluster=self.cluster, tasks=[task], WaiterConfig={"Delay": POLL_SECONDS, "MaxAttempts": tries}
            )
        except WaiterError as error:
            reason = f"it was not seen to end within {TIMEOUT_SECONDS // 60} minutes ({error.kwargs['reason']})"
            raise CopyTaskFailed(task, reason, []) from error
        return ecs.describe_tasks(cluster=self.cluster, tasks=[task])["tasks"][0]

    def _last_words(self, task: str, seconds: float) -> list[str]:
        """Wait up to so many seconds until a task's result is among its last lines, and return these."""
        tries = Retrying(
            retry=retry_if_result(lambda lines: not _parsed(lines)),
            wait=wait_fixed(POLL_SECONDS),
            stop=stop_after_delay(seconds),
            retry_error_callback=lambda last: last.outcome.result() if last.outcome else [],
        )
        return tries(self._log, task)

    def _log(self, task: str) -> list[str]:
        definition = boto3.client("ecs").describe_task_definition(taskDefinition=self.definition)["taskDefinition"]
        options = definition["containerDefinitions"][0]["logConfiguration"]["options"]
        stream = f"{options['awslogs-stream-prefix']}/{_CONTAINER}/{task.rsplit('/', 1)[-1]}"
        logs = boto3.client("logs")
        try:
            found = logs.get_log_events(
                logGroupName=options["awslogs-group"], logStreamName=stream, limit=_LAST_LINES, startFromHead=False
            )
        except logs.exceptions.ResourceNotFoundException:
            return []
        return [event["message"].rstrip("\n") for event in found["events"]]


def _parsed(lines: list[str]) -> dict[str, Any]:
    """Return the result in a task's last line, or nothing."""
    try:
        found = json.loads(lines[-1])
    except (IndexError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def copy_task(resources: Sequence[StackResource], *, definition: str) -> CopyTask:
    """Return the copy task of a stage, given the resources of its tracking stack; raises `NoTrackingService`."""
    services = [each.physical_id for each in resources if each.kind == "AWS::ECS::Service"]
    if not services:
        raise NoTrackingService(resources[0].stack if resources else "")
    cluster = cluster_of(services[0])
    described = boto3.client("ecs").describe_services(cluster=cluster, services=services[:1])["services"][0]
    return CopyTask(definition, described["clusterArn"], described["networkConfiguration"])


def cluster_of(service: str) -> str:
    """Return the cluster in a service's ARN, or `default` if the ARN has the old form."""
    parts = service.split("/")
    return parts[-2] if len(parts) > 2 else "default"
