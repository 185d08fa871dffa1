"""The alarms of a stage that are on, as CloudWatch says."""

import re
from collections.abc import Sequence

from courtside.adapters import aws_clients
from courtside.adapters.stack_resources import StackResource
from courtside.core.incidents.alarm import Alarm

_SCOPE = "Alerts"  # the construct that makes every alarm, see infra/constructs/alerts.py
_HASH = re.compile(r"[0-9A-F]{8}$")
_WHAT_TO_DO = ". What to do: "
_MOST_NAMED = 100
"""CloudWatch takes so many names at once.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
"""


def alarms_on(resources: Sequence[StackResource]) -> list[Alarm]:
    """Return the alarms among a stack's resources that are on, the oldest first.

    One whose actions are off tells nobody on purpose, as the watch's does while its schedule is paused.
    """
    names = {each.physical_id: each.logical_id for each in resources if each.kind == "AWS::CloudWatch::Alarm"}
    asked, found = [*names], []
    for first in range(0, len(asked), _MOST_NAMED):  # without names, CloudWatch would list every alarm of the account
        some, cloudwatch = asked[first : first + _MOST_NAMED], aws_clients.client("cloudwatch")
        answer = cloudwatch.describe_alarms(AlarmNames=some, StateValue="ALARM", MaxRecords=_MOST_NAMED)
        found += [each for each in answer["MetricAlarms"] if each.get("ActionsEnabled", True)]
    alarms = []
    for each in found:
        meaning, _, runbook = each.get("AlarmDescription", "").partition(_WHAT_TO_DO)
        since = each.get("StateTransitionedTimestamp") or each["StateUpdatedTimestamp"]
        name = _HASH.sub("", names[each["AlarmName"]]).removeprefix(_SCOPE)
        alarms.append(Alarm(name, meaning, runbook, since, each.get("StateReason", "")))
    return sorted(alarms, key=lambda each: each.since)
