"""ID tokens as Cognito issues them, without a signature that anybody could verify."""

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from typing import Any

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
ISSUER = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_pool"
CLIENT = "client"


def claims(nonce: str, /, **instead: Any) -> dict[str, Any]:
    """Return the claims of a token that was issued just now for five minutes."""
    now = int(NOW.timestamp())
    return {
        "iss": ISSUER,
        "aud": CLIENT,
        "token_use": "id",
        "sub": "a-person",
        "nonce": nonce,
        "iat": now,
        "exp": now + 300,
    } | instead


def token(said: Any) -> str:
    """Return a token of these claims."""
    parts: tuple[Any, ...] = ({}, said, {})
    return ".".join(urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts)
