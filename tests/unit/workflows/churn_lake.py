"""Lakes that contain the churn table in one or several files."""

import io
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq

from courtside.contracts import lake_keys
from courtside.contracts.events import RetrainingRequest, Trigger
from tests.fakes.ports import InMemoryLake

PREFIX = lake_keys.tables("churn")


def parquet(table: pa.Table) -> bytes:
    content = io.BytesIO()
    pq.write_table(table, content)
    return content.getvalue()


def lake_of(**tables: pa.Table) -> InMemoryLake:
    return InMemoryLake({f"{PREFIX}{name}.parquet": parquet(table) for name, table in tables.items()})


def asked(training_id: str = "first", *, as_of: date = date(2024, 1, 1), model: str = "churn") -> RetrainingRequest:
    return RetrainingRequest(model=model, training_id=training_id, as_of=as_of, trigger=Trigger.MANUAL, reason="test")
