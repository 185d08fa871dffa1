"""S3 keeps versions of objects, so what a manifest names stays readable whatever is written over it."""

from datetime import date

import pytest

from courtside.adapters.s3_lake import S3Lake
from courtside.contracts import training_keys
from courtside.contracts.records import DataManifest
from courtside.datasets.catalog import load_dataset
from courtside.datasets.simulated import simulate_games
from courtside.workflows.freeze import freeze
from courtside.workflows.frozen_rows import DataChanged, frozen_features
from courtside.workflows.games import store_games
from courtside.workflows.ports import ObjectMissing
from embedded_aws.aws import LocalAws
from tests.datasets.churn import DATASET, churn_table
from tests.unit.workflows.churn_lake import PREFIX, asked, parquet


def test_the_newest_version_of_each_object_is_listed(lake: S3Lake, aws: LocalAws) -> None:
    for content in (b"first", b"second", b"the third"):
        lake.write("tables/x/a", content)
    lake.write("tables/x/b", b"gone")
    lake.write("tables/y/c", b"elsewhere")
    aws.client("s3").delete_object(Bucket=lake.bucket, Key="tables/x/b")
    (found,) = lake.list_objects("tables/x/")
    assert (found.key, found.size) == ("tables/x/a", 9)
    assert lake.read(found.key, version_id=found.version_id) == b"the third"
    versions = aws.client("s3").list_object_versions(Bucket=lake.bucket, Prefix="tables/x/a")["Versions"]
    assert [each["IsLatest"] for each in versions] == [True, False, False]
    assert [lake.read("tables/x/a", version_id=each["VersionId"]) for each in versions] == [
        b"the third", b"second", b"first",
    ]  # fmt: skip


def test_a_version_that_is_gone_is_a_missing_object(lake: S3Lake, aws: LocalAws) -> None:
    lake.write("tables/x/a", b"first")
    (found,) = lake.list_objects("tables/x/")
    lake.write("tables/x/a", b"second")
    aws.client("s3").delete_object(Bucket=lake.bucket, Key=found.key, VersionId=found.version_id)
    with pytest.raises(ObjectMissing):
        lake.read(found.key, version_id=found.version_id)
    assert lake.read(found.key) == b"second"


def test_more_objects_than_one_page_are_listed(lake: S3Lake, aws: LocalAws) -> None:
    for number in range(1_050):
        lake.write(f"tables/many/{number:04}", b"")
    assert aws.client("s3").list_object_versions(Bucket=lake.bucket)["IsTruncated"], (
        "the objects must not fit on one page"
    )
    assert [each.key for each in lake.list_objects("tables/many/")] == [f"tables/many/{n:04}" for n in range(1_050)]


def test_a_training_reads_frozen_data_even_after_it_was_overwritten(lake: S3Lake, aws: LocalAws) -> None:
    table = churn_table()
    lake.write(f"{PREFIX}a.parquet", parquet(table.slice(0, 1_500)))
    lake.write(f"{PREFIX}b.parquet", parquet(table.slice(1_500)))
    manifest = freeze(asked(), lake=lake, dataset=DATASET)
    assert all(each.version_id not in {None, "null"} for each in manifest.objects)
    before = frozen_features(manifest, lake=lake, dataset=DATASET).table
    lake.write(f"{PREFIX}a.parquet", b"written over")
    aws.client("s3").delete_object(Bucket=lake.bucket, Key=f"{PREFIX}b.parquet")
    assert frozen_features(manifest, lake=lake, dataset=DATASET).table.equals(before)
    first = manifest.objects[0]
    aws.client("s3").delete_object(Bucket=lake.bucket, Key=first.key, VersionId=first.version_id)
    with pytest.raises(DataChanged, match=r"a\.parquet \(version .*\), which is no longer in the lake"):
        frozen_features(manifest, lake=lake, dataset=DATASET)


def test_data_is_frozen_once_and_stays_readable_when_it_is_replaced(lake: S3Lake) -> None:
    store_games(simulate_games(seasons=[2010, 2011]), lake=lake)
    nba = load_dataset("nba_games")
    request = asked(as_of=date(2011, 7, 1), model=nba.name)
    manifest = freeze(request, lake=lake, dataset=nba)
    store_games(simulate_games(seasons=[2010, 2011], seed=8), lake=lake)
    assert freeze(request, lake=lake, dataset=nba) == manifest
    kept = DataManifest.model_validate_json(lake.read(training_keys.training_manifest("nba_games", "first")))
    assert kept == manifest
    assert frozen_features(kept, lake=lake, dataset=nba).table.num_rows > 2_000
