"""Incidents in the ledger: one document for each model and kind, and an alert for each thing that is new about it.

What is to be told is written into the incident together with what happened, in one write. Whoever holds the claim to
tell of it sends it and then notes that it was sent, so of many deliveries at once one sends it; whoever comes after a
process that was killed, be it only the next round, sends what that one did not. The one moment that no ledger can see
is between sending and noting it: what is sent again after a kill there has the same id, by which a channel that keeps
ids knows it.
"""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeGuard

from courtside.contracts import dashboard_keys, drift_keys, lake_keys, ledger_keys
from courtside.contracts.incidents import IncidentState
from courtside.contracts.records import IncidentRecord
from courtside.contracts.versioned import TooNew
from courtside.core.incidents import KINDS, Finding, changes
from courtside.workflows.claims import Claim, ClaimLost, Claims, finishing
from courtside.workflows.incidents.errors import IncidentNotOpen, IncidentUnknown, NotAcceptable
from courtside.workflows.ledger_documents import LedgerDocumentDamaged, parsed, read, written
from courtside.workflows.ledger_transactions import Documents, change_together
from courtside.workflows.ports import AlertChannel, Lake, Ledger

logger = logging.getLogger(__name__)

_Step = Callable[[IncidentRecord | None], IncidentRecord | None]


@dataclass(frozen=True, slots=True)
class Incidents:
    """The incidents of a stage, by its own ledger, not a model's; without `alerts` what is to be told waits.

    `alerts` are those of the model whose incidents are reported.
    """

    ledger: Ledger
    lake: Lake
    alerts: AlertChannel | None = None
    sleep: Callable[[float], None] = time.sleep

    def report(self, finding: Finding) -> IncidentRecord:
        """Take in what was found: it opens an incident or updates the open one, and people are told what is new.

        The same evidence again changes nothing, and tells nobody twice. Raises what `alerts` raises if people cannot be
        told now; then the next report or round tells them.
        """
        record = self._update(finding.model, finding.kind, lambda before: changes.found(before, finding))
        assert record is not None
        return record

    def resolve(self, model: str, *kinds: str, at: datetime, evidence: str, said: str) -> None:
        """End the open incidents of these kinds, and tell people once; if none is open, this only looks."""
        for kind in kinds:
            self._update(model, kind, lambda before: changes.over(before, at=at, evidence=evidence, said=said))

    def new_subjects(self, model: str, kind: str, names: Iterable[str]) -> Sequence[str]:
        """Return which of these names the open incident of a model and kind is not about yet."""
        return changes.new_subjects(self._newest(model, kind), names)

    def list(self, model: str | None = None, *, resolved: bool = False) -> list[IncidentRecord]:
        """Return the open incidents, the newest first, and of each model and kind without one the last if `resolved`.

        See `listed_incidents`.
        """
        return listed_incidents(self.ledger, model, resolved=resolved)

    def find(self, incident_id: str) -> IncidentRecord:
        """Return the newest incident of a model and kind by its id; raises `IncidentUnknown`."""
        listed = self.list(resolved=True)
        for each in listed:
            if each.id == incident_id:
                return each
        raise IncidentUnknown(incident_id, [each.id for each in listed if not each.is_over])

    def acknowledge(
        self, incident_id: str, *, by: str, at: datetime, until: datetime | None = None, note: str = ""
    ) -> IncidentRecord:
        """Note that a person looks after an incident; raises `IncidentUnknown` and `IncidentNotOpen`."""
        return self._answer(incident_id, IncidentState.ACKNOWLEDGED, by=by, at=at, until=until, note=note)

    def snooze(self, incident_id: str, *, by: str, at: datetime, until: datetime, note: str = "") -> IncidentRecord:
        """Silence an incident until a moment, unless something new moves; raises as `acknowledge`."""
        return self._answer(incident_id, IncidentState.SNOOZED, by=by, at=at, until=until, note=note)

    def accept(self, incident_id: str, *, by: str, at: datetime, note: str = "") -> IncidentRecord:
        """Note that what an incident found is the new normal; raises as `acknowledge`, and `NotAcceptable`."""
        found = self.find(incident_id)
        acceptable = [kind.name for kind in KINDS.values() if kind.accepts]
        if found.kind not in acceptable:
            raise NotAcceptable(found, acceptable)
        return self._answer(incident_id, IncidentState.ACCEPTED, by=by, at=at, until=None, note=note)

    def take_back(
        self, model: str, incident_id: str, *, by: str, at: datetime, note: str = ""
    ) -> IncidentRecord | None:
        """Let an incident that was accepted wait for a person again from the next check on.

        Returns None, and changes nothing, if it is not accepted any more: it may be over, or something new has opened
        it again, or a person has answered it otherwise since.
        """
        found = next((each for each in self.list(model) if each.id == incident_id), None)
        if found is None:
            return None

        def is_accepted(record: IncidentRecord | None) -> TypeGuard[IncidentRecord]:
            return record is not None and record.id == incident_id and record.state is IncidentState.ACCEPTED

        def step(before: IncidentRecord | None) -> IncidentRecord | None:
            if not is_accepted(before):
                return before
            return changes.answered(before, IncidentState.ACCEPTED, by=by, at=at, until=at, note=note)

        after = self._update(model, found.kind, step)
        return after if is_accepted(after) else None

    def tend(self, record: IncidentRecord, *, now: datetime, escalate_after: timedelta | None) -> IncidentRecord:
        """Let time pass for one incident, and finish what a process that was killed left undone."""

        def step(before: IncidentRecord | None) -> IncidentRecord | None:
            return before and changes.tended(before, now=now, escalate_after=escalate_after)

        return self._update(record.model, record.kind, step) or record

    def _answer(
        self, incident_id: str, state: IncidentState, *, by: str, at: datetime, until: datetime | None, note: str
    ) -> IncidentRecord:
        found = self.find(incident_id)

        def step(before: IncidentRecord | None) -> IncidentRecord:
            if before is None or before.id != incident_id:
                raise IncidentUnknown(incident_id, [])
            if before.is_over:
                raise IncidentNotOpen(before)
            return changes.answered(before, state, by=by, at=at, until=until, note=note)

        return self._update(found.model, found.kind, step) or found

    def _update(self, model: str, kind: str, step: _Step) -> IncidentRecord | None:
        """Let `step` change an incident, tell people what is new, and keep it in the lake; return it.

        An incident makes way for a new one only when everybody knows how it ended.
        """
        key = ledger_keys.incident(model, kind)

        def one(documents: Documents) -> tuple[IncidentRecord | None, bool]:
            before = documents.find(key, IncidentRecord, anew=True)
            after = step(before)
            if before and after and after.id != before.id and not self._is_done(before):
                return before, False
            if after is not None:
                documents.write(key, after)
            return after, True

        while True:
            record, made = change_together(self.ledger, one)
            if record is not None and not self._is_done(record):
                record = self._settle(model, kind)
            if made:
                return record

    def _settle(self, model: str, kind: str) -> IncidentRecord | None:
        """Tell people what they have not been told, and keep the record; one process at a time does."""
        while (record := self._newest(model, kind)) is not None and not self._is_done(record):
            claims = Claims(self.ledger, self.sleep)
            key = ledger_keys.incident_telling(model, kind)
            claim = claims.take(key, done=lambda: self._is_done(self._newest(model, kind)))
            if claim is None:
                continue
            try:
                with finishing(claim):
                    self._finish(claim, model, kind)
                claim.give_back()
            except ClaimLost:
                logger.warning("another process tells people of the incident %s", record.id)
        return record

    def _finish(self, claim: Claim, model: str, kind: str) -> None:
        key = ledger_keys.incident(model, kind)
        while (record := self._newest(model, kind)) is not None and not self._is_done(record):
            claim.renew()
            if self.alerts is not None and record.unsent:
                alert = changes.alert_of(record, record.unsent[0], page=self._page(record))
                self.alerts.publish(alert)
                self._note_sent(key, alert.id)
            else:
                self._keep(key)

    def _page(self, record: IncidentRecord) -> str:
        """Return the key of the page to look at: that of the report which found it, or that of the model or of all."""
        report = record.report.removeprefix(self.lake.uri(""))
        if drift_keys.is_drift_report(report):
            return f"{report.rpartition('.')[0]}.html"
        return dashboard_keys.model_page(record.model) if record.model else dashboard_keys.OVERVIEW_PAGE

    def _note_sent(self, key: str, alert_id: str) -> None:
        def one(documents: Documents) -> None:
            if (record := documents.find(key, IncidentRecord)) is not None:
                documents.write(key, changes.sent(record, alert_id))

        change_together(self.ledger, one)

    def _keep(self, key: str) -> None:
        """Write the record into the lake and note it; a writer who was slower writes the newest once more."""
        while True:
            record, revision = read(self.ledger, key, IncidentRecord)
            if record is None:
                return
            kept = record.model_copy(update={"kept": True})
            place = lake_keys.incident(record.model, record.id)
            self.lake.write(place, kept.model_dump_json(indent=2).encode())
            if record.kept or self.ledger.put(written(key, kept, expected_revision=revision)):
                return

    def _newest(self, model: str, kind: str) -> IncidentRecord | None:
        try:
            return read(self.ledger, ledger_keys.incident(model, kind), IncidentRecord)[0]
        except LedgerDocumentDamaged:
            return None

    def _is_done(self, record: IncidentRecord | None) -> bool:
        """Say whether nothing is left that these incidents can do; what cannot be told waits for those that can."""
        return record is None or record.is_settled or (self.alerts is None and record.kept)


def listed_incidents(ledger: Ledger, model: str | None = None, *, resolved: bool = False) -> list[IncidentRecord]:
    """Return the open incidents, the newest first, and of each model and kind without one the last if `resolved`.

    `model` is empty for those of the stage itself, and None for all. One that cannot be read hides no other.
    """
    found = []
    for entry in ledger.entries(*(ledger_keys.INCIDENTS if model is None else [ledger_keys.incidents_of(model)])):
        try:
            found.append(parsed(entry, IncidentRecord))
        except (LedgerDocumentDamaged, TooNew) as error:
            logger.warning("an incident cannot be read: %s", error)
    wanted = [each for each in found if model in {None, each.model} and (resolved or not each.is_over)]
    return sorted(wanted, key=lambda each: (each.opened_at, each.id), reverse=True)
