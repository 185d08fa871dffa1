"""Records of the stage as lines of the pages."""

from courtside.contracts.records import DecisionRecord, IncidentRecord, Reign
from courtside.core.dashboard.views import DecisionLine, IncidentLine, Tenure

ROLLBACK, PROMOTION, IMPORT = "rollback", "promotion", "import"
_IMPORTED = "import-"


def incident_line(record: IncidentRecord, *, report_key: str) -> IncidentLine:
    """Return the line of an incident; `report_key` is the page of what it found last."""
    return IncidentLine(
        id=record.id,
        model=record.model,
        kind=record.kind,
        severity=record.severity.value,
        state=record.state.value,
        headline=record.headline,
        opened_at=record.opened_at,
        resolved_at=record.resolved_at,
        by=record.by,
        note=record.note,
        report_key=report_key,
    )


def tenure(reign: Reign, *, card_key: str) -> Tenure:
    """Return the line of an entry of the production history; `card_key` is the page of the version's card."""
    return Tenure(
        version=reign.version,
        since=reign.since,
        until=reign.until,
        how=_how(reign),
        rule=reign.rule,
        reason=reign.reason,
        by=reign.by,
        training_id=reign.training_id,
        card_key=card_key,
    )


def _how(reign: Reign) -> str:
    if reign.rule == ROLLBACK:
        return ROLLBACK
    return IMPORT if (reign.training_id or "").startswith(_IMPORTED) else PROMOTION


def decision_line(record: DecisionRecord, *, report_key: str) -> DecisionLine:
    """Return the line of a decision; `report_key` is the page of the report that it was made from."""
    return DecisionLine(
        day=record.window.end,
        decided_at=record.decided_at,
        action=record.action,
        rule=record.rule,
        reason=record.reason,
        numbers=tuple(record.numbers.items()),
        would_change=record.would_change,
        report_key=report_key,
        by=record.by,
    )
