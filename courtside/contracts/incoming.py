"""Addresses of places where files of rows arrive, the same in a contract and in a stage's settings."""

import re

INCOMING_ADDRESS = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(?P<prefix>([^/*?\s]+/)+)")
INCOMING_RULE = "it must be a folder in a bucket, written like s3://team-bucket/churn/ with a slash at its end"


def bucket_and_prefix(address: str) -> tuple[str, str]:
    """Return the bucket and the prefix of an address; raises ValueError for one that breaks the rule."""
    found = INCOMING_ADDRESS.fullmatch(address)
    if found is None:
        raise ValueError(INCOMING_RULE)
    return found["bucket"], found["prefix"]
