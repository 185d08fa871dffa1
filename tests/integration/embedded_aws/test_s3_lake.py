"""A lake in a bucket has versions and copies within S3, which a lake in a folder does not have."""

import re
from io import BytesIO

import pytest
from boto3.s3.transfer import TransferConfig

from courtside.adapters import aws_clients
from courtside.adapters.s3_lake import S3Lake
from courtside.workflows.legacy_set import publish_legacy_set
from courtside.workflows.ports import ObjectMissing
from tests.fakes.aws_environment import point_at
from tests.fakes.legacy_reader import read_legacy_set
from tests.integration.embedded_aws.conftest import Deployed

MEBIBYTE = 1024**2


@pytest.fixture
def lake(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> S3Lake:
    point_at(deployed.aws.instance.environment(), monkeypatch)
    return S3Lake(deployed.output("LakeName"))


def test_objects_can_be_moved_and_deleted(lake: S3Lake) -> None:
    names = [f"{number}.bin" for number in range(20)]
    for name in names:
        lake.write(f"moving/staged/{name}", name.encode())
    lake.move({f"moving/staged/{name}": f"moving/{name}" for name in names})
    assert lake.keys("moving/") == sorted(f"moving/{name}" for name in names)
    assert lake.read("moving/7.bin") == b"7.bin"
    lake.remove([f"moving/{name}" for name in names])
    lake.remove(["moving/never-there"])
    assert lake.keys("moving/") == []


def test_a_copy_that_fails_loses_nothing(lake: S3Lake) -> None:
    lake.write("failing/a", b"a")
    with pytest.raises(Exception, match=r"NoSuchKey|404"):
        lake.move({"failing/a": "failing/new/a", "failing/missing": "failing/new/b"})
    assert lake.read("failing/a") == b"a"


def test_a_set_of_legacy_files_is_also_complete_in_a_bucket(lake: S3Lake) -> None:
    for training_id in ("first", "second"):
        files = {f"{name}.pkl": f"{name} {training_id}".encode() for name in "abc"}
        publish_legacy_set(training_id, files, lake=lake)
        assert read_legacy_set(lake=lake) == files
    assert lake.keys("ml-models/.staged/") == []
    with pytest.raises(ObjectMissing):
        lake.read("ml-models/.staged/second/set.json")


@pytest.fixture
def versioned(deployed: Deployed, lake: S3Lake, request: pytest.FixtureRequest) -> S3Lake:  # noqa: ARG001
    """Return a lake in a bucket of the test's own that keeps versions."""
    client = deployed.aws.client("s3")
    name = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower())[-50:].strip("-")
    client.create_bucket(Bucket=name)
    client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return S3Lake(name)


def test_an_earlier_version_is_written_again_and_a_removal_is_undone(versioned: S3Lake) -> None:
    for content in (b"one", b"two"):
        versioned.write("a", content)
    newest, first = versioned.versions("")
    assert (newest.written_at >= first.written_at, newest.stamp == first.stamp) == (True, False)
    versioned.write_again([first])
    assert versioned.read("a") == b"one"
    assert [each.stamp for each in versioned.versions("")] == [first.stamp, newest.stamp, first.stamp]
    versioned.remove(["a"])
    versioned.remove_versions([each for each in versioned.versions("") if each.removed])
    assert versioned.read("a") == b"one"


@pytest.mark.parametrize("mebibytes", [None, 5, 6])
def test_a_large_object_that_is_written_again_keeps_its_stamp(versioned: S3Lake, mebibytes: int | None) -> None:
    """In AWS the stamp of an object that was uploaded in parts is that of its parts, however it is copied."""
    content, client = bytes(11 * MEBIBYTE), aws_clients.client("s3")
    if mebibytes is None:
        versioned.write("large", content)
    else:
        parts = TransferConfig(multipart_threshold=1, multipart_chunksize=mebibytes * MEBIBYTE)
        client.upload_fileobj(BytesIO(content), versioned.bucket, "large", Config=parts)
    (first,) = versioned.versions("")
    assert ("-" in first.stamp) == (mebibytes is not None)
    versioned.write("large", b"damaged")
    versioned.write_again([first])
    newest = versioned.versions("")[0]
    assert (newest.stamp, newest.size) == (first.stamp, first.size)


def test_a_bucket_says_for_how_long_it_keeps_earlier_versions(deployed: Deployed, versioned: S3Lake) -> None:
    assert versioned.old_versions_days() is None
    rules = [{"Status": "Enabled", "Filter": {"Prefix": ""}, "NoncurrentVersionExpiration": {"NoncurrentDays": 30}}]
    client = deployed.aws.client("s3")
    client.put_bucket_lifecycle_configuration(Bucket=versioned.bucket, LifecycleConfiguration={"Rules": rules})
    assert versioned.old_versions_days() == 30
