"""Rows of a table arrive in S3, in the lake's own prefix and in a team's bucket, even if several rounds run at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from courtside.adapters.s3_incoming import S3Incoming
from courtside.adapters.s3_lake import S3Lake
from courtside.contracts import lake_keys
from courtside.core.drift.reading import Days
from courtside.workflows.arrivals import Arrivals
from courtside.workflows.incidents import Incidents
from courtside.workflows.ports import IncomingClosed
from courtside.workflows.rows import usable_files
from embedded_aws.aws import LocalAws
from tests.datasets.churn import CONTRACT, DATASET, churn_table
from tests.fakes.added_models import add_model
from tests.fakes.ports import InMemoryLedger, RecordedAlerts
from tests.integration.lake.conftest import STAGE
from tests.integration.lake.test_loads import tables
from tests.unit.workflows.churn_lake import parquet
from tests.unit.workflows.test_arrivals import as_csv, charged

TABLE = churn_table(400)
TEAM = "a-teams-bucket"


@pytest.fixture
def theirs(aws: LocalAws) -> Iterator[S3Lake]:
    """Create a bucket of a team's own and return it."""
    aws.client("s3").create_bucket(Bucket=TEAM)
    lake = S3Lake(TEAM)
    yield lake
    lake.remove(lake.keys(""))
    aws.client("s3").delete_bucket(Bucket=TEAM)


def rows(lake: S3Lake) -> dict[int, float]:
    files, _ = usable_files(Days(end=date(2040, 1, 1)), lake=lake, dataset=DATASET)
    found = [row for file in files for row in file.table.to_pylist()]
    assert len({row["customer_id"] for row in found}) == len(found)
    return {row["customer_id"]: row["monthly_charge"] for row in found}


def test_rows_from_both_places_are_loaded_once_however_many_rounds_run(lake: S3Lake, theirs: S3Lake) -> None:
    own, ledger, alerts = lake_keys.incoming("churn"), InMemoryLedger(), RecordedAlerts()

    def take_in() -> None:
        places = [S3Incoming(lake.bucket, own), S3Incoming(TEAM, "churn/")]
        Arrivals(DATASET, places, lake, ledger, Incidents(ledger, lake, alerts)).round(now=datetime.now(UTC))

    lake.write(f"{own}a.parquet", parquet(TABLE.slice(0, 200)))
    theirs.write("churn/b.csv", as_csv(TABLE.slice(200)))
    theirs.write("churn/sub/odd.csv", b"a,b\n1,2\n")
    theirs.write("elsewhere/c.parquet", parquet(TABLE))
    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(take_in) for _ in range(3)]:
            done.result()
    assert len(rows(lake)) == 400
    assert len(alerts.sent) == 1
    lake.write(f"{own}a.parquet", parquet(charged(TABLE.slice(100, 200), 5.0)))
    take_in()
    found = rows(lake)
    assert len(found) == 400
    assert [who for who, charge in found.items() if charge == 5.0] == list(range(100, 300))
    add_model(str(CONTRACT), stage=STAGE)
    listed = tables("arrivals")
    assert sorted((each["file"], each["outcome"], each["new"], each["changed"]) for each in listed) == sorted([
        (f"s3://{lake.bucket}/{own}a.parquet", "loaded", 200, 0),
        (f"s3://{lake.bucket}/{own}a.parquet", "loaded", 0, 200),
        (f"s3://{TEAM}/churn/b.csv", "loaded", 200, 0),
        (f"s3://{TEAM}/churn/sub/odd.csv", "quarantined", 0, 0),
    ])  # fmt: skip
    assert theirs.keys("") == ["churn/b.csv", "churn/sub/odd.csv", "elsewhere/c.parquet"]
    assert len(lake.keys(lake_keys.arrived_rows("churn"))) == 3


def test_a_file_that_changed_since_it_was_listed_is_not_read(theirs: S3Lake) -> None:
    place = S3Incoming(TEAM, "churn/")
    theirs.write("churn/a.csv", b"first")
    theirs.write("churn/b.csv", b"first")
    one, two = place.files()
    theirs.write("churn/a.csv", b"other")
    theirs.remove(["churn/b.csv"])
    assert (place.read(one), place.read(two)) == (None, None)
    (again,) = place.files()
    assert place.read(again) == b"other"
    assert again.modified_at >= one.modified_at


def test_a_missing_place_is_reported_with_what_to_do() -> None:
    with pytest.raises(IncomingClosed, match=r"incoming_prefixes in infra/settings\.py") as caught:
        S3Incoming("nobodys-bucket", "churn/").files()
    assert "s3://nobodys-bucket/churn/" in str(caught.value)
    assert replace(DATASET, incoming="s3://nobodys-bucket/churn/").contract == DATASET.contract
