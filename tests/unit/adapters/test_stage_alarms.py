"""CloudWatch's answer becomes alarms with names, meanings and runbooks, and an alarm becomes an incident."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from courtside.adapters.stack_resources import StackResource
from courtside.adapters.stage_alarms import alarms_on
from courtside.contracts.incidents import IncidentState
from courtside.core.incidents.alarm import Alarm, alarm_incident

SINCE = datetime(2026, 11, 29, 10, 0, 30, tzinfo=UTC)
DOWN = Alarm("TrackingDown", "No server has run", "docs/runbooks.md#tracking-server-down", SINCE, "no data")


class CloudWatch:
    """Holds alarms by name, with what the API says of each."""

    def __init__(self, **alarms: dict[str, Any]) -> None:
        self.alarms = alarms
        self.asked: list[list[str]] = []

    def describe_alarms(self, *, AlarmNames: list[str], StateValue: str, MaxRecords: int) -> dict[str, Any]:  # noqa: N803
        assert StateValue == "ALARM"
        assert 0 < len(AlarmNames) <= MaxRecords <= 100
        self.asked.append(AlarmNames)
        return {
            "MetricAlarms": [{"AlarmName": name, **self.alarms[name]} for name in AlarmNames if name in self.alarms]
        }


def alarm(name: str) -> StackResource:
    return StackResource("s", f"Alerts{name}0A1B2C3D", "AWS::CloudWatch::Alarm", f"stack-{name}", "CREATE_COMPLETE")


def on(monkeypatch: pytest.MonkeyPatch, cloudwatch: CloudWatch, *resources: StackResource) -> list[Alarm]:
    monkeypatch.setattr("boto3.client", lambda _: cloudwatch)
    return alarms_on([*resources, StackResource("s", "Queue", "AWS::SQS::Queue", "q", "CREATE_COMPLETE")])


def test_alarms_that_are_on_have_a_name_a_meaning_and_a_runbook(monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"AlarmDescription": f"{DOWN.meaning}. What to do: {DOWN.runbook}", "StateReason": DOWN.why}
    times = {"StateUpdatedTimestamp": SINCE + timedelta(hours=1), "StateTransitionedTimestamp": SINCE}
    paused = {"ActionsEnabled": False, "StateUpdatedTimestamp": SINCE}
    older = {"StateUpdatedTimestamp": SINCE - timedelta(days=1)}
    cloudwatch = CloudWatch(**{
        "stack-TrackingDown": {**said, **times}, "stack-NoRoundFinished": paused, "stack-RoundFailed": older,
    })  # fmt: skip
    named = ("TrackingDown", "NoRoundFinished", "RoundFailed", "DatabaseBusy")
    found = on(monkeypatch, cloudwatch, *(alarm(name) for name in named))
    assert [each.name for each in found] == ["RoundFailed", "TrackingDown"]
    assert found[1] == DOWN


def test_a_stage_without_alarms_is_not_asked_for_all_of_the_account(monkeypatch: pytest.MonkeyPatch) -> None:
    cloudwatch = CloudWatch()
    assert on(monkeypatch, cloudwatch) == []
    assert cloudwatch.asked == []
    on(monkeypatch, cloudwatch, *(alarm(f"A{number}") for number in range(101)))
    assert [len(each) for each in cloudwatch.asked] == [100, 1]


def test_an_answer_holds_for_as_long_as_it_says_and_for_this_time_only() -> None:
    now = SINCE + timedelta(hours=2)
    fresh = alarm_incident(DOWN, None, now=now)
    assert (fresh.id, fresh.state, fresh.kind) == ("TrackingDown-20261129T100030", IncidentState.OPEN, "alarm")
    known = fresh.model_copy(update={"state": IncidentState.ACKNOWLEDGED, "by": "ann"})
    assert alarm_incident(DOWN, known, now=now) == known
    snoozed = fresh.model_copy(update={"state": IncidentState.SNOOZED, "until": now + timedelta(hours=1)})
    assert alarm_incident(DOWN, snoozed, now=now) == snoozed
    assert alarm_incident(DOWN, snoozed, now=now + timedelta(hours=1)) == fresh
    again = Alarm(DOWN.name, DOWN.meaning, DOWN.runbook, now, DOWN.why)
    assert alarm_incident(again, known, now=now).state is IncidentState.OPEN
