"""Ways in which a stage loses what it keeps, the moment before that, and the command that brings it back."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from courtside.adapters.dynamodb_ledger import PARTITION, SORT
from courtside.adapters.s3_lake import S3Lake
from courtside.contracts.names import StackOutput
from courtside.workflows.restore.errors import told
from courtside.workflows.restore.objects import lasts
from tests.fakes.own_points import done
from tests.faults.model import Model
from tests.integration.stage.steps import without_tracking
from tests.integration.stage.test_tracking_database import MASTER, database

_UNREADABLE = b"pay"


def moment() -> datetime:
    """Return a whole second that has just ended: all before it was done by then, and nothing after it.

    S3 notes whole seconds, so what it is told during that second counts as done by then.
    """
    then = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
    while datetime.now(UTC) < then + timedelta(seconds=1):
        time.sleep(0.05)
    return then


def restored(then: datetime, *only: str) -> dict[str, Any]:
    """Bring the stage, or only these stores of it, back to a moment, as a person does."""
    stores = [word for name in only for word in ("--only", name)]
    answer: dict[str, Any] = done("restore", "--to", told(then), "--yes", *stores)
    assert answer["restored"]
    return answer


def buckets(model: Model) -> tuple[str, str]:
    """Return the buckets of the lake and of the artifacts."""
    return model.loop.output(StackOutput.LAKE_BUCKET), model.loop.output(StackOutput.ARTIFACTS_BUCKET)


def keys(model: Model, bucket: str) -> list[str]:
    """Return the keys of all objects of a bucket."""
    pages = model.stage.aws.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return [each["Key"] for page in pages for each in page.get("Contents", [])]


def objects_removed(model: Model) -> None:
    """Remove every object of both buckets."""
    for bucket in buckets(model):
        for key in keys(model, bucket):
            model.stage.aws.client("s3").delete_object(Bucket=bucket, Key=key)
        assert not keys(model, bucket)


def objects_overwritten(model: Model) -> None:
    """Overwrite every object that the stage wrote, as somebody does who wants a ransom.

    Of what others sent, a restore cannot tell such a file from a corrected one, and leaves it as it is.
    """
    for bucket in buckets(model):
        for key in keys(model, bucket):
            if not lasts(key):
                model.stage.aws.client("s3").put_object(Bucket=bucket, Key=key, Body=_UNREADABLE)


def objects_added(model: Model) -> None:
    """Put another object beside each one that the stage wrote."""
    for bucket in buckets(model):
        for key in keys(model, bucket):
            if not lasts(key):
                model.stage.aws.client("s3").put_object(Bucket=bucket, Key=f"{key}.new", Body=_UNREADABLE)


def unreadable_versions_removed(model: Model) -> None:
    """Remove what other faults of the model overwrote objects with: nobody can prove that it names no erased row."""
    for lake in map(S3Lake, buckets(model)):
        lake.remove_versions([each for each in lake.versions("") if each.size == len(_UNREADABLE)])


def documents_removed(model: Model) -> None:
    """Remove every document of the ledger."""
    client, table = model.stage.aws.client("dynamodb"), model.loop.output(StackOutput.LEDGER_TABLE)
    for page in client.get_paginator("scan").paginate(TableName=table):
        for item in page["Items"]:
            client.delete_item(TableName=table, Key={name: item[name] for name in (PARTITION, SORT)})
    assert not client.scan(TableName=table)["Items"]


def documents_overwritten(model: Model) -> None:
    """Overwrite every document of the ledger with something that nobody can read."""
    client, table = model.stage.aws.client("dynamodb"), model.loop.output(StackOutput.LEDGER_TABLE)
    for page in client.get_paginator("scan").paginate(TableName=table):
        for item in page["Items"]:
            client.put_item(TableName=table, Item={**item, "document": {"S": "{"}, "revision": {"N": "99"}})


def database_emptied(model: Model) -> None:
    """Remove the tracking database with its schema; the service makes an empty one when it starts."""
    with without_tracking(model.stage), database(model.stage) as cursor:
        cursor.execute(f"drop schema public cascade; create schema public authorization {MASTER}")


LOSSES: dict[str, tuple[Callable[[Model], None], tuple[str, ...]]] = {
    "Every object of the stage's buckets is removed": (objects_removed, ("lake", "artifacts")),
    "Every object that the stage wrote is overwritten": (objects_overwritten, ("lake", "artifacts")),
    "Every document of the ledger is removed": (documents_removed, ("ledger",)),
    "Every document of the ledger is overwritten": (documents_overwritten, ("ledger",)),
}
"""What gets lost, by what happens, and the stores that have to be brought back then."""
