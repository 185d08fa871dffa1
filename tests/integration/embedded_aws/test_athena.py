"""Athena reads parquet files by the Glue catalog, takes its own SQL, and leaves results as AWS does."""

import io
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.integration.embedded_aws.conftest import Deployed

COLUMNS = {
    "id": "string", "at": "timestamp", "value": "double", "later": "bigint",
    "parts": "map<string,double>", "tags": "array<string>",
}  # fmt: skip
LEAST = 10_000_000
"""The lowest limit that a workgroup may have."""


@dataclass(frozen=True)
class Desk:
    """A workgroup with a table of two files, one of which is from before the columns that came later."""

    deployed: Deployed
    lake: str

    def ask(self, sql: str, workgroup: str = "readers", **given: Any) -> dict[str, Any]:
        """Run a query to its end and return its execution."""
        athena = self.deployed.aws.client("athena")
        context = {"Database": "archive"}
        asked = athena.start_query_execution(
            QueryString=sql, WorkGroup=workgroup, QueryExecutionContext=context, **given
        )
        deadline = time.monotonic() + 60
        while True:
            found: dict[str, Any] = athena.get_query_execution(QueryExecutionId=asked["QueryExecutionId"])
            if found["QueryExecution"]["Status"]["State"] not in {"QUEUED", "RUNNING"}:
                return dict(found["QueryExecution"])
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def rows(self, sql: str) -> list[str]:
        """Return the lines of a query's result without its heading."""
        execution = self.ask(sql)
        assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]
        bucket, _, key = execution["ResultConfiguration"]["OutputLocation"].removeprefix("s3://").partition("/")
        content = self.deployed.aws.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        return str(content.decode()).splitlines()[1:]


@pytest.fixture(scope="module")
def desk(deployed: Deployed) -> Iterator[Desk]:
    s3, glue, athena = (deployed.aws.client(name) for name in ("s3", "glue", "athena"))
    lake = deployed.output("LakeName")
    moment = pa.array([datetime(2026, 3, 1, 23, 30, tzinfo=UTC)], pa.timestamp("us", tz="UTC"))
    old = pa.table({"id": ["a"], "at": moment, "value": [0.5]})
    new = pa.table({
        "id": pa.array([None], pa.string()), "at": moment, "value": [1.5], "later": [7],
        "parts": pa.array([[("x", 0.25)]], pa.map_(pa.string(), pa.float64())), "tags": [["one", "two"]],
    })  # fmt: skip
    large = pa.table({"id": pa.array(["x" * (LEAST + 1)])})
    for name, day, rows in (("seen", "2026-03-01", old), ("seen", "2026-03-02", new), ("large", "2026-03-01", large)):
        content = io.BytesIO()
        pq.write_table(rows, content, compression="none")
        s3.put_object(Bucket=lake, Key=f"{name}/model=churn/dt={day}/000001.parquet", Body=content.getvalue())
    glue.create_database(DatabaseInput={"Name": "archive"})
    for name in ("seen", "nothing", "large"):
        glue.create_table(DatabaseName="archive", TableInput=_table(name, f"s3://{lake}/{name}/"))
    for name, enforced in (("readers", True), ("free", False)):
        athena.create_work_group(
            Name=name,
            Configuration={
                "ResultConfiguration": {"OutputLocation": f"s3://{lake}/results"},
                "EnforceWorkGroupConfiguration": enforced,
                "BytesScannedCutoffPerQuery": LEAST,
            },
        )
    yield Desk(deployed, lake)
    glue.delete_database(Name="archive")


def _table(name: str, location: str) -> dict[str, Any]:
    return {
        "Name": name,
        "TableType": "EXTERNAL_TABLE",
        "PartitionKeys": [{"Name": "model", "Type": "string"}, {"Name": "dt", "Type": "string"}],
        "StorageDescriptor": {
            "Columns": [{"Name": column, "Type": kind} for column, kind in COLUMNS.items()],
            "Location": location,
            "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"},
        },
    }


def test_a_result_lies_where_its_execution_says_with_null_apart_from_empty_text(desk: Desk) -> None:
    assert desk.rows("SELECT dt, id, '' AS empty, value > 1 AS large FROM seen ORDER BY dt") == [
        '"2026-03-01","a","","false"',
        '"2026-03-02",,"","true"',
    ]


def test_a_workgroups_place_for_results_is_enforced_and_joined_with_a_slash(desk: Desk) -> None:
    elsewhere = {"ResultConfiguration": {"OutputLocation": f"s3://{desk.lake}/elsewhere/"}}
    places = [desk.ask("SELECT 1", name, **elsewhere)["ResultConfiguration"]["OutputLocation"]
              for name in ("readers", "free")]  # fmt: skip
    assert [place.removeprefix(f"s3://{desk.lake}/").partition("/")[0] for place in places] == ["results", "elsewhere"]


def test_a_query_counts_what_it_reads_and_is_cancelled_at_the_workgroups_limit(desk: Desk) -> None:
    s3 = desk.deployed.aws.client("s3")
    size = sum(each["Size"] for each in s3.list_objects_v2(Bucket=desk.lake, Prefix="seen/")["Contents"])
    assert desk.ask("SELECT id FROM seen")["Statistics"]["DataScannedInBytes"] == size
    status = desk.ask("SELECT count(*) FROM large")["Status"]
    assert (status["State"], status["StateChangeReason"]) == ("CANCELLED", "Bytes scanned limit was exceeded")


def test_columns_that_came_later_are_null_in_old_files_and_moments_are_in_utc(desk: Desk) -> None:
    assert desk.rows("SELECT dt, at, later, parts, tags FROM seen ORDER BY dt") == [
        '"2026-03-01","2026-03-01 23:30:00",,,',
        '"2026-03-02","2026-03-01 23:30:00","7","{x=0.25}","[one, two]"',
    ]
    assert desk.rows("SELECT count(*) FROM seen WHERE CAST(at AS date) = DATE '2026-03-01'") == ['"2"']


def test_a_table_without_files_has_its_columns(desk: Desk) -> None:
    assert desk.rows("SELECT element_at(parts, 'x'), cardinality(tags), dt FROM nothing") == []


def test_functions_are_athenas(desk: Desk) -> None:
    sql = """
        SELECT date_diff('day', min(at), TIMESTAMP '2026-03-05 00:00:00'), max_by(later, dt),
               count_if(value > 1), approx_percentile(value, 0.5) > 0, element_at(max(parts), 'x'),
               7 / 2
        FROM seen
    """
    assert desk.rows(sql) == ['"4","7","1","true","0.25","3"']


def test_what_is_no_sql_fails(desk: Desk) -> None:
    status = desk.ask("SELECT FROM WHERE")["Status"]
    assert status["State"] == "FAILED"
    assert "SYNTAX_ERROR" in status["StateChangeReason"]
