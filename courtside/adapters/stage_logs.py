"""What a stage's functions and tasks wrote about one run, from CloudWatch."""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3

from courtside.adapters.stack_resources import StackResource

_AT_ONCE = 8
# Clocks differ a little, and a container's last lines arrive late.
_MARGIN = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line: when it was written, by which service (`train`, `gate`, …), how serious it is, and what it says."""

    at: datetime
    service: str
    level: str
    text: str


def lines_about(
    run_id: str, resources: Sequence[StackResource], *, since: datetime, until: datetime | None
) -> list[LogLine]:
    """Return the lines that carry a run's id in the log groups among these resources, in order of time."""
    groups = [each.physical_id for each in resources if each.kind == "AWS::Logs::LogGroup"]
    period = {"startTime": _milliseconds(since - _MARGIN)}
    if until is not None:
        period["endTime"] = _milliseconds(until + _MARGIN)
    logs = boto3.client("logs")  # one for all threads: clients may be shared, but not the session that creates them
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = list(pool.map(lambda group: _events(logs, group, run_id, period), groups))
    lines = [line for events in found for event in events if (line := _line(event, run_id)) is not None]
    return sorted(lines, key=lambda line: line.at)


def copy_results(definition: str, *, limit: int) -> list[tuple[str, datetime, datetime, dict[str, Any]]]:
    """Return the newest runs of the copy task: its id, when its log began and ended, and the result it printed."""
    described = boto3.client("ecs").describe_task_definition(taskDefinition=definition)["taskDefinition"]
    group = described["containerDefinitions"][0]["logConfiguration"]["options"]["awslogs-group"]
    logs = boto3.client("logs")
    try:
        streams = logs.describe_log_streams(logGroupName=group, orderBy="LastEventTime", descending=True, limit=limit)[
            "logStreams"
        ]
    except logs.exceptions.ResourceNotFoundException:
        return []
    results = []
    for stream in streams:
        name = stream["logStreamName"]
        events = logs.get_log_events(logGroupName=group, logStreamName=name, limit=1, startFromHead=False)["events"]
        began = stream.get("firstEventTimestamp", stream["creationTime"])
        ended = events[-1]["timestamp"] if events else began
        said = _object(events[-1]["message"]) if events else {}
        results.append((name.rsplit("/", 1)[-1], _moment(began), _moment(ended), said))
    return results


def _events(logs: Any, group: str, run_id: str, period: dict[str, int]) -> list[Any]:
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group, filterPattern=f'"{run_id}"', **period)
    try:
        return [event for page in pages for event in page["events"]]
    except logs.exceptions.ResourceNotFoundException:
        return []


def _line(event: Any, run_id: str) -> LogLine | None:
    """Return one of our lines; lines with metrics, and those of Lambda itself, tell people nothing."""
    found = _object(event["message"])
    if found.get("correlation_id") != run_id or "message" not in found:
        return None
    message = found["message"]
    text = message if isinstance(message, str) else json.dumps(message)
    return LogLine(_moment(event["timestamp"]), found.get("service", ""), found.get("level", ""), text)


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
