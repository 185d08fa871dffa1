"""An alarm on a metric that is on, as an incident of its stage."""

from dataclasses import dataclass
from datetime import datetime

from courtside.contracts.incidents import Severity
from courtside.contracts.records import IncidentEvent, IncidentRecord
from courtside.core.sns_messages.alarm import KIND


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm that is on: its name, what it means, its runbook, since when it is on, and which figures put it on.

    `runbook` is a page with the anchor of its heading.
    """

    name: str
    meaning: str
    runbook: str
    since: datetime
    why: str


def alarm_incident(alarm: Alarm, answered: IncidentRecord | None, *, now: datetime) -> IncidentRecord:
    """Return the incident of an alarm: with what a person answered, if that was about this time and still holds."""
    found = IncidentRecord(
        id=f"{alarm.name}-{alarm.since:%Y%m%dT%H%M%S}",
        model="",
        kind=KIND,
        severity=Severity.CRITICAL,
        headline=alarm.meaning,
        opened_at=alarm.since,
        updated_at=alarm.since,
        waiting_since=alarm.since,
        report=alarm.runbook,
        told=1,
        events=(IncidentEvent(at=alarm.since, what="opened", by="CloudWatch", said=alarm.why),),
    )
    if answered is None or answered.id != found.id or (answered.until is not None and answered.until <= now):
        return found
    return answered
