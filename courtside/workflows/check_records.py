"""What a drift check leaves: the record of its decision, and its answer."""

import json
from typing import Any

from courtside.contracts import lake_keys
from courtside.contracts.events import DriftCheckResponse
from courtside.contracts.records import DecisionRecord
from courtside.core.drift import DriftReport
from courtside.workflows.ports import Lake


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
