"""The documents of a model that rows are made from, in memory."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from courtside.contracts import lake_keys, ledger_keys
from courtside.contracts.archive import table_named
from courtside.contracts.events import RetrainingRequest, Trigger, Window
from courtside.contracts.incidents import Severity
from courtside.contracts.records import DecisionRecord, IncidentRecord, Reign
from courtside.core.runs import Execution
from courtside.workflows.archive.derive import Derive
from courtside.workflows.archive.read import Archive
from courtside.workflows.ledger_documents import written
from courtside.workflows.model_ledger import ModelLedger
from tests.fakes.ports import InMemoryExecutions, InMemoryLake, InMemoryLedger

MODEL = "churn"
DAY, NEXT = date(2026, 3, 1), date(2026, 3, 2)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def request(training_id: str = "t1", **more: Any) -> RetrainingRequest:
    return RetrainingRequest(
        model=MODEL, training_id=training_id, as_of=DAY, trigger=Trigger.DRIFT, reason="it moved", **more
    )


@dataclass
class Sources:
    """Puts documents where the stage puts them, and reads back the rows that are made of them."""

    lake: InMemoryLake = field(default_factory=InMemoryLake)
    ledger: ModelLedger = field(default_factory=lambda: ModelLedger(InMemoryLedger(), MODEL))
    executions: InMemoryExecutions = field(default_factory=InMemoryExecutions)

    def derive(self) -> int:
        return Derive(self.lake, self.ledger, self.executions)()

    def rows(self, table: str, model: str = MODEL) -> list[dict[str, Any]]:
        return Archive(self.lake).read(table_named(table), model).to_pylist()

    def decide(self, check_id: str, day: date = DAY, **more: Any) -> None:
        given: dict[str, Any] = {
            "model": MODEL,
            "check_id": check_id,
            "window": Window(start=day - timedelta(days=7), end=day),
            "champion_version": "3",
            "action": "alert",
            "rule": "drift",
            "reason": "age moved",
            "report_key": "",
            "decided_at": NOON,
        }
        record = DecisionRecord(**(given | more))
        self.lake.write(lake_keys.decision(MODEL, day, check_id), record.model_dump_json().encode())

    def open(self, incident_id: str, model: str = MODEL, **more: Any) -> None:
        given: dict[str, Any] = {
            "id": incident_id,
            "model": model,
            "kind": "drift",
            "severity": Severity.WARNING,
            "headline": "age moved",
            "opened_at": NOON,
            "updated_at": NOON,
            "waiting_since": NOON,
        }
        record = IncidentRecord(**(given | more))
        self.lake.write(lake_keys.incident(model, incident_id), record.model_dump_json().encode())

    def crown(self, version: str, since: datetime, until: datetime | None = None, *, revision: int = 0) -> None:
        reign = Reign(version=version, training_id=f"t{version}", since=since, until=until, rule="better",
                      reason="it is better", by="gate")  # fmt: skip
        assert self.ledger.put(written(ledger_keys.history(since, version), reign, expected_revision=revision))

    def run(self, training_id: str, status: str = "RUNNING", started_at: datetime = NOON, **more: Any) -> None:
        self.executions.add(Execution(training_id, status, started_at, request=request(training_id), **more))
