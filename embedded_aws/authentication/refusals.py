"""Refuse a request in the words and the format that AWS clients know."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from xml.sax.saxutils import escape

from courtside.contracts.errors import CourtsideError


class Refused(CourtsideError):
    """A request is refused; `code` is AWS's word for the reason."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


def missing_signature() -> Refused:
    """Return the refusal of a request that is not signed at all."""
    return Refused("MissingAuthenticationToken", "The request is not signed, or not with AWS Signature Version 4.")


def wrong_signature() -> Refused:
    """Return the refusal of a signature that was made with another secret, or for another request."""
    return Refused("SignatureDoesNotMatch", "The signature does not match this request and the secret of its key.")


def unknown_key() -> Refused:
    """Return the refusal of a key, or a session token, that this instance did not give out."""
    return Refused("InvalidClientTokenId", "The key or the session token is not one of this embedded AWS.")


def answer(refused: Refused, service: str, headers: Mapping[str, str]) -> tuple[int, str, bytes]:
    """Return status, content type and body of a refusal, in the protocol of `service`.

    `service` is the one that the signature names; it is empty where there is none.
    """
    if _speaks_json(service, headers):
        body = json.dumps({"__type": refused.code, "code": refused.code, "message": str(refused)})
        return HTTPStatus.FORBIDDEN, "application/json", body.encode()
    error = f"<Code>{escape(refused.code)}</Code><Message>{escape(str(refused))}</Message>"
    whole = {
        "s3": f"<Error>{error}</Error>",
        "ec2": f"<Response><Errors><Error>{error}</Error></Errors></Response>",
    }.get(service, f"<ErrorResponse><Error><Type>Sender</Type>{error}</Error></ErrorResponse>")
    return HTTPStatus.FORBIDDEN, "application/xml", f'<?xml version="1.0" encoding="UTF-8"?>\n{whole}'.encode()


def _speaks_json(service: str, headers: Mapping[str, str]) -> bool:
    if service == "s3":
        return False
    return "x-amz-target" in headers or "x-www-form-urlencoded" not in headers.get("content-type", "")
