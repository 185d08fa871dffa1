"""What happens to an incident: a finding, its end, a person's answer, the passing of time.

Every function returns the record after it, with the alerts that are to be sent because of it; one that changes nothing
returns the record as it was.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from courtside.contracts.incidents import IncidentState, Severity, Telling
from courtside.contracts.records import IncidentEvent, IncidentRecord, UnsentAlert
from courtside.contracts.records.incidents import LONGEST_SUBJECT, MOST_EVENTS, MOST_SUBJECTS, MOST_TAKEN
from courtside.core.alerting import LINE_LIMIT, Alert
from courtside.core.display_text import display_text
from courtside.core.incidents import wording
from courtside.core.incidents.finding import INCIDENT, Finding
from courtside.core.incidents.kinds import KINDS

STAGE = "Courtside"
"""Who the stage itself is, where an event says by whom it happened."""
FOUND_AGAIN = "found again"
"""What happened to an incident by a finding that people are not told of."""
MOST_UNSENT = 10
"""So many alerts of one incident wait at most while none can be sent; a further update takes the last one's place."""
_SEVERITIES = tuple(Severity)
_ANSWERED = {
    IncidentState.ACKNOWLEDGED: "acknowledgement",
    IncidentState.SNOOZED: "snooze",
    IncidentState.ACCEPTED: "acceptance",
}
ANSWERS = frozenset(_ANSWERED)
"""The states that a person puts an incident into."""


def found(before: IncidentRecord | None, finding: Finding) -> IncidentRecord:
    """Return the incident after a finding, which opens one if none is open.

    People are told of a new incident, and of a known one if it is about something new, is worse, or if the stage did
    something; once a person has answered it, only of what is new or worse, and the answer ends with that. What was
    accepted is found no more, so whatever a later check finds is new.
    """
    if before is not None and finding.evidence in before.taken:
        return before
    if before is None or before.is_over:
        return _opened(finding, taken=() if before is None else before.taken)
    before = _answer_ran_out(before, finding.at)
    new = [_subject(name) for name in new_subjects(before, finding.subjects)]
    severity = max(before.severity, _severity(finding), key=_SEVERITIES.index)
    beyond = before.state is IncidentState.ACCEPTED and finding.at > before.updated_at
    moved = bool(new) or beyond or severity is not before.severity
    after = _changed(
        before,
        updated_at=finding.at,
        headline=wording.headline(finding.alert),
        subjects=(*before.subjects, *new)[:MOST_SUBJECTS],
        severity=severity,
        findings=before.findings + 1,
        taken=_with_taken(before.taken, finding.evidence),
        report=finding.report or before.report,
    )
    line = display_text(finding.line, LINE_LIMIT)
    if moved and before.state in ANSWERS:
        after = _waiting(after, finding.at)
        said = wording.ended_early(before, _ANSWERED[before.state], new)
        after = _logged(after, finding.at, "ended early", STAGE, said)
        alert = replace(finding.alert, text=f"{said}\n\n{finding.alert.text}", line=f"{line} {said}")
        return _to_be_told(after, Telling.UPDATED, alert)
    if moved or (finding.did and before.state is IncidentState.OPEN):
        after = _logged(after, finding.at, "updated", STAGE, line)
        return _to_be_told(after, Telling.UPDATED, replace(finding.alert, line=line))
    return _logged(after, finding.at, FOUND_AGAIN, STAGE, line)


def new_subjects(before: IncidentRecord | None, names: Iterable[str]) -> list[str]:
    """Return what an open incident is not about yet, in the order given; all of it where none is open.

    To one that is about more than can be kept, nothing is new any more.
    """
    if before is None or before.is_over:
        return list(dict.fromkeys(names))
    known = set(before.subjects)
    full = len(known) >= MOST_SUBJECTS
    return [] if full else [name for name in dict.fromkeys(names) if _subject(name) not in known]


def over(before: IncidentRecord | None, *, at: datetime, evidence: str, said: str) -> IncidentRecord | None:
    """Return the incident after its matter has ended, which people are told if they were told of the incident."""
    if before is None or before.is_over or evidence in before.taken:
        return before
    after = _changed(
        before,
        state=IncidentState.RESOLVED,
        updated_at=at,
        resolved_at=at,
        taken=_with_taken(before.taken, evidence),
    )
    after = _logged(after, at, "resolved", STAGE, display_text(said, LINE_LIMIT))
    if not (before.told or before.unsent):
        return after
    return _to_be_told(after, Telling.RESOLVED, wording.resolved_alert(before, said=said, at=at))


def answered(
    before: IncidentRecord, state: IncidentState, *, by: str, at: datetime, until: datetime | None, note: str
) -> IncidentRecord:
    """Return an open incident after a person acknowledged, snoozed or accepted it, until a moment or until it ends.

    The same answer again changes nothing.
    """
    answer = {"state": state, "by": by, "until": until, "note": note}
    if all(getattr(before, name) == value for name, value in answer.items()):
        return before
    after = _changed(before, updated_at=at, **answer)
    return _logged(after, at, str(state), by, wording.answer(until, note))


def tended(before: IncidentRecord, *, now: datetime, escalate_after: timedelta | None) -> IncidentRecord:
    """Return an incident after time has passed: an answer may have run out, and nobody may have come.

    Without `escalate_after` nothing is escalated, and neither is what is only for information.
    """
    if before.is_over:
        return before
    after = _answer_ran_out(before, now)
    waits = after.state is IncidentState.OPEN and after.escalated_at is None and after.severity is not Severity.INFO
    if not waits or escalate_after is None or now - after.waiting_since < escalate_after:
        return after
    alert = wording.escalated_alert(after, now=now)
    after = _changed(after, updated_at=now, escalated_at=now)
    return _to_be_told(_logged(after, now, "escalated", STAGE, alert.line), Telling.ESCALATED, alert)


def sent(before: IncidentRecord, alert_id: str) -> IncidentRecord:
    """Return an incident after the alert that waits first was sent, unless another delivery has already noted it."""
    if not before.unsent or before.unsent[0].id != alert_id:
        return before
    return _changed(before, unsent=before.unsent[1:], told=before.told + 1)


def alert_of(record: IncidentRecord, unsent: UnsentAlert, *, page: str = "") -> Alert:
    """Return an alert as it is sent; `page` is the key of the page to look at."""
    return Alert(
        unsent.subject,
        unsent.text,
        kind=record.kind,
        severity=unsent.severity,
        telling=unsent.telling,
        incident=record.id,
        line=unsent.line,
        id=unsent.id,
        page=page,
    )


def _opened(finding: Finding, *, taken: Sequence[str]) -> IncidentRecord:
    line = display_text(finding.line, LINE_LIMIT)
    opened = IncidentRecord(
        id=_id(finding),
        model=finding.model,
        kind=finding.kind,
        severity=_severity(finding),
        headline=wording.headline(finding.alert),
        subjects=tuple(dict.fromkeys(map(_subject, finding.subjects)))[:MOST_SUBJECTS],
        opened_at=finding.at,
        updated_at=finding.at,
        waiting_since=finding.at,
        taken=_with_taken(taken, finding.evidence),
        report=finding.report,
    )
    opened = _logged(opened, finding.at, "opened", STAGE, line)
    return _to_be_told(opened, Telling.OPENED, replace(finding.alert, line=line))


def _answer_ran_out(before: IncidentRecord, now: datetime) -> IncidentRecord:
    if before.state not in ANSWERS or before.until is None or now < before.until:
        return before
    alert = wording.ran_out_alert(before, _ANSWERED[before.state])
    after = _logged(_waiting(_changed(before, updated_at=now), now), now, "ran out", STAGE, alert.line)
    return _to_be_told(after, Telling.UPDATED, alert)


def _waiting(record: IncidentRecord, at: datetime) -> IncidentRecord:
    """Return an incident that waits for a person again."""
    return _changed(record, state=IncidentState.OPEN, by="", until=None, note="", waiting_since=at, escalated_at=None)


def _changed(record: IncidentRecord, **changes: object) -> IncidentRecord:
    return record.model_copy(update={**changes, "kept": False})


def _logged(record: IncidentRecord, at: datetime, what: str, by: str, said: str) -> IncidentRecord:
    """Return a record with one more event; a finding that says nothing new takes the place of the one before it."""
    events, event = record.events, IncidentEvent(at=at, what=what, by=by, said=said)
    if what == FOUND_AGAIN and events and events[-1].what == what:
        events = events[:-1]
    return _changed(record, events=(*events, event)[-MOST_EVENTS:])


def _to_be_told(record: IncidentRecord, telling: Telling, alert: Alert) -> IncidentRecord:
    waiting = record.unsent
    # The first may be on its way to people at this moment; of the others, none is.
    if telling is Telling.UPDATED and len(waiting) >= MOST_UNSENT and waiting[-1].telling is telling:
        waiting = waiting[:-1]
    unsent = UnsentAlert(
        id=f"{record.id}-{record.told + len(waiting) + 1}",
        telling=telling,
        severity=record.severity,
        subject=alert.subject,
        text=alert.text.replace(INCIDENT, record.id),
        line=alert.line,
    )
    return _changed(record, unsent=(*waiting, unsent))


def _severity(finding: Finding) -> Severity:
    return finding.severity or KINDS[finding.kind].severity


def _with_taken(taken: Iterable[str], evidence: str) -> tuple[str, ...]:
    return (*taken, evidence)[-MOST_TAKEN:]


def _subject(name: str) -> str:
    """Return a name as it is kept; of two long ones that begin alike, each stays another one."""
    if len(name) <= LONGEST_SUBJECT:
        return name
    return f"{name[: LONGEST_SUBJECT - 9]}…{_digest(name)}"


def _id(finding: Finding) -> str:
    what = _digest(f"{finding.model} {finding.kind} {finding.evidence} {finding.at.isoformat()}")
    return f"{finding.kind}-{finding.at:%Y-%m-%d}-{what}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
