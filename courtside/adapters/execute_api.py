"""Signatures for the private tracking API, without MLflow: the drift check signs too, and it must stay small."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlencode, urlsplit, urlunsplit

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import ClientError, NoCredentialsError, NoRegionError

from courtside.contracts.errors import CourtsideError

SERVICE = "execute-api"
MAX_SKEW_SECONDS = 300
_REGION = re.compile(r"\.execute-api\.([a-z0-9-]+)\.")
_REFUSALS = frozenset({400, 403})
"""S3 and API Gateway refuse a signature with 403, DynamoDB and Step Functions with 400."""


class ClockSkewed(CourtsideError):
    """AWS refuses this machine's signatures because the clock is wrong by `seconds` (positive: it is ahead)."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(
            f"this machine's clock is {abs(seconds):.0f} s {'ahead of' if seconds > 0 else 'behind'} AWS's, which "
            f"refuses signatures that are more than {MAX_SKEW_SECONDS} s off; set the clock "
            "(Linux: timedatectl set-ntp true, macOS: sudo sntp -sS time.apple.com) and try again"
        )


def canonical(url: str) -> str:
    """Return the URL as AWS reads it before it verifies it: each part percent-encoded once, a space as %20.

    Clients write a space in a query as `+` and leave characters like `'` alone; a URL that is signed in this form is
    refused.
    """
    parts = urlsplit(url)
    path = "/".join(quote(unquote_to_bytes(segment), safe="~") for segment in parts.path.split("/"))
    pairs = parse_qsl(parts.query, keep_blank_values=True, errors="surrogateescape")
    query = urlencode(pairs, quote_via=quote, safe="", errors="surrogateescape")
    return urlunsplit((parts.scheme, parts.netloc, path, query, ""))


def signed_headers(session: boto3.Session, *, method: str, url: str, body: Any) -> dict[str, str]:
    """Return the headers that sign one request for API Gateway; `url` must be `canonical`.

    The region is the one in the API's address, or else the session's. Raises botocore's `NoCredentialsError` and
    `NoRegionError`. Source: AWS Signature Version 4,
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
    """
    host = urlsplit(url).netloc
    named = _REGION.search(host)
    region = named[1] if named else session.region_name
    credentials = session.get_credentials()
    if credentials is None:
        raise NoCredentialsError
    if region is None:
        raise NoRegionError
    request = AWSRequest(method=method, url=url, data=body, headers={"Host": host})
    SigV4Auth(credentials.get_frozen_credentials(), SERVICE, region).add_auth(request)
    return dict(request.headers.items())


def skew_behind(error: ClientError) -> ClockSkewed | None:
    """Return the error that says so where a wrong clock is why AWS refused a request, None otherwise."""
    answer = error.response.get("ResponseMetadata", {})
    return skew(answer.get("HTTPStatusCode", 0), answer.get("HTTPHeaders", {}).get("date"))


def explain_refusal(status: int, date: str | None) -> None:
    """Raise `ClockSkewed` when that is why a signed request got this answer: it only says "Forbidden".

    `date` is the answer's header of that name: the time of the clock that signatures are compared with.
    """
    skewed = skew(status, date)
    if skewed is not None:
        raise skewed


def skew(status: int, date: str | None) -> ClockSkewed | None:
    """Return the error that says so where a clock is why a signed request got this answer, None otherwise."""
    if status not in _REFUSALS or date is None:
        return None
    seconds = (datetime.now(UTC) - parsedate_to_datetime(date)).total_seconds()
    return ClockSkewed(seconds) if abs(seconds) > MAX_SKEW_SECONDS else None
