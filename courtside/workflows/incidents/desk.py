"""What is open in a stage, for a person who looks after it: its incidents, and its alarms that are on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from courtside.contracts import ledger_keys
from courtside.contracts.events import Window
from courtside.contracts.incidents import IncidentState
from courtside.contracts.records import AcceptedAct, IncidentRecord
from courtside.core.incidents import KINDS, changes
from courtside.core.incidents.alarm import Alarm, alarm_incident
from courtside.workflows.accept import Acceptances
from courtside.workflows.incidents.errors import IncidentNotOpen, IncidentUnknown, NotAcceptable
from courtside.workflows.incidents.incidents import Incidents
from courtside.workflows.ledger_documents import read
from courtside.workflows.ledger_transactions import Documents, change_together

ACCEPTABLE = tuple(kind.name for kind in KINDS.values() if kind.accepts)


@dataclass(frozen=True, slots=True)
class Desk:
    """The incidents of a stage and its alarms that are on, as of a moment.

    CloudWatch opens and ends an alarm and tells people of both; only what a person answers is kept in the ledger.
    """

    incidents: Incidents
    alarms: Sequence[Alarm]
    now: datetime

    def list(self, model: str | None = None, *, resolved: bool = False) -> list[IncidentRecord]:
        """Return what is open, the newest first, and with `resolved` the last of each model and kind that is not.

        `model` is empty for the stage itself, to which the alarms belong, and None for all.
        """
        found = self.incidents.list(model, resolved=resolved)
        if not model:
            found += [self._of(alarm) for alarm in self.alarms]
        return sorted(found, key=lambda each: (each.opened_at, each.id), reverse=True)

    def find(self, incident_id: str, *, model: str | None = None) -> IncidentRecord:
        """Return an incident, or an alarm that is on, by its id; raises `IncidentUnknown`, also if it is another's."""
        listed = self.list(model, resolved=True)
        for each in listed:
            if each.id == incident_id:
                return each
        raise IncidentUnknown(incident_id, [each.id for each in listed if not each.is_over])

    def acknowledge(
        self, incident_id: str, *, by: str, until: datetime | None = None, note: str = ""
    ) -> IncidentRecord:
        """Note that a person looks after it; raises `IncidentUnknown` and `IncidentNotOpen`."""
        alarm = self._alarm(incident_id)
        if alarm is None:
            return self.incidents.acknowledge(incident_id, by=by, at=self.now, until=until, note=note)
        return self._answer(alarm, IncidentState.ACKNOWLEDGED, by=by, until=until, note=note)

    def snooze(self, incident_id: str, *, by: str, until: datetime, note: str = "") -> IncidentRecord:
        """Let it rest until a moment, unless something new moves; raises as `acknowledge`."""
        alarm = self._alarm(incident_id)
        if alarm is None:
            return self.incidents.snooze(incident_id, by=by, at=self.now, until=until, note=note)
        return self._answer(alarm, IncidentState.SNOOZED, by=by, until=until, note=note)

    def acceptable(self, incident_id: str, *, model: str | None = None) -> IncidentRecord:
        """Return an open incident that can be accepted.

        Raises `IncidentUnknown`, `NotAcceptable` and `IncidentNotOpen`.
        """
        found = self.find(incident_id, model=model)
        if found.kind not in ACCEPTABLE:
            raise NotAcceptable(found, ACCEPTABLE)
        if found.is_over:
            raise IncidentNotOpen(found)
        return found

    def accept(
        self,
        acceptances: Acceptances,
        *,
        by: str,
        window: Window | None = None,
        note: str = "",
        answered: IncidentRecord | None = None,
    ) -> tuple[AcceptedAct, IncidentRecord | None]:
        """Accept what moved in a model's window as the new normal, and with it the incident that this answers.

        Without `answered` that is the model's open one of a kind that can be accepted, if there is one. Returns the act
        and the incident, if that is still open; raises as `Acceptances.accept`.
        """
        model = acceptances.dataset.name
        answered = answered or next((each for each in self.list(model) if each.kind in ACCEPTABLE), None)
        act = acceptances.accept(
            by=by, now=self.now, window=window, note=note, incident=answered.id if answered else ""
        )
        try:
            return act, answered and self.incidents.accept(answered.id, by=by, at=self.now, note=note)
        except IncidentNotOpen:  # it ended while the window was compared, and what was accepted holds all the same
            return act, None

    def take_back(
        self, acceptances: Acceptances, *, by: str, note: str = ""
    ) -> tuple[AcceptedAct, IncidentRecord | None]:
        """Take the newest acceptance of a model back: its incident waits for a person again from the next check on.

        Returns the act and the incident, if that was still accepted; raises as `Acceptances.undo`.
        """
        act = acceptances.undo(by=by, now=self.now, note=note)
        model = acceptances.dataset.name
        return act, self.incidents.take_back(model, act.incident, by=by, at=self.now, note=note)

    def _alarm(self, incident_id: str) -> Alarm | None:
        return next((each for each in self.alarms if self._of(each).id == incident_id), None)

    def _of(self, alarm: Alarm) -> IncidentRecord:
        known, _ = read(self.incidents.ledger, ledger_keys.alarm(alarm.name), IncidentRecord)
        return alarm_incident(alarm, known, now=self.now)

    def _answer(
        self, alarm: Alarm, state: IncidentState, *, by: str, until: datetime | None, note: str
    ) -> IncidentRecord:
        key = ledger_keys.alarm(alarm.name)

        def one(documents: Documents) -> IncidentRecord:
            before = alarm_incident(alarm, documents.find(key, IncidentRecord), now=self.now)
            after = changes.answered(before, state, by=by, at=self.now, until=until, note=note)
            if after != before:
                documents.write(key, after)
            return after

        return change_together(self.incidents.ledger, one)
