"""Incidents in memory, whose findings are about named things."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from courtside.contracts import lake_keys
from courtside.contracts.incidents import Severity
from courtside.contracts.records import IncidentRecord
from courtside.core.alerting import Alert
from courtside.core.incidents import Finding
from courtside.workflows.incidents import Incidents
from courtside.workflows.ports import AlertChannel
from tests.fakes.ports import InMemoryLake, InMemoryLedger, RecordedAlerts

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MODEL, KIND = "churn", "drift"


def finding(
    evidence: str,
    *subjects: str,
    at: datetime = NOON,
    did: bool = False,
    severity: Severity | None = None,
    kind: str = KIND,
    model: str = MODEL,
) -> Finding:
    """Return a finding about these subjects; its alert and its line say which."""
    said = f"{', '.join(subjects) or 'it'} moved in {evidence}"
    alert = Alert.written(f"Courtside: {said}", [f"*{said}*"])
    return Finding(
        model=model,
        kind=kind,
        at=at,
        evidence=evidence,
        alert=alert,
        line=said,
        subjects=subjects,
        did=did,
        severity=severity,
    )


@dataclass
class Stage:
    """A stage with incidents; `telling` are the alerts that were sent, each by what it is to its incident."""

    ledger: InMemoryLedger = field(default_factory=InMemoryLedger)
    lake: InMemoryLake = field(default_factory=InMemoryLake)
    alerts: RecordedAlerts = field(default_factory=RecordedAlerts)

    def incidents(self, alerts: AlertChannel | None = None) -> Incidents:
        return Incidents(self.ledger, self.lake, alerts or self.alerts, sleep=lambda _: None)

    @property
    def telling(self) -> list[str]:
        return [str(alert.telling) for alert in self.alerts.sent]

    def kept(self, record: IncidentRecord) -> IncidentRecord:
        """Return an incident as the lake holds it."""
        return IncidentRecord.model_validate_json(self.lake.read(lake_keys.incident(record.model, record.id)))
