"""The rows of those tables that are made from records, with the columns that `contracts.archive` describes."""

from typing import Any

from courtside.contracts import lake_keys
from courtside.contracts.records import DecisionRecord, IncidentRecord, Reign
from courtside.core.runs import Run

Row = dict[str, Any]


def decision_row(record: DecisionRecord) -> Row:
    """Return a decision as a row of `decisions`."""
    own = _columns(
        record, "check_id", "decided_at", "champion_version", "action", "rule", "reason", "report_key", "done",
        "backfilled", "execution_arn", "history", "overdue_since", "contract_version", "contract_hash",
    )  # fmt: skip
    return own | {
        "window_start": record.window.start,
        "window_end": record.window.end,
        "numbers": list(record.numbers.items()),
        "would_change": list(record.would_change),
        "by_hand": lake_keys.is_by_hand(record.check_id),
        "decided_by": record.by or None,
        "asked_for": record.request.asks_for if record.request else None,
        "training_id": record.request.training_id if record.request else None,
        "load_id": record.load,
    }


def incident_row(record: IncidentRecord) -> Row:
    """Return an incident as a row of `incidents`."""
    own = _columns(
        record, "id", "kind", "headline", "opened_at", "updated_at", "resolved_at", "findings", "told", "escalated_at",
        "report",
    )  # fmt: skip
    return own | {
        "severity": record.severity.value,
        "state": record.state.value,
        "subjects": list(record.subjects),
        "answered_by": record.by or None,
        "snoozed_until": record.until,
        "note": record.note or None,
    }


def production_row(reign: Reign) -> Row:
    """Return a version's time as champion as a row of `production`."""
    own = _columns(reign, "version", "training_id", "rule", "reason", "sha256", "recalibrates")
    return own | {"champion_from": reign.since, "champion_until": reign.until, "decided_by": reign.by}


def run_row(run: Run) -> Row:
    """Return what ran as a row of `runs`."""
    own = _columns(run, "id", "failed", "started_by", "started_at", "ended_at", "outcome")
    return own | {"kind": run.kind.value, "state": run.state.value}


def _columns(record: object, *names: str) -> Row:
    return {name: getattr(record, name) for name in names}
