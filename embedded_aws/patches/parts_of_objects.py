"""A question for one part of an object, or of a version of it, is answered with the size of that part.

Wrong in 1.5.33: ``HeadObject`` knows no ``PartNumber``, and says how large the whole object is. Here: it says how large
the part is, and how many there are: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
"""

from typing import Any

from embedded_aws.patches.context import PatchContext


def patch(_: PatchContext) -> None:
    """Answer for the part that is asked for."""
    from ministack.services import s3

    stock = s3._head_object  # noqa: SLF001

    def head(bucket: str, key: str, headers: Any = None, query: Any = None) -> Any:
        status, answered, body = stock(bucket, key, headers, query)
        number = s3._qp(query or {}, "partNumber")  # noqa: SLF001
        if not number or status != 200:
            return status, answered, body
        versions = s3._object_versions.get((bucket, key), [])  # noqa: SLF001
        parts = [each.get("parts") for each in versions if each["version_id"] == answered.get("x-amz-version-id")]
        sizes = {each["PartNumber"]: each["Size"] for found in parts for each in found or ()}
        if int(number) in sizes:
            answered |= {"Content-Length": str(sizes[int(number)]), "x-amz-mp-parts-count": str(len(sizes))}
        return status, answered, body

    s3._head_object = head  # noqa: SLF001
