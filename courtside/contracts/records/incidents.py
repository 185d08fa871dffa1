"""Incidents: one open matter of one model and kind, which people are told of once."""

from datetime import datetime

from pydantic import Field

from courtside.contracts.events import Payload
from courtside.contracts.incidents import IncidentState, Severity, Telling
from courtside.contracts.versioned import Versioned

MOST_EVENTS = 50
MOST_SUBJECTS = 1000
"""So many names at most are kept of one incident, which a document of the ledger holds at their longest."""
LONGEST_SUBJECT = 100
MOST_TAKEN = 50


class IncidentEvent(Payload):
    """What happened to an incident, when, and by whom (a person, or the stage); findings that say nothing new are one.

    `at` is when the newest of them came.
    """

    at: datetime
    what: str
    by: str
    said: str = ""


class UnsentAlert(Payload):
    """An alert that was decided on and is not known to have been sent; `id` is the same each time that it is tried."""

    id: str
    telling: Telling
    severity: Severity
    subject: str
    text: str
    line: str


class IncidentRecord(Versioned):
    """The newest incident of a model and kind; `model` is empty for one of the stage itself.

    `subjects` are what it is about, by name: what is not among them is new, and ends a snooze. `taken` are the newest
    findings that were taken in, by their evidence, so that their repetition changes nothing; `findings` counts all of
    them. `by`, `until` and `note` are those of the person who acknowledged, snoozed or accepted it. `waiting_since` is
    when it last began to wait for a person, and `escalated_at` is when people were told that none had come. `told`
    counts the alerts that were sent, and `unsent` are those that are still to be sent, oldest first. `kept` says that
    the lake holds the record as it is here. The newest `MOST_EVENTS` events are kept.
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
    taken: tuple[str, ...] = ()
    report: str = ""
    by: str = ""
    until: datetime | None = None
    note: str = ""
    told: int = 0
    waiting_since: datetime
    escalated_at: datetime | None = None
    events: tuple[IncidentEvent, ...] = Field((), max_length=MOST_EVENTS)
    unsent: tuple[UnsentAlert, ...] = ()
    kept: bool = False

    @property
    def is_over(self) -> bool:
        """Whether the matter was resolved, so that the next finding is a new incident."""
        return self.state is IncidentState.RESOLVED

    @property
    def is_settled(self) -> bool:
        """Whether people were told all that they should be told, and the lake holds the record."""
        return self.kept and not self.unsent
