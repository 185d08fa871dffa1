"""Verify presigned S3 addresses with Signature Version 2, which boto3 still makes in the first region.

https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html. Signatures of this version in headers are
refused, because no client in use makes them.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

from botocore.auth import HmacV1QueryAuth
from botocore.awsrequest import HTTPHeaders
from botocore.credentials import Credentials

from embedded_aws.authentication.refusals import Refused, missing_signature, wrong_signature
from embedded_aws.authentication.request import Request

# The key of another version's signature would be a second claim, which other code might believe.
OLD_KEY, NEW_KEY = "AWSAccessKeyId", "X-Amz-Credential"
_FIELDS = (OLD_KEY, "Signature", "Expires")
_SIGNED_HEADERS = {"content-md5", "content-type"}


@dataclass(frozen=True, slots=True)
class ClaimV2:
    """What a presigned address claims about itself; none of it is proven before `verify`."""

    request: Request
    key_id: str
    signature: str
    expires: str
    service: str = "s3"

    @property
    def token(self) -> str:
        """The session token; empty where there is none."""
        return self.request.single("x-amz-security-token")

    def verify(self, secret: str, _: bytes) -> None:
        """Raise `Refused` unless this address was made with `secret`; a body is not signed."""
        signer = _Verifier(Credentials(self.key_id, secret, self.token or None), self.expires)
        request, headers = self.request, HTTPHeaders()
        for name in _SIGNED_HEADERS & request.headers.keys():
            headers[name] = request.headers[name]
        address = urlsplit(f"http://s3{request.raw_path}?{urlencode(request.query, doseq=True)}")
        if not hmac.compare_digest(signer.get_signature(request.method, address, cast("Any", headers)), self.signature):
            raise wrong_signature()


class _Verifier(HmacV1QueryAuth):
    """Signs as botocore does, with the time that the address names."""

    def __init__(self, credentials: Credentials, expires: str) -> None:
        super().__init__(credentials)
        self._expires_at = expires

    def _get_date(self) -> str:
        return self._expires_at


def read_claim_v2(request: Request, *, now: datetime) -> ClaimV2:
    """Return who an address claims to be from; raises `Refused` if that cannot be true for any secret."""
    key_id, signature, expires = (request.single(name) for name in _FIELDS)
    if not key_id or not signature.isascii() or not expires.isascii() or not expires.isdigit():
        raise missing_signature()
    if int(expires) < now.timestamp():
        raise Refused("RequestExpired", "The address has expired.")
    if any(name.startswith("x-amz-") for name in request.headers) or request.names(NEW_KEY):
        raise wrong_signature()
    return ClaimV2(request, key_id, signature, expires)
