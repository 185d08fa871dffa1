"""The cookies by which CloudFront knows who has signed in, and how cookies are set and cleared.

Sources: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-setting-signed-cookie-custom-policy.html
"""

import json
from base64 import b64encode
from collections.abc import Callable
from datetime import datetime

POLICY, SIGNATURE, KEY_PAIR, HASH = (
    f"CloudFront-{name}" for name in ("Policy", "Signature", "Key-Pair-Id", "Hash-Algorithm")
)
_SAFE = str.maketrans("+=/", "-_~")


def page_cookies(*, host: str, key_pair_id: str, until: datetime, sign: Callable[[bytes], bytes]) -> dict[str, str]:
    """Return the values of the cookies that open all pages of a host until then.

    `sign` is RSASSA-PKCS1-v1_5 with SHA-256, by the key whose public half CloudFront has.
    """
    condition = {"DateLessThan": {"AWS:EpochTime": int(until.timestamp())}}
    statement = {"Resource": f"https://{host}/*", "Condition": condition}
    policy = json.dumps({"Statement": [statement]}, separators=(",", ":")).encode()
    return {POLICY: _encoded(policy), SIGNATURE: _encoded(sign(policy)), KEY_PAIR: key_pair_id, HASH: "SHA256"}


def set_cookie(name: str, value: str, *, seconds: int) -> str:
    """Return a `Set-Cookie` header: for TLS only, out of a script's reach, and not sent by other sites' forms."""
    return f"{name}={value}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Lax"


def cleared(*names: str) -> list[str]:
    """Return the headers that remove cookies from the browser."""
    return [set_cookie(name, "", seconds=0) for name in names]


def _encoded(content: bytes) -> str:
    return b64encode(content).decode().translate(_SAFE)
