"""The drift check: champion's reference against a window, and what follows from it."""

import logging
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from courtside.contracts import lake_keys, ledger_keys
from courtside.contracts.events import (
    DriftCheckRequest,
    DriftCheckResponse,
    RetrainingRequest,
    Trigger,
    Window,
    training_of_check,
)
from courtside.contracts.records import ChampionReference, DecisionRecord
from courtside.core.alerting import DriftAlertContext, drift_alert
from courtside.core.dataset import Dataset
from courtside.core.decision import Action, Decision, DecisionPolicy, decide
from courtside.core.drift import DriftReport, Policy
from courtside.core.drift.reading import Days
from courtside.core.rows import time_column_of
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
from courtside.workflows.sealed_models import NoReference

__all__ = ["DriftMonitor", "EmptyWindow", "NoChampion"]

DRIFT_OFF = "the contract says `drift: false`, so nothing is checked; leave that out to check again"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DriftMonitor:
    """A drift check with its ports and policies; without `tracking` it logs no runs."""

    lake: Lake
    alerts: AlertChannel
    retraining: Retraining
    dataset: Dataset
    drift_policy: Policy
    decision_policy: DecisionPolicy
    claims: Claims
    overdue: OverdueData
    tracking: DriftTracking | None = None

    def run(self, request: DriftCheckRequest, *, now: datetime) -> DriftCheckResponse:
        """Check one window, log the decision and carry it out; nothing to check is an outcome too.

        Idempotent: the same champion, window and policy give the same check. Of several deliveries of one event, one
        carries it out and the others wait for it; one that was carried out before is only read back. The tracking
        server comes last, when everything that matters is done, and may be away. Raises `NothingReadable`, and
        `EmptyWindow` where the window's files cannot be read.
        """
        window = request.window or self._scheduled((request.as_of or now).date())
        if not self.dataset.drift:
            return self._nothing_to_check(window, "drift_off", DRIFT_OFF, now=now)
        try:
            champion = champion_reference(self.dataset.name, lake=self.lake)
            found = self._found(window, champion, named=request.window is not None)
        except (NoChampion, NoReference) as absent:
            rule = "no_champion" if isinstance(absent, NoChampion) else "no_reference"
            return self._nothing_to_check(window, rule, str(absent), now=now)
        except (NoRows, EmptyWindow, NoNewLoad) as absent:
            if isinstance(absent, EmptyWindow) and absent.quarantined:
                raise
            since = None if request.window else self.overdue.tell(window.end, newest=None)
            rule = "no_new_load" if isinstance(absent, NoNewLoad) else "no_rows"
            return self._nothing_to_check(window, rule, str(absent), since=since, now=now)
        # A window that somebody names may lie long ago, so it says nothing about overdue data.
        since = None if request.window else self.overdue.tell(window.end, newest=found.newest)
        decision = decide(found.report, self.decision_policy)
        record = self._record(found, decision, champion, now=now).model_copy(update={"overdue_since": since})
        key = ledger_keys.drift_check(record.check_id)
        while True:
            claim = self.claims.take(key, done=lambda: (known := self._logged(record)) is not None and known.done)
            if claim is None:
                known = self._logged(record) or record
                return _response(known, found.report, Archived(None, None), duplicate=True)
            try:
                return self._finish(claim, record, found, decision)
            except ClaimLost:
                # Another delivery took this one for dead: wait for that delivery as for any other.
                logger.warning("drift check %s was taken over by another delivery of its event", record.check_id)

    def _finish(
        self, claim: Claim, record: DecisionRecord, found: WindowReport, decision: Decision
    ) -> DriftCheckResponse:
        with finishing(claim):
            self.lake.claim(_key(record), _document(record))
            archived = archive(found, record, dataset=self.dataset.name, lake=self.lake)
            done = self._carry_out(claim, record, found.report, decision, archived)
        run_id = self._log(found.report, done, archived)
        return _response(done, found.report, archived, run_id=run_id)

    def _nothing_to_check(
        self, window: Window, rule: str, reason: str, *, now: datetime, since: date | None = None
    ) -> DriftCheckResponse:
        # This is not the check's own id: once there is something to check, that check must not count as done.
        record = DecisionRecord(
            model=self.dataset.name,
            check_id=f"nothing-{window.start}-{window.end}",
            window=window,
            champion_version="",
            action=Action.NOTHING_TO_CHECK,
            rule=rule,
            reason=reason,
            report_key="",
            decided_at=now,
            **self._contract(),
            done=True,
            overdue_since=since,
        )
        self._log_decision(record)
        return DriftCheckResponse(
            model=record.model,
            check_id=record.check_id,
            window=window,
            rows=0,
            features_drifted=(),
            decision=record.action,
            rule=rule,
            reason=reason,
            report_key="",
            overdue_since=since,
        )

    def recompute(self, window: Window, *, now: datetime) -> DriftCheckResponse:
        """Check a past window against today's champion; the only results are its report and its record.

        Repeating it writes the same again, with the time of the first check. Raises as `run` does, and
        `TimeColumnNeeded` where rows have no times, as the champion was trained on the loads of the past.
        """
        time_column_of(self.dataset, asked="a check of past windows")
        champion = champion_reference(self.dataset.name, lake=self.lake)
        found = self._found(window, champion, named=True)
        decision = decide(found.report, self.decision_policy)
        record = self._record(found, decision, champion, now=now, backfilled=True)
        if (earlier := self._logged(record)) is not None:
            record = record.model_copy(update={"decided_at": earlier.decided_at})
        archived = archive(found, record, dataset=self.dataset.name, lake=self.lake)
        self._log_decision(record)
        return _response(record, found.report, archived, run_id=self._log(found.report, record, archived))

    def _scheduled(self, day: date) -> Window:
        """Return the window of the days before `day`, together with `day` itself where loads are windows."""
        loads = self.dataset.time_column is None
        return Window(start=day - self.dataset.watch.window, end=day + timedelta(days=loads))

    def _found(self, window: Window, champion: ChampionReference, *, named: bool) -> WindowReport:
        """Compare a window with the champion's reference; where rows have no times, compare its newest load.

        The schedule asks for whatever is new, so unless somebody `named` the window, that load may be older.
        """
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
            return read_document(DecisionRecord, _key(record), lake=self.lake)
        except ObjectMissing:
            return None

    def _carry_out(
        self, claim: Claim, record: DecisionRecord, report: DriftReport, decision: Decision, archived: Archived
    ) -> DecisionRecord:
        arn = self._retrain(record) if decision.action is Action.RETRAIN else None
        if decision.action is not Action.NOTHING and not claim.told:
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

    def _retrain(self, record: DecisionRecord) -> str:
        request = RetrainingRequest(
            model=self.dataset.name,
            training_id=training_of_check(record.check_id),
            as_of=record.window.end,
            trigger=Trigger.DRIFT,
            reason=record.reason,
            report=self.lake.uri(record.report_key),
        )
        return self.retraining.start(request)

    def _log_decision(self, record: DecisionRecord) -> None:
        self.lake.write(_key(record), _document(record))

    def _log(self, report: DriftReport, record: DecisionRecord, archived: Archived) -> str | None:
        return log_run(report, record, archived.page, dataset=self.dataset.name, tracking=self.tracking)


def _key(record: DecisionRecord) -> str:
    return lake_keys.decision(record.model, record.window.end, record.check_id)


def _document(record: DecisionRecord) -> bytes:
    return record.model_dump_json(indent=2).encode()


def _response(
    record: DecisionRecord,
    report: DriftReport,
    archived: Archived,
    *,
    run_id: str | None = None,
    duplicate: bool = False,
) -> DriftCheckResponse:
    return DriftCheckResponse(
        model=record.model,
        check_id=record.check_id,
        window=record.window,
        rows=report.current.rows,
        features_drifted=report.features_drifted,
        table_drifted=tuple(each.name for each in report.table_drifted),
        segments_drifted=tuple(each.name for each in report.segments_drifted),
        share_drifted=report.share_drifted,
        decision=record.action,
        rule=record.rule,
        reason=record.reason,
        report_key=record.report_key,
        page_key=archived.page_key,
        files_quarantined=tuple(file.file for file in report.files_quarantined),
        execution_arn=record.execution_arn,
        tracking_run_id=run_id,
        alerted=record.action != Action.NOTHING and not (duplicate or record.backfilled),
        duplicate=duplicate,
        overdue_since=record.overdue_since,
    )
