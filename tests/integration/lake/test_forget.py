"""`courtside forget` on a bucket that keeps versions: afterwards a customer is in none of them."""

import io
import json
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from courtside.adapters.deployment import stage_outputs
from courtside.adapters.dynamodb_ledger import DynamoDbLedger
from courtside.adapters.s3_incoming import S3Incoming
from courtside.adapters.s3_lake import S3Lake
from courtside.contracts import lake_keys
from courtside.contracts.names import StackOutput
from courtside.core.parquet import parquet_content
from courtside.workflows.arrivals import Arrivals
from courtside.workflows.incidents import Incidents
from courtside.workflows.label_loads import load_labels
from courtside.workflows.stage_models import StageModels
from courtside.workflows.table_loads import load_table
from tests.datasets.churn import CONTRACT, DATASET, churn_table
from tests.fakes.added_models import add_model
from tests.fakes.console_script import Done, run
from tests.fakes.ports import RecordedAlerts
from tests.integration.lake.conftest import STAGE

CUSTOMER = 17
NOW = datetime(2026, 3, 3, tzinfo=UTC)


def holding(lake: S3Lake) -> list[str]:
    """Return the keys of the object versions that have a row about the customer."""
    return [each.key for each in lake.versions("") if not each.removed and CUSTOMER in customers(lake, each)]


def customers(lake: S3Lake, version: Any) -> set[int]:
    content = lake.read(version.key, version_id=version.version_id)
    if not content.startswith(b"PAR1"):
        return set()
    table = pq.read_table(io.BytesIO(content))
    if "customer_id" in table.column_names:
        return set(table.column("customer_id").to_pylist())
    return {int(each.partition("|")[0]) for each in table.column("id").to_pylist()}


def lived(lake: S3Lake) -> None:
    """Let a model take in rows by hand and by themselves, and labels."""
    add_model(str(CONTRACT), stage=STAGE)
    rows = churn_table(60)
    load_table(
        parquet_content(rows.slice(0, 40)), file="a", lake=lake, dataset=DATASET, now=NOW, progress=lambda _: None
    )
    revised = pa.concat_tables(
        [rows.slice(CUSTOMER, 1).set_column(3, "monthly_charge", pa.array([9.5])), rows.slice(40)]
    )
    lake.write(f"{lake_keys.incoming('churn')}b.parquet", parquet_content(revised))
    ledger = DynamoDbLedger(stage_outputs(STAGE)[StackOutput.LEDGER_TABLE])
    incoming = S3Incoming(lake.bucket, lake_keys.incoming("churn"))
    taken = Arrivals(DATASET, [incoming], lake, ledger, Incidents(ledger, lake, RecordedAlerts())).round(now=NOW)
    assert (taken.loaded, taken.rows) == (1, 21)
    labels = rows.select(["customer_id", "measured_at", "churned"])
    load_labels(labels, file="labels", as_of=None, lake=lake, dataset=DATASET, now=NOW)


def forget(*arguments: str) -> Done:
    return run("forget", "--model", "churn", "--id", str(CUSTOMER), "--stage", STAGE, "--json", *arguments)


def test_a_customer_is_in_no_version_of_any_object_afterwards(lake: S3Lake) -> None:
    lived(lake)
    held = holding(lake)
    assert len(held) > len(set(held) & set(lake.keys(""))) > 5
    looked = json.loads(forget("--dry-run").stdout)
    assert sum(place["versions"] for place in looked["places"]) == len(held)
    assert holding(lake) == held
    done = forget("--yes")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["proof"]["proven"], said["left"], said["rows"]) == (True, [], len(held))
    assert said["by"].startswith("arn:")
    assert holding(lake) == []
    record = json.loads(lake.read(said["record"].removeprefix(lake.uri(""))))
    assert record["columns"] == ["customer_id"]
    table = [
        pq.read_table(io.BytesIO(lake.read(key))) for key in lake.keys(lake_keys.tables("churn")) if "parquet" in key
    ]
    assert sorted(each for part in table for each in part.column("customer_id").to_pylist()) == [
        each for each in range(60) if each != CUSTOMER
    ]
    assert json.loads(forget("--yes").stdout)["places"] == []


def test_rows_of_a_model_that_was_removed_are_still_there_to_be_erased(lake: S3Lake) -> None:
    lived(lake)
    stage = stage_outputs(STAGE)
    StageModels(DynamoDbLedger(stage[StackOutput.LEDGER_TABLE]), lake).remove("churn", now=NOW)
    done = forget("--yes")
    assert done.returncode == 0, done.stderr
    assert holding(lake) == []
