"""What the tracking server is told about a drift check."""

import logging
from collections.abc import Iterable

from courtside.contracts.names import DRIFT_PAGE
from courtside.contracts.records import DecisionRecord
from courtside.contracts.shortening import shortened
from courtside.core.drift.reports.report import DriftReport
from courtside.workflows.ports import DriftRun, DriftTracking, TrackingUnavailable

logger = logging.getLogger(__name__)

LONGEST_TAG = 500
"""Characters that any version of the tracking server takes as a tag's value."""


def log_run(
    report: DriftReport,
    record: DecisionRecord,
    page: bytes | None,
    *,
    tracking: DriftTracking | None,
    new: bool = False,
) -> str | None:
    """Log a short run and return its id; None without a tracking server, or when it is away (a warning is logged).

    `new` says that nobody can have logged this check before.
    """
    if tracking is None:
        return None
    run = DriftRun(
        check_id=record.check_id,
        at=record.decided_at,
        tags=_tags(report, record),
        metrics=_metrics(report),
        attachments={DRIFT_PAGE: page} if page is not None else {},
        new=new,
    )
    try:
        return tracking.log(run)
    except TrackingUnavailable as error:
        logger.warning("drift check %s is not logged to the tracking server: %s", record.check_id, error)
        return None


def _tags(report: DriftReport, record: DecisionRecord) -> dict[str, str]:
    return {
        "dataset": record.model,
        "champion_version": record.champion_version,
        "policy": report.policy,
        "window_start": record.window.start.isoformat(),
        "window_end": record.window.end.isoformat(),
        "decision": record.action,
        "severity": report.severity.value,
        "features_drifted": shortened(", ".join(report.features_drifted), LONGEST_TAG),
        "began": report.began.isoformat() if report.began else "",
        "backfilled": str(record.backfilled).lower(),
        "report_key": record.report_key,
    }


def _metrics(report: DriftReport) -> dict[str, float]:
    values = {
        "rows": report.current.rows,
        "features_checked": report.features_checked,
        "features_drifted": len(report.features_drifted),
        "share_drifted": report.share_drifted,
        "drift_detected": report.drift_detected,
        "files_quarantined": len(report.files_quarantined),
        "table_drifted": bool(report.table_drifted),
        "max_psi": _largest(feature.statistic("psi") for feature in report.features),
        "max_effect": _largest(feature.effect for feature in report.features),
    }
    return {name: float(value) for name, value in values.items() if value is not None}


def _largest(values: Iterable[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)
