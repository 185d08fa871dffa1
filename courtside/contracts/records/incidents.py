"""Incidents: one open matter of one model and kind, which people are told of once."""

from datetime import datetime

from pydantic import Field

from courtside.contracts.events import Payload
from courtside.contracts.incidents import IncidentState, Severity
from courtside.contracts.versioned import Versioned

MOST_EVENTS = 50


class IncidentEvent(Payload):
    """What happened to an incident, when, and by whom (a person, or the part of the stage that found it)."""

    at: datetime
    what: str
    by: str
    said: str = ""


class IncidentRecord(Versioned):
    """The newest incident of a model and kind; `model` is empty for one of the stage itself.

    `subjects` are what it is about, by name: what is not among them is new, and ends a snooze. `evidence` is the
    newest finding that was taken in, so that its repetition changes nothing; `findings` counts them. `by`, `until` and
    `note` are those of the person who acknowledged, snoozed or accepted it. `told` counts the alerts that were sent,
    and `escalated_at` is when people were told that nobody had acknowledged it. The newest `MOST_EVENTS` are kept here,
    and all of them in the lake.
    """

    id: str
    model: str
    kind: str
    severity: Severity
    state: IncidentState = IncidentState.OPEN
    headline: str
    subjects: tuple[str, ...] = ()
    opened_at: datetime
    updated_at: datetime
    resolved_at: datetime | None = None
    findings: int = 1
    evidence: str = ""
    report: str = ""
    by: str = ""
    until: datetime | None = None
    note: str = ""
    told: int = 0
    escalated_at: datetime | None = None
    events: tuple[IncidentEvent, ...] = Field((), max_length=MOST_EVENTS)
