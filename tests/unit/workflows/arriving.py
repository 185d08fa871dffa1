"""Rounds of arrivals on in-memory ports, and functions that read the results from the lake."""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from courtside.contracts import lake_keys
from courtside.contracts.events import ArrivalsResponse
from courtside.contracts.records import ArrivalRecord
from courtside.core.dataset import Dataset
from courtside.core.drift.reading import Days
from courtside.datasets.catalog import load_dataset
from courtside.workflows.arrivals import Arrivals
from courtside.workflows.freeze import freeze
from courtside.workflows.incidents import Incidents
from courtside.workflows.ports import Incoming, IncomingClosed, IncomingFile
from courtside.workflows.rows import rows_before, usable_files
from tests.datasets.churn import DATASET
from tests.fakes.dying_lake import InterruptedLake
from tests.fakes.incoming import InMemoryIncoming
from tests.fakes.ports import InMemoryLedger, RecordedAlerts
from tests.unit.workflows.churn_lake import asked, parquet

NOW = datetime(2026, 3, 2, tzinfo=UTC)
NBA = load_dataset("nba_games")
EVER = date(2040, 1, 1)


class ClosedPlace(InMemoryIncoming):
    def files(self) -> list[IncomingFile]:
        raise IncomingClosed("s3://team-bucket/churn/", "AccessDenied")


@dataclass
class Desk:
    """Everything that a round of arrivals works on."""

    dataset: Dataset = DATASET
    lake: InterruptedLake = field(default_factory=InterruptedLake)
    place: InMemoryIncoming = field(default_factory=InMemoryIncoming)
    ledger: InMemoryLedger = field(default_factory=InMemoryLedger)
    alerts: RecordedAlerts = field(default_factory=RecordedAlerts)

    def put(self, path: str, rows: pa.Table | bytes) -> None:
        self.place.put(path, rows if isinstance(rows, bytes) else parquet(rows))

    def round(self, *, now: datetime = NOW, enough: Callable[[], bool] = lambda: False) -> ArrivalsResponse:
        return self.arrivals(self.place).round(now=now, enough=enough)

    def arrivals(self, *places: Incoming) -> Arrivals:
        incidents = Incidents(self.ledger, self.lake, self.alerts, sleep=lambda _: None)
        return Arrivals(self.dataset, places, self.lake, self.ledger, incidents)

    def arrive(self, path: str, rows: pa.Table | bytes, *, now: datetime = NOW) -> ArrivalRecord:
        """Put a file in place, run a round, and return the record of the file."""
        self.put(path, rows)
        assert self.round(now=now).files == 1
        return self.records()[-1]

    def records(self) -> list[ArrivalRecord]:
        keys = self.lake.keys(lake_keys.arrivals(self.dataset.name))
        found = [ArrivalRecord.model_validate_json(self.lake.read(key)) for key in keys]
        return sorted(found, key=lambda each: each.came_at)

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows that readers find, after checking that a training accepts them."""
        files, quarantined = usable_files(Days(end=EVER), lake=self.lake, dataset=self.dataset)
        assert quarantined == ()
        if self.dataset is DATASET:
            manifest = freeze(asked(f"at-{len(self.lake.objects)}", as_of=EVER), lake=self.lake, dataset=self.dataset)
            assert manifest.rows == sum(file.table.num_rows for file in files)
        rows: list[dict[str, Any]] = rows_before(EVER, files, dataset=self.dataset).to_pylist()
        return rows

    def log(self) -> list[dict[str, Any]]:
        """Return the log of arrived rows, oldest first."""
        keys = self.lake.keys(lake_keys.arrived_rows(self.dataset.name))
        tables = [pq.read_table(io.BytesIO(self.lake.read(key))).to_pylist() for key in keys]
        return sorted(
            (row for rows in tables for row in rows), key=lambda row: (row["arrived_at"], row["arrived_revision"])
        )

    def report(self, record: ArrivalRecord) -> dict[str, Any]:
        assert record.quarantine is not None
        told: dict[str, Any] = json.loads(self.lake.read(f"{record.quarantine}report.json"))
        return told
