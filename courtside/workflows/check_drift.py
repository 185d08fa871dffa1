"""The drift check: champion's reference against a window, and what follows from it."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from courtside.contracts import lake_keys, ledger_keys
from courtside.contracts.errors import CourtsideError
from courtside.contracts.events import (
    DriftCheckRequest,
    DriftCheckResponse,
    RetrainingRequest,
    Trigger,
    Window,
    training_by_schedule,
    training_of_check,
)
from courtside.contracts.records import ChampionReference, DecisionRecord, DriftFacts, DueFacts, Situation
from courtside.core.alerting import DriftAlertContext, drift_alert
from courtside.core.dataset import Dataset
from courtside.core.decision import Action, Decision, decide
from courtside.core.drift import DriftReport, Policy
from courtside.core.drift.reading import Days
from courtside.core.drift.story.facts import drift_facts
from courtside.core.rows import time_column_of
from courtside.workflows.check_records import decision_key, document_of, repeated, response_of
from courtside.workflows.claims import Claim, ClaimLost, Claims, finishing
from courtside.workflows.drift_archive import Archived, archive
from courtside.workflows.drift_runs import log_run
from courtside.workflows.drift_window import (
    EmptyWindow,
    NoChampion,
    WindowReport,
    champion_reference,
    report_load,
    report_window,
)
from courtside.workflows.lake_documents import read_document
from courtside.workflows.load_windows import NoNewLoad, newest_load
from courtside.workflows.overdue_data import OverdueData
from courtside.workflows.ports import AlertChannel, DriftTracking, Lake, ObjectMissing, Retraining
from courtside.workflows.row_source import NoRows
from courtside.workflows.scheduled_training import due_training
from courtside.workflows.sealed_models import NoReference

__all__ = ["DriftMonitor", "EmptyWindow", "NoChampion"]

logger = logging.getLogger(__name__)


class DriftOff(CourtsideError):
    """The contract wants no checks."""

    def __init__(self) -> None:
        super().__init__("the contract says `drift: false`, so nothing is checked; leave that out to check again")


UNCHECKED = (DriftOff, NoChampion, NoReference, NoRows, EmptyWindow, NoNewLoad)
UNCHECKED_RULES: Mapping[type[CourtsideError], str] = {
    DriftOff: "drift_off",
    NoChampion: "no_champion",
    NoReference: "no_reference",
    NoNewLoad: "no_new_load",
}
"""Why there is nothing to check; anything else means that there are no rows."""


@dataclass(frozen=True, slots=True)
class DriftMonitor:
    """A drift check with its ports and policies; without `tracking` it logs no runs."""

    lake: Lake
    alerts: AlertChannel
    retraining: Retraining
    dataset: Dataset
    drift_policy: Policy
    claims: Claims
    overdue: OverdueData
    tracking: DriftTracking | None = None

    def run(self, request: DriftCheckRequest, *, now: datetime) -> DriftCheckResponse:
        """Check one window, log the decision and carry it out; nothing to check is an outcome too.

        Idempotent: the same champion, window and policy give the same check. Of several deliveries of one event, one
        carries it out and the others wait for it; one that was carried out before is only read back, as it was then,
        and rows that came since are looked at in the next window. The tracking server comes last, when everything
        that matters is done, and may be away. Raises `NothingReadable`, and `EmptyWindow` where the window's files
        cannot be read.
        """
        named = request.window is not None
        window = request.window or self._scheduled((request.as_of or now).date())
        champion = None
        try:
            champion = champion_reference(self.dataset.name, lake=self.lake)
            found = self._found(window, champion, named=named)
        except UNCHECKED as absent:
            if isinstance(absent, EmptyWindow) and absent.quarantined:
                raise
            return self._nothing_to_check(window, champion, absent, named=named, now=now)
        since, due = None, None
        # A window that somebody names may lie long ago, so it says nothing about overdue data and trainings.
        if not named:
            since = self.overdue.tell(window.end, champion=champion, newest=found.newest, now=now)
            due = self._due(champion, window, newest=found.newest)
        decision = self._decided(drift_facts(found.report), window, named=named, since=since, due=due)
        record = self._record(found, decision, champion, now=now).model_copy(update={"overdue_since": since})
        key = ledger_keys.drift_check(record.check_id)
        while True:
            claim = self.claims.take(key, done=lambda: (known := self._logged(record)) is not None and known.done)
            if claim is None:
                return repeated(self._logged(record) or record, lake=self.lake)
            try:
                return self._finish(claim, record, found, decision)
            except ClaimLost:
                # Another delivery took this one for dead: wait for that delivery as for any other.
                logger.warning("drift check %s was taken over by another delivery of its event", record.check_id)

    def _finish(
        self, claim: Claim, record: DecisionRecord, found: WindowReport, decision: Decision
    ) -> DriftCheckResponse:
        with finishing(claim):
            self.lake.claim(decision_key(record), document_of(record))
            archived = archive(found, record, dataset=self.dataset.name, lake=self.lake)
            done = self._carry_out(claim, record, found.report, decision, archived)
        run_id = self._log(found.report, done, archived)
        return response_of(done, found.report, page_key=archived.page_key, run_id=run_id, alerted=decision.tells)

    def _nothing_to_check(
        self, window: Window, champion: ChampionReference | None, absent: CourtsideError, *, named: bool, now: datetime
    ) -> DriftCheckResponse:
        rule = UNCHECKED_RULES.get(type(absent), "no_rows")
        since, due = None, None
        if champion is not None and not named:
            if rule in {"no_rows", "no_new_load"}:
                since = self.overdue.tell(window.end, champion=champion, newest=None, now=now)
            due = self._due(champion, window, newest=None)
        facts = DriftFacts(unchecked=rule, unchecked_said=str(absent))
        decision = self._decided(facts, window, named=named, since=since, due=due)
        # This is not the check's own id: once there is something to check, that check must not count as done.
        record = DecisionRecord(
            model=self.dataset.name,
            check_id=f"nothing-{window.start}-{window.end}",
            window=window,
            champion_version=champion.version if champion and decision.due else "",
            action=decision.action,
            rule=decision.rule,
            reason=decision.reason,
            report_key="",
            decided_at=now,
            **self._contract(),
            done=True,
            overdue_since=since,
        )
        if decision.action is Action.RETRAIN:
            record = record.model_copy(update={"execution_arn": self._retrain(record, decision)})
        self._log_decision(record)
        return response_of(record)

    def _decided(
        self, drift: DriftFacts, window: Window, *, named: bool, since: date | None = None, due: DueFacts | None = None
    ) -> Decision:
        situation = Situation(
            model=self.dataset.name, as_of=window.end, drift=drift, due=due, overdue_since=since, named=named
        )
        return decide(situation, self.dataset.retrain)

    def _due(self, champion: ChampionReference, window: Window, *, newest: date | None) -> DueFacts | None:
        today = window.end - self._of_today
        return due_training(champion, today=today, newest=newest, lake=self.lake, dataset=self.dataset)

    def recompute(self, window: Window, *, now: datetime) -> DriftCheckResponse:
        """Check a past window against today's champion; the only results are its report and its record.

        Repeating it writes the same again, with the time of the first check. Raises as `run` does, and
        `TimeColumnNeeded` where rows have no times, as the champion was trained on the loads of the past.
        """
        time_column_of(self.dataset, asked="a check of past windows")
        champion = champion_reference(self.dataset.name, lake=self.lake)
        found = self._found(window, champion, named=True)
        decision = self._decided(drift_facts(found.report), window, named=True)
        record = self._record(found, decision, champion, now=now, backfilled=True)
        if (earlier := self._logged(record)) is not None:
            record = record.model_copy(update={"decided_at": earlier.decided_at})
        archived = archive(found, record, dataset=self.dataset.name, lake=self.lake)
        self._log_decision(record)
        run_id = self._log(found.report, record, archived)
        return response_of(record, found.report, page_key=archived.page_key, run_id=run_id)

    def _scheduled(self, day: date) -> Window:
        """Return the window of the days before `day`, together with `day` itself where loads are windows."""
        return Window(start=day - self.dataset.watch.window, end=day + self._of_today)

    @property
    def _of_today(self) -> timedelta:
        return timedelta(days=self.dataset.time_column is None)

    def _found(self, window: Window, champion: ChampionReference, *, named: bool) -> WindowReport:
        """Compare a window with the champion's reference; where rows have no times, compare its newest load.

        The schedule asks for whatever is new, so unless somebody `named` the window, that load may be older.
        """
        if not self.dataset.drift:
            raise DriftOff
        if self.dataset.time_column is None:
            days = Days(window.start if named else None, window.end)
            load = newest_load(champion, days, lake=self.lake, dataset=self.dataset)
            return report_load(load, champion=champion, lake=self.lake, dataset=self.dataset, policy=self.drift_policy)
        return report_window(window, champion=champion, lake=self.lake, dataset=self.dataset, policy=self.drift_policy)

    def _record(
        self,
        found: WindowReport,
        decision: Decision,
        champion: ChampionReference,
        *,
        now: datetime,
        backfilled: bool = False,
    ) -> DecisionRecord:
        window = found.window
        what = f"load-{found.load}" if found.load else f"{window.start}-{window.end}"
        check_id = f"v{champion.version}-{what}-{found.report.policy}"
        if found.accepted:  # the same rows may have been news before a person accepted them
            check_id = f"{check_id}-{found.accepted}"
        if decision.due:  # a check of the same rows may have been carried out before the training was due
            check_id = f"{check_id}-schedule-{decision.due}"
        if backfilled:
            check_id = lake_keys.backfilled_check(check_id)
        return DecisionRecord(
            model=self.dataset.name,
            check_id=check_id,
            window=window,
            champion_version=champion.version,
            action=decision.action,
            rule=decision.rule,
            reason=decision.reason,
            report_key=lake_keys.drift_report(self.dataset.name, window.end, check_id),
            decided_at=now,
            **self._contract(),
            load=found.load,
            backfilled=backfilled,
            done=backfilled,
        )

    def _contract(self) -> dict[str, Any]:
        contract = self.dataset.contract
        return {"contract_version": contract.version, "contract_hash": contract.sha256}

    def _logged(self, record: DecisionRecord) -> DecisionRecord | None:
        """Return the decision that was already logged for this check."""
        try:
            return read_document(DecisionRecord, decision_key(record), lake=self.lake)
        except ObjectMissing:
            return None

    def _carry_out(
        self, claim: Claim, record: DecisionRecord, report: DriftReport, decision: Decision, archived: Archived
    ) -> DecisionRecord:
        arn = self._retrain(record, decision) if decision.action is Action.RETRAIN else None
        if decision.tells and not claim.told:
            context = DriftAlertContext(
                dataset=self.dataset.name,
                start=record.window.start,
                end=record.window.end,
                champion=record.champion_version,
                report_uri=self.lake.uri(archived.page_key or record.report_key),
                execution_arn=arn,
            )
            alert = drift_alert(report, decision, context)
            # Only the publishing stands between these two writes: after a kill just there, a retry alerts again.
            claim.renew()
            self.alerts.publish(alert)
            claim.mark_told()
        done = record.model_copy(update={"execution_arn": arn, "done": True})
        self._log_decision(done)
        return done

    def _retrain(self, record: DecisionRecord, decision: Decision) -> str:
        due, check = decision.due, record.check_id
        request = RetrainingRequest(
            model=self.dataset.name,
            training_id=training_by_schedule(record.champion_version, due) if due else training_of_check(check),
            as_of=record.window.end,
            trigger=Trigger.SCHEDULE if due else Trigger.DRIFT,
            reason=record.reason,
            report=self.lake.uri(record.report_key) if record.report_key else "",
            cooldown_days=self.dataset.retrain.cooldown.days,
        )
        return self.retraining.start(request)

    def _log_decision(self, record: DecisionRecord) -> None:
        self.lake.write(decision_key(record), document_of(record))

    def _log(self, report: DriftReport, record: DecisionRecord, archived: Archived) -> str | None:
        return log_run(report, record, archived.page, dataset=self.dataset.name, tracking=self.tracking)
