"""What people read of an incident beside its findings: that it ended, that nobody came, that an answer ended."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from courtside.contracts.incidents import IncidentState
from courtside.contracts.records import IncidentRecord
from courtside.core.alerting import LINE_LIMIT, MODEL_LIMIT, SUBJECT_LIMIT, Alert
from courtside.core.display_text import display_text
from courtside.core.incidents.kinds import KINDS
from courtside.core.sentences import ended, enumerated

_SUBJECT_PREFIX = "Courtside: "
_MOST_NEW = 3


def headline(alert: Alert) -> str:
    """Return what an incident is called in a list."""
    return alert.subject.removeprefix(_SUBJECT_PREFIX)


def resolved_alert(record: IncidentRecord, *, said: str, at: datetime) -> Alert:
    """Write that a matter has ended, and why."""
    since = f"It had been open for {_for(at - record.opened_at)}, since {_moment(record.opened_at)}."
    line = f"{ended(display_text(said, LINE_LIMIT))} {since}"
    return _alert(record, "resolved", line, [])


def escalated_alert(record: IncidentRecord, *, now: datetime) -> Alert:
    """Write that nobody has acknowledged an incident."""
    line = f"Nobody has acknowledged this for {_for(now - record.waiting_since)}: {ended(record.headline)}"
    return _alert(record, "nobody has acknowledged", line, _what_to_do(record))


def ran_out_alert(record: IncidentRecord, answered: str) -> Alert:
    """Write that the time of a person's answer has passed while the incident is still open."""
    line = f"The {answered} by {_by(record)} has run out, and this is still open: {ended(record.headline)}"
    return _alert(record, "still open", line, _what_to_do(record))


def ended_early(record: IncidentRecord, answered: str, new: Sequence[str]) -> str:
    """Return the sentence that a person's answer has ended because of something new."""
    until = f" until {_moment(record.until)}" if record.until else ""
    named = [display_text(name, LINE_LIMIT // 4) for name in new[:_MOST_NEW]]
    if len(new) > _MOST_NEW:
        named.append(f"{len(new) - _MOST_NEW} more")
    worse = "it moved beyond that" if record.state is IncidentState.ACCEPTED else "it became worse"
    why = f"something new moved ({enumerated(named)})" if named else worse
    return f"The {answered} by {_by(record)}{until} ended early, because {why}."


def answer(until: datetime | None, note: str) -> str:
    """Return what a person's answer says, for the incident's history."""
    said = (f"until {_moment(until)}" if until else "", display_text(note, LINE_LIMIT))
    return ": ".join(part for part in said if part)


def _alert(record: IncidentRecord, what: str, line: str, more: Sequence[str]) -> Alert:
    subject = display_text(f"{_SUBJECT_PREFIX}{what}: {record.headline}", SUBJECT_LIMIT)
    of = f" of {display_text(record.model, MODEL_LIMIT)}" if record.model else ""
    title = KINDS[record.kind].title if record.kind in KINDS else record.kind
    return replace(Alert.written(subject, [f"*{title}{of}, {what}*: {line}", *more]), line=line)


def _what_to_do(record: IncidentRecord) -> list[str]:
    named = f" --model {display_text(record.model, MODEL_LIMIT)}" if record.model else ""
    lines = [f"*What to do*: `courtside alerts show {record.id}{named}`, `courtside alerts ack {record.id}{named}`."]
    if record.report:
        lines.append(f"*Report*: {record.report}")
    if record.kind in KINDS:
        lines.append(f"Runbook: docs/runbooks.md#{KINDS[record.kind].runbook}")
    return lines


def _by(record: IncidentRecord) -> str:
    return display_text(record.by, LINE_LIMIT // 4)


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _for(time: timedelta) -> str:
    """Return a stretch of time in the unit that says enough.

    >>> _for(timedelta(minutes=5)), _for(timedelta(hours=30)), _for(timedelta(days=3))
    ('5 minutes', '30 hours', '3 days')
    """
    for unit, seconds in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        count = int(time.total_seconds() // seconds)
        if count >= (2 if unit == "day" else 1):
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return "less than a minute"
