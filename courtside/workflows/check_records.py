"""What a drift check leaves: the record of its decision, and its answer."""

import json
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from courtside.contracts import drift_keys, lake_keys
from courtside.contracts.events import DriftCheckResponse, Window
from courtside.contracts.records import ChampionReference, DecisionRecord, Situation
from courtside.core.dataset import Dataset
from courtside.core.decision import Action, Decision, decide
from courtside.core.decision_findings import Decided
from courtside.core.drift import DriftReport
from courtside.workflows.drift_window import WindowReport
from courtside.workflows.ports import Lake

LEFT_TO_PEOPLE = "performance_left_to_people"


def check_of(found: WindowReport, champion: ChampionReference) -> str:
    """Return the name of a check: the same champion, rows and policy are the same check."""
    what = f"load-{found.load}" if found.load else f"{found.window.start}-{found.window.end}"
    # The same rows may have been news before a person accepted them.
    accepted = f"-{found.accepted}" if found.accepted else ""
    return f"v{champion.version}-{what}-{found.report.policy}{accepted}"


def unchecked(window: Window) -> str:
    """Return the name of a check that found nothing: once there is something, that check must not count as done."""
    return f"nothing-{window.start}-{window.end}"


def is_repetition(record: DecisionRecord, *, check: str, as_of: date) -> bool:
    """Tell whether a record is of the check with this name on the same day."""
    return record.check_id.startswith(check) and (record.situation is None or record.situation.as_of == as_of)


def record_of(
    check: str,
    window: Window,
    decided: Decided,
    *,
    dataset: Dataset,
    champion: str,
    now: datetime,
    load: str | None = None,
) -> DecisionRecord:
    """Return the record of a decision that nothing was done about yet.

    A check of the same rows may have been carried out before the cause came that is no matter of these rows, so that
    cause is part of the id. Without a report there is no key of one.
    """
    situation, decision, contract = decided.situation, decided.decision, dataset.contract
    check_id = f"{check}{_cause(decided)}"
    return DecisionRecord(
        model=dataset.name,
        check_id=check_id,
        window=window,
        champion_version=champion,
        action=decision.action,
        rule=decision.rule,
        reason=decision.reason,
        report_key=drift_keys.drift_report(dataset.name, window.end, check_id) if decided.report else "",
        decided_at=now,
        contract_version=contract.version,
        contract_hash=contract.sha256,
        load=load,
        overdue_since=situation.overdue_since,
        numbers=dict(decision.numbers),
        would_change=decision.would_change,
        history=decision.history,
        situation=situation,
        policy=decided.policy.as_dict(),
    )


def decision_of(record: DecisionRecord, situation: Situation, decided: Decided) -> Decision:
    """Return what was decided according to a record, though today's rules might decide otherwise."""
    today, asked = decide(situation, decided.policy), record.request
    if record.action == today.action:
        return today
    return replace(
        today,
        action=Action(record.action),
        rule=record.rule,
        reason=record.reason,
        trigger=asked.trigger if asked else None,
        version=asked.roll_back_to if asked else None,
        would_change=record.would_change,
    )


def _cause(decided: Decided) -> str:
    decision = decided.decision
    if decision.version is not None:
        return f"-{decision.action}-v{decision.version}"
    if decision.due is not None:
        return f"-{decision.action if decision.action is Action.RECALIBRATE else decision.trigger}-{decision.due}"
    if decision.rule == LEFT_TO_PEOPLE:
        return f"-performance-{decided.situation.as_of}"
    return ""


def decision_key(record: DecisionRecord) -> str:
    """Return the key of a decision's record in the lake."""
    return lake_keys.decision(record.model, record.window.end, record.check_id)


def document_of(record: DecisionRecord) -> bytes:
    """Return a decision's record as it lies in the lake."""
    return record.model_dump_json(indent=2).encode()


def response_of(
    record: DecisionRecord,
    report: DriftReport | None = None,
    *,
    page_key: str | None = None,
    run_id: str | None = None,
    alerted: bool = False,
    duplicate: bool = False,
) -> DriftCheckResponse:
    """Return a check's answer; without a report there was nothing to check."""
    return DriftCheckResponse(
        model=record.model,
        check_id=record.check_id,
        window=record.window,
        rows=report.current.rows if report else 0,
        features_drifted=report.features_drifted if report else (),
        table_drifted=tuple(each.name for each in report.table_drifted) if report else (),
        segments_drifted=tuple(each.name for each in report.segments_drifted) if report else (),
        share_drifted=report.share_drifted if report else 0.0,
        decision=record.action,
        rule=record.rule,
        reason=record.reason,
        report_key=record.report_key,
        page_key=page_key,
        files_quarantined=tuple(file.file for file in report.files_quarantined) if report else (),
        execution_arn=record.execution_arn,
        tracking_run_id=run_id,
        alerted=alerted,
        duplicate=duplicate,
        overdue_since=record.overdue_since,
    )


def repeated(record: DecisionRecord, *, lake: Lake) -> DriftCheckResponse:
    """Return the answer of a check that was carried out before, as it was then: rows may have come since.

    Raises `ObjectMissing` where somebody removed its report.
    """
    report: dict[str, Any] = json.loads(lake.read(record.report_key))
    summary = report["summary"]
    return response_of(record, duplicate=True).model_copy(
        update={
            "rows": report["current"]["rows"],
            "features_drifted": tuple(summary["features_drifted"]),
            "table_drifted": tuple(summary["table_drifted"]),
            "segments_drifted": tuple(summary.get("segments_drifted", ())),
            "share_drifted": summary["share_drifted"],
            "files_quarantined": tuple(each["file"] for each in report.get("files_quarantined", ())),
        }
    )
