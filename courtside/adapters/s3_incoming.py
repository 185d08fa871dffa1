"""Files that arrive under a prefix of a bucket, which may be somebody else's: it is read and never written."""

from functools import cached_property
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from courtside.adapters import aws_clients
from courtside.adapters.s3_content import whole_object
from courtside.workflows.ports import FileClosed, IncomingClosed, IncomingFile

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_CLOSED = {"AccessDenied", "403", "Forbidden", "NoSuchBucket", "AllAccessDisabled"}
_CLOSED_FILE = {"AccessDenied", "403", "Forbidden", "AllAccessDisabled", "InvalidObjectState"}
"""The last one is the answer about a file that was moved to an archive."""
_CLOSED_KEY = "KMS."
_CHANGED = {"PreconditionFailed", "412", "NoSuchKey"}


class S3Incoming:
    """The objects under a prefix; the client is created on first use."""

    def __init__(self, bucket: str, prefix: str) -> None:
        self.bucket = bucket
        self.prefix = prefix

    @cached_property
    def _s3(self) -> "S3Client":
        return aws_clients.client("s3")

    def files(self) -> list[IncomingFile]:
        """Return the objects that are there; raises `IncomingClosed`."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.prefix)
        try:
            found = [item for page in pages for item in page.get("Contents", [])]
        except ClientError as error:
            raise self._named(error) from error
        return [
            IncomingFile(
                uri=f"s3://{self.bucket}/{item['Key']}",
                path=item["Key"].removeprefix(self.prefix),
                etag=item["ETag"].strip('"'),
                size=item["Size"],
                modified_at=item["LastModified"],
            )
            for item in found
        ]

    def read(self, file: IncomingFile) -> bytes | None:
        """Return an object's content if it still has this ETag, else None; raises `FileClosed`, `IncomingClosed`."""
        key = f"{self.prefix}{file.path}"
        try:
            return whole_object(self._s3, {"Bucket": self.bucket, "Key": key, "IfMatch": f'"{file.etag}"'})[0]
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in _CHANGED:
                return None
            if code in _CLOSED_FILE or code.startswith(_CLOSED_KEY):
                raise FileClosed(file.uri, code) from error
            raise self._named(error) from error

    def _named(self, error: ClientError) -> Exception:
        code = error.response["Error"]["Code"]
        return IncomingClosed(f"s3://{self.bucket}/{self.prefix}", code) if code in _CLOSED else error
