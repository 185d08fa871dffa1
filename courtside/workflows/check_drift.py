"""The drift check: champion's reference against a window, and what follows from it."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from courtside.contracts import lake_keys
from courtside.contracts.errors import CourtsideError
from courtside.contracts.events import DriftCheckRequest, DriftCheckResponse, RetrainingRequest, Trigger, Window
from courtside.contracts.records import ChampionReference, DecisionRecord
from courtside.core.alerting import DriftAlertContext, drift_alert
from courtside.core.dataset import Dataset
from courtside.core.decision import Action, Decision, DecisionPolicy, decide
from courtside.core.drift import DriftReport, Policy, Profile, check
from courtside.core.features import build_features
from courtside.workflows.games import read_games
from courtside.workflows.ports import AlertChannel, Lake, ObjectMissing, Retraining


class NoChampion(CourtsideError):
    """There is no champion to compare with."""

    def __init__(self) -> None:
        super().__init__("there is no champion yet: start a first training with `courtside retrain --trigger initial`")


class EmptyWindow(CourtsideError):
    """No row falls into the window."""

    def __init__(self, window: Window) -> None:
        self.window = window
        super().__init__(f"no rows between {window.start} and {window.end}: is the data of these days in the lake?")


@dataclass(frozen=True, slots=True)
class DriftMonitor:
    """A drift check with its ports and policies."""

    lake: Lake
    alerts: AlertChannel
    retraining: Retraining
    dataset: Dataset
    drift_policy: Policy
    decision_policy: DecisionPolicy
    window_days: int

    def run(self, request: DriftCheckRequest, *, now: datetime) -> DriftCheckResponse:
        """Check one window, log the decision and carry it out.

        Idempotent: the same champion, window and policy give the same check; one that was carried out before
        is only read back, so a repeated event alerts nobody twice. Raises `NoChampion`, `NoGames`, `EmptyWindow`.
        """
        window = request.window or self._window_before((request.as_of or now).date())
        champion = self._champion()
        report = self._report(champion, window)
        decision = decide(report, self.decision_policy)
        check_id = f"v{champion.version}-{window.start}-{window.end}-{report.policy}"
        record = DecisionRecord(
            check_id=check_id,
            window=window,
            champion_version=champion.version,
            action=decision.action,
            rule=decision.rule,
            reason=decision.reason,
            report_key=lake_keys.drift_report(window.end, check_id),
            decided_at=now,
        )
        first = self._claim(record)
        if first.done:
            return _response(first, report, duplicate=True)
        self.lake.write(record.report_key, json.dumps(report.to_dict(), indent=2, default=str).encode())
        return _response(self._carry_out(record, report, decision), report, duplicate=False)

    def _window_before(self, day: date) -> Window:
        return Window(start=day - timedelta(days=self.window_days), end=day)

    def _champion(self) -> ChampionReference:
        try:
            return ChampionReference.model_validate_json(self.lake.read(lake_keys.CHAMPION_REFERENCE))
        except ObjectMissing as error:
            raise NoChampion from error

    def _report(self, champion: ChampionReference, window: Window) -> DriftReport:
        reference = Profile.from_bytes(self.lake.read(champion.profile_key))
        rows = self._rows(window)
        if rows.num_rows == 0:
            raise EmptyWindow(window)
        current = reference.summarize(rows.to_batches())
        return check(reference, current, self.drift_policy)

    def _rows(self, window: Window) -> pa.Table:
        # The season before the window's first one holds the games that the rolling features look back on.
        games = read_games(lake=self.lake, until=window.end, since_season=window.start.year - 1)
        features = build_features(games, dataset=self.dataset)
        start = pa.scalar(window.start, pa.date32())
        return features.filter(pc.greater_equal(features.column(self.dataset.time_column), start))

    def _claim(self, record: DecisionRecord) -> DecisionRecord:
        """Log the decision, or return the one that is logged already for this check."""
        key = lake_keys.decision(record.window.end, record.check_id)
        if self.lake.claim(key, record.model_dump_json(indent=2).encode()):
            return record
        return DecisionRecord.model_validate_json(self.lake.read(key))

    def _carry_out(self, record: DecisionRecord, report: DriftReport, decision: Decision) -> DecisionRecord:
        arn = self._retrain(record) if decision.action is Action.RETRAIN else None
        if decision.action is not Action.NOTHING:
            context = DriftAlertContext(
                dataset=self.dataset.name,
                start=record.window.start,
                end=record.window.end,
                champion=record.champion_version,
                report_uri=self.lake.uri(record.report_key),
                execution_arn=arn,
            )
            self.alerts.publish(drift_alert(report, decision, context))
        done = record.model_copy(update={"execution_arn": arn, "done": True})
        key = lake_keys.decision(record.window.end, record.check_id)
        self.lake.write(key, done.model_dump_json(indent=2).encode())
        return done

    def _retrain(self, record: DecisionRecord) -> str:
        request = RetrainingRequest(
            training_id=f"drift-{record.check_id}",
            as_of=record.window.end,
            trigger=Trigger.DRIFT,
            reason=record.reason,
        )
        return self.retraining.start(request)


def _response(record: DecisionRecord, report: DriftReport, *, duplicate: bool) -> DriftCheckResponse:
    return DriftCheckResponse(
        check_id=record.check_id,
        window=record.window,
        rows=report.current.rows,
        features_drifted=report.features_drifted,
        decision=record.action,
        reason=record.reason,
        report_key=record.report_key,
        execution_arn=record.execution_arn,
        alerted=record.action != Action.NOTHING and not duplicate,
        duplicate=duplicate,
    )
