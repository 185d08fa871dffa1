"""The lake in S3."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from courtside.adapters import aws_clients
from courtside.adapters.many_requests import request_each
from courtside.adapters.s3_content import whole_object
from courtside.workflows.ports import ObjectMissing, ObjectVersion, StampedObject, StoredObject, lies_between

if TYPE_CHECKING:
    from boto3.s3.transfer import TransferConfig
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import (
        CopySourceTypeDef,
        GetObjectRequestTypeDef,
        ListObjectsV2RequestPaginateTypeDef,
    )


PARALLEL = 8
_LARGEST_COPY = 5 * 1024**3
"""Bytes that one request can copy: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html"""
_NOT_AS_EXPECTED = {"PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey"}


class S3Lake:
    """Objects of one bucket; the client is created on first use."""

    def __init__(self, bucket: str) -> None:
        self.bucket = bucket

    @cached_property
    def _s3(self) -> "S3Client":
        return aws_clients.client("s3")

    def uri(self, key: str) -> str:
        """Return the object's s3:// address."""
        return f"s3://{self.bucket}/{key}"

    def keys(self, prefix: str) -> list[str]:
        """Return the keys under `prefix`, sorted."""
        return list(self.stamps(prefix))

    def stamps(self, prefix: str, *, first: str = "", last: str = "") -> dict[str, str]:
        """Return the keys under `prefix` from `first` to `last`, sorted, each with its object's ETag."""
        found: dict[str, str] = {}
        asked: ListObjectsV2RequestPaginateTypeDef = {"Bucket": self.bucket, "Prefix": prefix}
        if first:
            asked["StartAfter"] = first
        for page in self._s3.get_paginator("list_objects_v2").paginate(**asked):
            listed = {item["Key"]: item["ETag"] for item in page.get("Contents", [])}
            found |= {key: stamp for key, stamp in listed.items() if lies_between(key, first, last)}
            # S3 lists keys in their order, so those that follow lie still further.
            if not all(lies_between(key, first, last) for key in listed):
                break
        return dict(sorted(found.items()))

    def folders(self, prefix: str) -> list[str]:
        """Return the prefixes of the folders right below `prefix`, each with its slash, sorted."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix, Delimiter="/")
        return sorted(item["Prefix"] for page in pages for item in page.get("CommonPrefixes", []))

    def first_key(self, prefix: str) -> str | None:
        """Return the first key under `prefix`, None if there is none."""
        found = self._s3.list_objects_v2(Bucket=self.bucket, Prefix=prefix, MaxKeys=1).get("Contents", [])
        return found[0]["Key"] if found else None

    def list_objects(self, prefix: str) -> list[StoredObject]:
        """Return the newest version of each object under `prefix`, sorted by key."""
        pages = self._s3.get_paginator("list_object_versions").paginate(Bucket=self.bucket, Prefix=prefix)
        newest = (item for page in pages for item in page.get("Versions", []) if item["IsLatest"])
        found = [StoredObject(item["Key"], item["VersionId"], item["Size"]) for item in newest]
        return sorted(found, key=lambda item: item.key)

    def read(self, key: str, *, version_id: str | None = None) -> bytes:
        """Return an object's content, or that of one of its versions; raises `ObjectMissing`."""
        place: GetObjectRequestTypeDef = {"Bucket": self.bucket, "Key": key}
        if version_id is not None:
            place["VersionId"] = version_id
        try:
            return whole_object(self._s3, place)[0]
        except ClientError as error:
            if error.response["Error"]["Code"] in {"NoSuchKey", "NoSuchVersion"}:
                raise ObjectMissing(key) from error
            raise

    def write(self, key: str, content: bytes) -> None:
        """Write an object, replacing what was there (the bucket keeps its versions)."""
        self._s3.put_object(Bucket=self.bucket, Key=key, Body=content)

    def claim(self, key: str, content: bytes) -> bool:
        """Write an object only if there is none yet, decided by S3 itself; return whether this call wrote it."""
        return self._put_if(key, content, IfNoneMatch="*")

    def stamped(self, key: str) -> StampedObject | None:
        """Return an object with its ETag as the stamp, or None if there is none."""
        try:
            return StampedObject(*whole_object(self._s3, {"Bucket": self.bucket, "Key": key}))
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchKey":
                return None
            raise

    def replace(self, key: str, content: bytes, *, stamp: str) -> bool:
        """Write an object only if it still has this ETag, decided by S3 itself; return whether this call wrote it."""
        return self._put_if(key, content, IfMatch=stamp)

    def _put_if(self, key: str, content: bytes, **condition: str) -> bool:
        try:
            self._s3.put_object(Bucket=self.bucket, Key=key, Body=content, **condition)  # type: ignore[arg-type]  # the stubs want literal names
        except ClientError as error:
            if error.response["Error"]["Code"] not in _NOT_AS_EXPECTED:
                raise
            # S3 may have written and its answer was lost: then the client's next try meets what it wrote itself.
            tried_again = error.response["ResponseMetadata"]["RetryAttempts"] > 0
            return tried_again and (found := self.stamped(key)) is not None and found.content == content
        return True

    def move(self, keys: Mapping[str, str]) -> None:
        """Copy objects within S3, all at once, and remove the old ones when every copy is there."""
        request_each(lambda old: self._copy(old, keys[old]), list(keys), at_once=PARALLEL)
        self.remove(list(keys))

    def remove(self, keys: Sequence[str]) -> None:
        """Remove objects (the bucket keeps their versions)."""
        # Remove them one by one: a request for many reports what it could not remove in its answer, not as an error.
        request_each(lambda key: self._s3.delete_object(Bucket=self.bucket, Key=key), keys, at_once=PARALLEL)

    def versions(self, prefix: str) -> list[ObjectVersion]:
        """Return every version of the objects under `prefix`, sorted by key, the newest of each first."""
        found: list[ObjectVersion] = []
        for page in self._s3.get_paginator("list_object_versions").paginate(Bucket=self.bucket, Prefix=prefix):
            found += [
                ObjectVersion(
                    each["Key"], each["VersionId"], each["Size"], each["IsLatest"], each["LastModified"], each["ETag"]
                )
                for each in page.get("Versions", [])
            ]
            found += [
                ObjectVersion(each["Key"], each["VersionId"], 0, each["IsLatest"], each["LastModified"], removed=True)
                for each in page.get("DeleteMarkers", [])
            ]
        return sorted(found, key=lambda each: (each.key, not each.newest, -each.written_at.timestamp()))

    def remove_versions(self, versions: Sequence[ObjectVersion]) -> None:
        """Remove versions for good."""

        def remove(each: ObjectVersion) -> None:
            self._s3.delete_object(Bucket=self.bucket, Key=each.key, VersionId=each.version_id)

        request_each(remove, versions, at_once=PARALLEL)

    def write_again(self, versions: Sequence[ObjectVersion]) -> None:
        """Make a copy of each of these versions, with the stamp of the version, the newest version of its object."""

        def copy(each: ObjectVersion) -> None:
            source: CopySourceTypeDef = {"Bucket": self.bucket, "Key": each.key, "VersionId": each.version_id}
            self._s3.copy(source, self.bucket, each.key, Config=self._parts_of(each))

        request_each(copy, versions, at_once=PARALLEL)

    def _parts_of(self, version: ObjectVersion) -> "TransferConfig":
        """Return how to copy a version: its ETag is that of its parts, so the copy needs the same ones."""
        from boto3.s3.transfer import TransferConfig

        if "-" not in version.stamp:  # the ETag of an object that was uploaded in one request
            return TransferConfig(multipart_threshold=_LARGEST_COPY + 1)
        first = self._s3.head_object(Bucket=self.bucket, Key=version.key, VersionId=version.version_id, PartNumber=1)
        return TransferConfig(multipart_threshold=1, multipart_chunksize=first["ContentLength"])

    def old_versions_days(self) -> int | None:
        """Return for how many days an object's earlier versions are kept, None if for ever."""
        try:
            rules = self._s3.get_bucket_lifecycle_configuration(Bucket=self.bucket)["Rules"]
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchLifecycleConfiguration":
                return None
            raise
        kept = (rule.get("NoncurrentVersionExpiration", {}).get("NoncurrentDays") for rule in rules)
        return min((days for days in kept if days is not None), default=None)

    def _copy(self, old: str, new: str) -> None:
        self._s3.copy_object(Bucket=self.bucket, Key=new, CopySource={"Bucket": self.bucket, "Key": old})
