"""Addresses that let whoever has one open one page of the lake, without a sign-in, for some hours.

An address works no longer than the session that signed it; that of a function's role ends within hours, and nobody can
say in advance after how many. https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html
"""

import boto3
from botocore.config import Config

LONGEST_SECONDS = 12 * 3600


def signed_page(bucket: str, key: str) -> str:
    """Return a signed address of one page; nothing is asked of AWS for it, not even whether the page is there."""
    page = {"Bucket": bucket, "Key": key, "ResponseContentType": "text/html; charset=utf-8"}
    client = boto3.client("s3", config=Config(signature_version="s3v4", s3={"addressing_style": "virtual"}))
    return client.generate_presigned_url("get_object", Params=page, ExpiresIn=LONGEST_SECONDS)
