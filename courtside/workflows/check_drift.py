"""The drift check: champion's reference against a window, and what follows from it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from courtside.contracts import lake_keys
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
from courtside.workflows.drift_archive import Archived, archive
from courtside.workflows.drift_runs import log_run
from courtside.workflows.drift_window import EmptyWindow, NoChampion, WindowReport, champion_reference, report_window
from courtside.workflows.ports import AlertChannel, DriftTracking, Lake, ObjectMissing, Retraining

__all__ = ["DriftMonitor", "EmptyWindow", "NoChampion"]


@dataclass(frozen=True, slots=True)
class DriftMonitor:
    """A drift check with its ports and policies; without `tracking` it logs its runs nowhere."""

    lake: Lake
    alerts: AlertChannel
    retraining: Retraining
    dataset: Dataset
    drift_policy: Policy
    decision_policy: DecisionPolicy
    window_days: int
    tracking: DriftTracking | None = None

    def run(self, request: DriftCheckRequest, *, now: datetime) -> DriftCheckResponse:
        """Check one window, log the decision and carry it out.

        Idempotent: the same champion, window and policy give the same check; one that was carried out before
        is only read back, so a repeated event alerts nobody twice. The tracking server comes last, when everything
        that matters is done, and may be away. Raises `NoChampion`, `NoRows`, `NothingReadable`, `EmptyWindow`.
        """
        window = request.window or self._window_before((request.as_of or now).date())
        champion = champion_reference(self.lake)
        found = self._found(window, champion)
        decision = decide(found.report, self.decision_policy)
        record = self._record(found, decision, champion, now=now)
        first = self._claim(record)
        if first.done:
            return _response(first, found.report, Archived(None, None), duplicate=True)
        archived = archive(found, record, dataset=self.dataset.name, lake=self.lake)
        done = self._carry_out(record, found.report, decision, archived)
        run_id = self._log(found.report, done, archived)
        return _response(done, found.report, archived, run_id=run_id)

    def recompute(self, window: Window, *, now: datetime) -> DriftCheckResponse:
        """Check a past window against today's champion; nothing follows from it but its report and its record.

        Doing it again writes the same again, with the time of the first. Raises as `run` does.
        """
        champion = champion_reference(self.lake)
        found = self._found(window, champion)
        decision = decide(found.report, self.decision_policy)
        record = self._record(found, decision, champion, now=now, backfilled=True)
        key = lake_keys.decision(window.end, record.check_id)
        try:
            earlier = DecisionRecord.model_validate_json(self.lake.read(key))
            record = record.model_copy(update={"decided_at": earlier.decided_at})
        except ObjectMissing:
            pass
        archived = archive(found, record, dataset=self.dataset.name, lake=self.lake)
        self._log_decision(record)
        return _response(record, found.report, archived, run_id=self._log(found.report, record, archived))

    def _window_before(self, day: date) -> Window:
        return Window(start=day - timedelta(days=self.window_days), end=day)

    def _found(self, window: Window, champion: ChampionReference) -> WindowReport:
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
        # A backfilled check has an id of its own: it must not stand in the way of the scheduled one's alert.
        ending = "-backfill" if backfilled else ""
        check_id = f"v{champion.version}-{window.start}-{window.end}-{found.report.policy}{ending}"
        return DecisionRecord(
            check_id=check_id,
            window=window,
            champion_version=champion.version,
            action=decision.action,
            rule=decision.rule,
            reason=decision.reason,
            report_key=lake_keys.drift_report(window.end, check_id),
            decided_at=now,
            backfilled=backfilled,
            done=backfilled,
        )

    def _claim(self, record: DecisionRecord) -> DecisionRecord:
        """Log the decision, or return the one that is logged already for this check."""
        key = lake_keys.decision(record.window.end, record.check_id)
        if self.lake.claim(key, record.model_dump_json(indent=2).encode()):
            return record
        return DecisionRecord.model_validate_json(self.lake.read(key))

    def _carry_out(
        self, record: DecisionRecord, report: DriftReport, decision: Decision, archived: Archived
    ) -> DecisionRecord:
        arn = self._retrain(record) if decision.action is Action.RETRAIN else None
        if decision.action is not Action.NOTHING:
            context = DriftAlertContext(
                dataset=self.dataset.name,
                start=record.window.start,
                end=record.window.end,
                champion=record.champion_version,
                report_uri=self.lake.uri(archived.page_key or record.report_key),
                execution_arn=arn,
            )
            self.alerts.publish(drift_alert(report, decision, context))
        done = record.model_copy(update={"execution_arn": arn, "done": True})
        self._log_decision(done)
        return done

    def _retrain(self, record: DecisionRecord) -> str:
        request = RetrainingRequest(
            training_id=training_of_check(record.check_id),
            as_of=record.window.end,
            trigger=Trigger.DRIFT,
            reason=record.reason,
            report=self.lake.uri(record.report_key),
        )
        return self.retraining.start(request)

    def _log_decision(self, record: DecisionRecord) -> None:
        key = lake_keys.decision(record.window.end, record.check_id)
        self.lake.write(key, record.model_dump_json(indent=2).encode())

    def _log(self, report: DriftReport, record: DecisionRecord, archived: Archived) -> str | None:
        return log_run(report, record, archived.page, dataset=self.dataset.name, tracking=self.tracking)


def _response(
    record: DecisionRecord,
    report: DriftReport,
    archived: Archived,
    *,
    run_id: str | None = None,
    duplicate: bool = False,
) -> DriftCheckResponse:
    return DriftCheckResponse(
        check_id=record.check_id,
        window=record.window,
        rows=report.current.rows,
        features_drifted=report.features_drifted,
        share_drifted=report.share_drifted,
        decision=record.action,
        reason=record.reason,
        report_key=record.report_key,
        page_key=archived.page_key,
        files_quarantined=tuple(file.file for file in report.files_quarantined),
        execution_arn=record.execution_arn,
        tracking_run_id=run_id,
        alerted=record.action != Action.NOTHING and not (duplicate or record.backfilled),
        duplicate=duplicate,
    )
