"""A model of customers as it is after a while on a stage: every place that keeps rows holds some of each customer."""

import io
import zipfile
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
from pyarrow import csv

from courtside.contracts import dashboard_keys, lake_keys, ledger_keys
from courtside.core.archive_schemas import PREDICTIONS
from courtside.core.forget import Wanted, wanted_ids
from courtside.core.parquet import parquet_content
from courtside.core.rows.ids import ids_of
from courtside.workflows.archive_log import predictions_log
from courtside.workflows.arrivals import Arrivals
from courtside.workflows.forget.forget import Forgetting, Forgotten
from courtside.workflows.incidents import Incidents
from courtside.workflows.label_loads import load_labels
from courtside.workflows.ports import LedgerWrite
from courtside.workflows.sealed_models import SealedModel, seal
from courtside.workflows.table_loads import load_table, unload_table
from courtside.workflows.train import train
from tests.datasets.churn import DATASET, churn_table
from tests.fakes.incoming import InMemoryIncoming
from tests.fakes.ports import InMemoryLedger, InMemoryRegistry, InMemoryTracking, RecordedAlerts
from tests.fakes.versioned_lake import VersionedInMemoryLake
from tests.unit.workflows.churn_lake import asked

NOW = datetime(2026, 3, 1, 7, tzinfo=UTC)
DAY = date(2026, 3, 1)
CHURN = replace(DATASET, candidates=("logistic_regression",), legacy_set=True)
PERSON, NEIGHBOUR = "C-000017", "C-00001"
"""Whom a test forgets, and another customer, with whose id that one's begins."""


def customers(first: int, count: int, *, seed: int) -> pa.Table:
    """Return rows of customers numbered from `first` on, and two of `PERSON`, one of them the newest of all rows."""
    table = churn_table(count, seed=seed)
    names = [f"C-{number:06d}" for number in range(first, first + count)]
    names[:2] = [PERSON, NEIGHBOUR][:count]
    names[int(np.argmax(table.column("measured_at").to_numpy()))] = PERSON
    return table.set_column(0, "customer_id", pa.array(names))


@dataclass
class Life:
    """A stage with one model, whose lake keeps every version."""

    lake: VersionedInMemoryLake = field(default_factory=VersionedInMemoryLake)
    ledger: InMemoryLedger = field(default_factory=InMemoryLedger)
    place: InMemoryIncoming = field(default_factory=lambda: InMemoryIncoming(prefix="s3://lake/incoming/churn/"))
    sealed: SealedModel = field(init=False)
    said: list[str] = field(default_factory=list)

    def copy(self) -> "Life":
        """Return the same stage once more, so that a test may change it."""
        lake = VersionedInMemoryLake({key: list(versions) for key, versions in self.lake.history.items()})
        lake.written = self.lake.written
        place = InMemoryIncoming(dict(self.place.contents), prefix=self.place.prefix)
        life = Life(lake, InMemoryLedger(dict(self.ledger.documents)), place)
        life.sealed = replace(self.sealed, lake=lake)
        return life

    def arrives(self, path: str, content: bytes) -> None:
        """Let a file arrive and a round take it in."""
        self.place.put(path, content)
        self.lake.write(f"{lake_keys.incoming('churn')}{path}", content)

    def round(self) -> None:
        incidents = Incidents(self.ledger, self.lake, RecordedAlerts(), sleep=lambda _: None)
        Arrivals(CHURN, [self.place], self.lake, self.ledger, incidents).round(now=NOW)

    def trains(self, training_id: str = "first") -> None:
        request = asked(training_id, as_of=date(2024, 1, 1))
        record = train(request, lake=self.lake, tracking=InMemoryTracking(), dataset=CHURN, publish=False)
        registry = InMemoryRegistry(trainings={"1": training_id})
        assert record.challenger_version == "1"
        self.sealed = seal("1", model="churn", lake=self.lake, registry=registry)

    def predicts(self, rows: pa.Table) -> None:
        count = rows.num_rows
        said = {
            "id": ids_of(rows, CHURN),
            "as_of": [DAY] * count,
            "made_at": [NOW] * count,
            "version": ["1"] * count,
            "sha256": ["s"] * count,
            "role": ["champion"] * count,
            "prediction": [0.5] * count,
            "features_hash": ["h"] * count,
            "revision": [1] * count,
        }
        table = pa.table(said)
        for each in PREDICTIONS:
            if each.name not in table.column_names:
                table = table.append_column(each.name, pa.nulls(count, each.type))
        predictions_log("churn", lake=self.lake).append(
            DAY, lambda _: table.select(PREDICTIONS.names).cast(PREDICTIONS)
        )

    def wanted(self, *ids: str) -> Wanted:
        return wanted_ids(ids or [PERSON], CHURN)

    def forgetting(self, *ids: str) -> Forgetting:
        return Forgetting.of(
            self.wanted(*ids),
            dataset=CHURN,
            lake=self.lake,
            ledger=self.ledger,
            incoming=self.place,
            progress=self.said.append,
        )

    def forget(self, *ids: str, now: datetime = NOW) -> Forgotten:
        forgetting = self.forgetting(*ids)
        return forgetting.erase(forgetting.look(now=now), by="arn:ann", now=now)


def a_life() -> Life:
    """Return a model that took in, refused, unloaded, trained, sealed, predicted and learned labels."""
    life, first, second = Life(), customers(0, 400, seed=7), customers(1_000, 60, seed=8)
    life.arrives("first.parquet", parquet_content(first))
    revised = first.slice(0, 1).set_column(3, "monthly_charge", pa.array([99.5]))
    life.round()
    life.arrives("revised.csv", _csv(revised))
    life.arrives("broken.csv", f"customer_id,measured_at\n{PERSON},never\n".encode())
    wrong = pa.concat_tables([second, second.slice(0, 1).set_column(3, "monthly_charge", pa.array([1.5]))])
    life.arrives("wrong.parquet", parquet_content(wrong))
    life.round()
    by_hand = customers(2_000, 50, seed=9)
    load = load_table(parquet_content(by_hand), file="by-hand.parquet", lake=life.lake, dataset=CHURN, now=NOW,
                      progress=lambda _: None).load  # fmt: skip
    life.trains()
    unload_table(load.id, lake=life.lake, dataset=CHURN, now=NOW)
    life.predicts(second)
    labels = second.select(["customer_id", "measured_at", "churned"])
    later = pa.array([datetime(2025, 6, 1)], labels.schema.field("measured_at").type)  # noqa: DTZ001 — as the table's
    stranger = labels.slice(0, 1).set_column(1, "measured_at", later)
    labels = pa.concat_tables([labels, stranger])
    load_labels(labels, file="labels.csv", as_of=DAY, lake=life.lake, dataset=CHURN, now=NOW)
    backup = io.BytesIO()
    with zipfile.ZipFile(backup, "w") as archive:
        archive.writestr("params", f"note\tasked by {PERSON}\n")
    life.lake.write(lake_keys.tracking_backup(NOW), backup.getvalue())
    life.lake.write(f"{lake_keys.QUERY_RESULTS_PREFIX}0b7c.csv", f'"id","role"\n"{PERSON}","champion"\n'.encode())
    life.lake.write(lake_keys.settled("round", "churn"), f'{{"reason": "row {PERSON} is odd"}}'.encode())
    life.lake.write(lake_keys.settled("round", "other"), f'{{"reason": "row {PERSON} is odd"}}'.encode())
    life.lake.write(dashboard_keys.model_page("churn"), b"<p>nobody is named</p>")
    key = ledger_keys.incident("churn", "quarantine")
    entry = life.ledger.get(key)
    document = f'{{"line": "the row of {PERSON} is wrong"}}'
    life.ledger.put(LedgerWrite(key, document, entry.revision if entry else 0))
    return life


def _csv(table: pa.Table) -> bytes:
    content = io.BytesIO()
    csv.write_csv(table, content)
    return content.getvalue()
