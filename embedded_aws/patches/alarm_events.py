"""An alarm whose state changes is an event that rules hear of.

Wrong in 1.5.33: only the alarm's own actions are carried out. Here, as on AWS: the default bus gets an event with
both states (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html).
"""

import json
from datetime import UTC, datetime
from typing import Any

from embedded_aws.patches.context import PatchContext


def patch(_: PatchContext) -> None:
    """Publish an event after the alarm's actions."""
    from ministack.services import cloudwatch, eventbridge

    stock = cloudwatch._dispatch_alarm_actions  # noqa: SLF001

    def dispatched(alarm: dict[str, Any], old: str, new: str, reason: str) -> None:
        stock(alarm, old, new, reason)
        event = {
            "Source": "aws.cloudwatch",
            "DetailType": "CloudWatch Alarm State Change",
            "Detail": json.dumps(_detail(alarm, old, new, reason)),
            "Resources": [str(alarm.get("AlarmArn", ""))],
        }
        eventbridge._put_events({"Entries": [event]}, allow_aws_source=True)  # noqa: SLF001

    cloudwatch._dispatch_alarm_actions = dispatched  # noqa: SLF001


def _detail(alarm: dict[str, Any], old: str, new: str, reason: str) -> dict[str, Any]:
    return {
        "alarmName": alarm.get("AlarmName", ""),
        "configuration": {"description": alarm.get("AlarmDescription", "")},
        "previousState": {"value": old},
        "state": {"value": new, "reason": reason, "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds")},
    }
