"""Loads of a table of customers into a lake in memory."""

from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa

from courtside.core.drift.reading import Days
from courtside.workflows.freeze import freeze
from courtside.workflows.ports import Lake
from courtside.workflows.rows import rows_before, usable_files
from courtside.workflows.table_loads import TableLoaded, load_table, unload_table
from tests.datasets.churn import DATASET, churn_table
from tests.unit.workflows.churn_lake import asked, parquet

NOW = datetime(2024, 3, 1, tzinfo=UTC)
TABLE = churn_table(900)
FIRST, SECOND = TABLE.slice(0, 600), TABLE.slice(600)
EVER = Days(end=date(2030, 1, 1))


def load(table: pa.Table, lake: Lake, *, file: str = "churn.parquet", **options: Any) -> TableLoaded:
    given = {"dataset": DATASET, "now": NOW, "progress": lambda _: None} | options
    return load_table(parquet(table), file=file, lake=lake, **given)


def unload(load_id: str, lake: Lake) -> TableLoaded:
    return unload_table(load_id, lake=lake, dataset=DATASET, now=NOW)


def rows(lake: Lake) -> int:
    """Return how many rows readers find, after checking that a training accepts them."""
    files, quarantined = usable_files(EVER, lake=lake, dataset=DATASET)
    assert quarantined == ()
    freeze(asked(f"at-{len(files)}"), lake=lake, dataset=DATASET)
    return rows_before(date(2030, 1, 1), files, dataset=DATASET).num_rows
