"""Whom an ID token names, if it is one for us, now, and for this attempt.

The token comes straight from the token endpoint over TLS, which proves its issuer in the place of its signature
(OpenID Connect Core 1.0, 3.1.3.7, step 6). One that reached us in any other way must never be read here.
"""

import binascii
import hmac
import json
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from courtside.core.sign_in.errors import SignInRefused

CLOCKS_DIFFER = timedelta(minutes=2)
OLDEST = timedelta(minutes=10)
_PARTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What an ID token must say of itself."""

    issuer: str
    client_id: str
    nonce: str


def subject_of(token: str, expected: Expected, *, now: datetime) -> str:
    """Return the user's id in the pool; raises `SignInRefused`, which says what is wrong and quotes nothing."""
    claims = _claims(token)
    audience = claims.get("aud")
    if claims.get("iss") != expected.issuer:
        raise SignInRefused("the token is from another user pool")
    # Cognito names one client; a list may only be this client alone, so that no other party is trusted beside it.
    if audience not in (expected.client_id, [expected.client_id]):
        raise SignInRefused("the token is for another application")
    if claims.get("azp", expected.client_id) != expected.client_id:
        raise SignInRefused("the token was issued to another application")
    if claims.get("token_use") != "id":
        raise SignInRefused("the token does not say who somebody is")
    nonce = claims.get("nonce")
    if not (isinstance(nonce, str) and nonce.isascii() and hmac.compare_digest(nonce, expected.nonce)):
        raise SignInRefused("the token belongs to another attempt")
    if _moment(claims, "exp") <= now.timestamp():
        raise SignInRefused("the token has expired")
    issued = _moment(claims, "iat")
    if not (now - OLDEST).timestamp() <= issued <= (now + CLOCKS_DIFFER).timestamp():
        raise SignInRefused("the token was not issued just now")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject:
        raise SignInRefused("the token names nobody")
    return subject


def _claims(token: str) -> dict[str, Any]:
    parts = token.split(".")
    if len(parts) != _PARTS:
        raise SignInRefused("the user pool sent no ID token")
    body = parts[1]
    try:
        claims = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        raise SignInRefused("the user pool sent an ID token that cannot be read") from None
    if not isinstance(claims, dict):
        raise SignInRefused("the user pool sent an ID token that cannot be read")
    return claims


def _moment(claims: dict[str, Any], name: str) -> int:
    found = claims.get(name)
    # Python would read a fraction that is not finite, which is later than everything and earlier than nothing.
    if isinstance(found, bool) or not isinstance(found, int):
        raise SignInRefused("the token does not say when it was issued and when it ends")
    return found
