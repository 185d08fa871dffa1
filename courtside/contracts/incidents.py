"""The words of incidents: how bad one is, in which state, and what an alert says of it."""

from enum import StrEnum


class Severity(StrEnum):
    """How soon people should look: whenever they read it, today, or now."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class IncidentState(StrEnum):
    """Whether an incident needs anybody: `snoozed` and `accepted` end early when something new moves."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    ACCEPTED = "accepted"
    RESOLVED = "resolved"


class Telling(StrEnum):
    """What an alert is to its incident; a `notice` belongs to none."""

    NOTICE = "notice"
    OPENED = "opened"
    UPDATED = "updated"
    ESCALATED = "escalated"
    RESOLVED = "resolved"
