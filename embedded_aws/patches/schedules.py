"""A schedule passes its own time on, and is punctual.

Wrong in 1.5.33: EventBridge Scheduler's context attributes (``<aws.scheduler.scheduled-time>`` and the like) reach
the target literally, and schedules are looked at every ten seconds. Here: the attributes are filled in, as on AWS
(https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html), and schedules
are looked at every second.
"""

from datetime import UTC, datetime
from typing import Any

from embedded_aws.patches.context import PatchContext

_TICK_SECONDS = 1


def patch(_: PatchContext) -> None:
    """Fill in the attributes before a target is called."""
    from ministack.services import eventbridge, scheduler

    stock = eventbridge._invoke_target  # noqa: SLF001

    def invoke(target: dict[str, Any], event: dict[str, Any], *rest: Any) -> Any:
        if event.get("Source") == "aws.scheduler" and "Input" in target:
            target = target | {"Input": _filled_in(target["Input"], event)}
        return stock(target, event, *rest)

    eventbridge._invoke_target = invoke  # noqa: SLF001
    scheduler._SCHEDULE_TICK_INTERVAL = _TICK_SECONDS  # noqa: SLF001


def _filled_in(text: str, event: dict[str, Any]) -> str:
    attributes = {
        "schedule-arn": event["Resources"][0],
        "scheduled-time": f"{datetime.fromtimestamp(event['Time'], UTC):%Y-%m-%dT%H:%M:%SZ}",
        "execution-id": event["EventId"],
        "attempt-number": "1",
    }
    for name, value in attributes.items():
        text = text.replace(f"<aws.scheduler.{name}>", value)
    return text
