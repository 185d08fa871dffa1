"""Lakes that contain labels of the churn model, or rows that have them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa

from courtside.contracts import lake_keys
from courtside.core.parquet import parquet_content
from courtside.datasets.catalog import load_dataset
from courtside.workflows.archive_log import labels_log
from courtside.workflows.label_loads import LabelsLoaded, load_labels
from courtside.workflows.late_labels import TakenLabels, take_labels
from tests.fakes.ports import InMemoryLake

CHURN = load_dataset("courtside/datasets/examples/churn.yaml")
FIRST = date(2026, 3, 1)

Said = Mapping[str, str | None]


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def noon(number: int) -> datetime:
    return datetime(2026, 3, 1, 12, tzinfo=UTC) + timedelta(days=number)


def rows(said: Said, *, billed: int = 0) -> pa.Table:
    billed_on = pa.array([day(billed)] * len(said), pa.date32())
    ids, labels = (pa.array(list(each), pa.string()) for each in (said.keys(), said.values()))
    return pa.table([ids, billed_on, labels], names=["customer_id", "billed_on", "churned"])


def load(lake: InMemoryLake, said: Said, *, on: int, as_of: date | None = None, billed: int = 0) -> LabelsLoaded:
    return load_labels(
        rows(said, billed=billed), file="labels.csv", as_of=as_of, lake=lake, dataset=CHURN, now=noon(on)
    )


def put_in_table(lake: InMemoryLake, said: Said, *, name: str = "rows", billed: int = 0) -> None:
    """Let the model's table say this, in a file that replaces the one of that name."""
    lake.objects[f"{lake_keys.tables('churn')}{name}.parquet"] = parquet_content(rows(said, billed=billed))


def take(lake: InMemoryLake, *, on: int) -> TakenLabels:
    return take_labels(day(on), lake=lake, dataset=CHURN, now=noon(on))


def stored(lake: InMemoryLake) -> list[tuple[str, str | None, int, str, int]]:
    """Return all labels in the order of the log: customer, label, day, source and revision."""
    log = labels_log(CHURN.name, lake=lake)
    tables = [log.read(each, number) for each, numbers in log.days().items() for number in numbers]
    return [
        (row["id"].split("|")[0], row["label"], (row["known_on"] - FIRST).days, row["source"], row["revision"])
        for table in tables
        for row in table.to_pylist()
    ]


def newest(lake: InMemoryLake) -> dict[str, str | None]:
    """Return the label of each customer that counts, without those that were taken back."""
    found = {row: label for row, label, *_ in stored(lake)}
    return {row: label for row, label in found.items() if label is not None}
