"""Verify AWS Signature Version 4 in a header or in a query (a presigned URL).

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html. The emulator's own functions compute the
expected signature. What they trust is checked here: a declared hash of the body, doubled or unsigned fields, an
invalid date.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ministack.core.sigv4 import HeaderSignature, header_signature_failure

from embedded_aws.authentication.refusals import Refused, missing_signature, wrong_signature
from embedded_aws.authentication.request import Request
from embedded_aws.authentication.signatures_v2 import NEW_KEY, OLD_KEY, ClaimV2, read_claim_v2

WINDOW = timedelta(minutes=5)
"""A request's time may differ from ours by this much, as most services of AWS allow."""
_LONGEST = 7 * 24 * 3600
_ALGORITHM = "AWS4-HMAC-SHA256"
_SCOPE = r"(?P<key>[^/,\s]+)/(?P<date>\d{8})/(?P<region>[a-z0-9-]+)/(?P<service>[a-z0-9-]+)/aws4_request"
_NAMES = r"(?P<names>[a-z0-9_;.-]+)"
_SIGNATURE = r"(?P<signature>[0-9a-f]{64})"
_HEADER = re.compile(rf"{_ALGORITHM} Credential={_SCOPE},\s*SignedHeaders={_NAMES},\s*Signature={_SIGNATURE}", re.ASCII)
_QUERY = re.compile(f"{_SCOPE} {_NAMES} {_SIGNATURE}", re.ASCII)
_QUERY_FIELDS = ("X-Amz-Credential", "X-Amz-SignedHeaders", "X-Amz-Signature")
_HASH = re.compile("[0-9a-f]{64}")
# S3's clients declare these in place of a hash. The signatures of a body's chunks are verified like the request's.
_SIGNED_CHUNKS = ("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER")
_UNHASHED = ("UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", *_SIGNED_CHUNKS)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a signed request claims about itself; none of it is proven before `verify`."""

    request: Request
    signature: HeaderSignature
    presigned: bool
    token: str

    @property
    def key_id(self) -> str:
        """The key that the request claims to be signed with."""
        return str(self.signature.access_key_id)

    @property
    def service(self) -> str:
        """The service that the request is signed for."""
        return str(self.signature.service)

    def verify(self, secret: str, body: bytes) -> None:
        """Raise `Refused` unless exactly this request, with this body, was signed with `secret`."""
        if not self._declares(body):
            raise wrong_signature()
        request = self.request
        failure = header_signature_failure(
            self.signature, secret, request.method, request.raw_path, request.query, request.headers, body,
            presigned=self.presigned,
        )  # fmt: skip
        if failure:
            raise wrong_signature()

    def _declares(self, body: bytes) -> bool:
        """Return whether the declared hash of the body, if there is one, matches the body."""
        declared = self.request.headers.get("x-amz-content-sha256")
        if declared is None:
            return True
        if declared in _UNHASHED:
            return self.service == "s3"
        return _HASH.fullmatch(declared) is not None and declared == hashlib.sha256(body).hexdigest()


AnyClaim = Claim | ClaimV2


def read_claim(request: Request, *, now: datetime) -> AnyClaim:
    """Return who a request claims to be from; raises `Refused` if that cannot be true for any secret."""
    if "authorization" not in request.headers and OLD_KEY in request.query:
        return read_claim_v2(request, now=now)
    claim = _presigned(request) if "authorization" not in request.headers else _signed(request)
    at = _time(claim.signature.amz_date)
    lifetime = _lifetime(request) if claim.presigned else WINDOW
    if not at - WINDOW <= now <= at + lifetime:
        raise Refused("RequestExpired", f"The request was signed at {at:%H:%M:%S} UTC, it is {now:%H:%M:%S} now.")
    names = set(claim.signature.signed_headers.split(";"))
    owed = {"host", *(name for name in request.headers if name.startswith("x-amz-"))}
    if not owed <= names:
        raise wrong_signature()
    return claim


def _signed(request: Request) -> Claim:
    found = _HEADER.fullmatch(request.headers["authorization"].strip())
    if found is None or request.names(OLD_KEY, NEW_KEY):
        raise missing_signature()
    return _claim(request, found, request.headers.get("x-amz-date", ""), request.headers.get("x-amz-security-token"))


def _presigned(request: Request) -> Claim:
    found = _QUERY.fullmatch(" ".join(request.single(name) for name in _QUERY_FIELDS))
    if found is None or request.single("X-Amz-Algorithm") != _ALGORITHM or request.names(OLD_KEY):
        raise missing_signature()
    return _claim(request, found, request.single("X-Amz-Date"), request.single("X-Amz-Security-Token"), presigned=True)


def _claim(request: Request, found: re.Match[str], date: str, token: str | None, *, presigned: bool = False) -> Claim:
    signature = HeaderSignature(
        found["key"], found["date"], found["region"], found["service"], found["names"], found["signature"], date
    )
    return Claim(request, signature, presigned, token or "")


def _time(date: str) -> datetime:
    try:
        return datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise missing_signature() from None


def _lifetime(request: Request) -> timedelta:
    given = request.single("X-Amz-Expires")
    if not re.fullmatch("[0-9]{1,6}", given) or not 0 < int(given) <= _LONGEST:
        raise Refused("RequestExpired", "A presigned address needs X-Amz-Expires, of at most a week in seconds.")
    return timedelta(seconds=int(given))
