"""The content of an object in S3, whole: boto3 repeats a request that fails, and leaves a broken body to its caller."""

from typing import TYPE_CHECKING

from botocore.exceptions import FlexibleChecksumError, HTTPClientError, IncompleteReadError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectRequestTypeDef

TRIES = 4
_BROKE_OFF = (FlexibleChecksumError, HTTPClientError, IncompleteReadError)


def whole_object(s3: "S3Client", place: "GetObjectRequestTypeDef") -> tuple[bytes, str]:
    """Return an object's content and its ETag; a content that breaks off on its way is asked for again.

    Raises botocore's `ClientError` as `get_object` does, and its `HTTPClientError`, `IncompleteReadError` or
    `FlexibleChecksumError` where the content broke off `TRIES` times.
    """
    for _ in range(TRIES - 1):
        found = s3.get_object(**place)
        try:
            return found["Body"].read(), found["ETag"]
        except _BROKE_OFF:
            continue
    found = s3.get_object(**place)
    return found["Body"].read(), found["ETag"]
