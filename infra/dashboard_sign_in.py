"""What the setting `dashboard_sign_in` may be: an address of one's own, and the key behind its signed cookies."""

import re
from base64 import b64decode
from textwrap import wrap
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

_PEM = re.compile(r"-----BEGIN PUBLIC KEY-----\s+([A-Za-z0-9+/=\s]+?)\s+-----END PUBLIC KEY-----")
# How the key of 2,048 bits begins and ends in DER, with the exponent 65537 that KMS and OpenSSL choose.
_BEGINS = bytes.fromhex("30820122300d06092a864886f70d01010105000382010f003082010a0282010100")
_ENDS = bytes.fromhex("0203010001")
_LENGTH = 294


def _public_key(pem: str) -> str:
    found = _PEM.fullmatch(pem.strip())
    if found is None:
        raise ValueError("is not a public key in PEM, from -----BEGIN PUBLIC KEY----- to -----END PUBLIC KEY-----")
    text = "".join(found[1].split())
    try:
        der = b64decode(text, validate=True)
    except ValueError:
        raise ValueError("is damaged: what stands between its first and last line is not base64") from None
    if len(der) != _LENGTH or not (der.startswith(_BEGINS) and der.endswith(_ENDS)):
        raise ValueError("is not an RSA key of 2,048 bits, the kind that CloudFront verifies cookies with")
    # KMS answers with one line, and some readers of PEM take no line of more than 64 characters.
    return "\n".join(("-----BEGIN PUBLIC KEY-----", *wrap(text, 64), "-----END PUBLIC KEY-----", ""))


class DashboardSignIn(BaseModel):
    """An address at which people without AWS credentials see a stage's pages after they have signed in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: Annotated[str, Field(pattern=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$", max_length=253)]
    certificate: Annotated[str, Field(pattern=r"^arn:aws:acm:us-east-1:\d{12}:certificate/[0-9a-f-]{36}$")]
    signing_key: Annotated[
        str, Field(pattern=r"^arn:aws:kms:[a-z]{2}(-[a-z]+)+-\d:\d{12}:key/(mrk-)?[0-9a-f-]{32,36}$")
    ]
    public_key: Annotated[str, AfterValidator(_public_key)]
    hours: Annotated[int, Field(ge=1, le=12)] = 8


OptionalDashboardSignIn = Annotated[
    DashboardSignIn | None,
    Field(
        description="DashboardSignIn(host='pages.example.com', certificate='arn:aws:acm:us-east-1:…' of that host, "
        "signing_key='arn:aws:kms:…' of an RSA_2048 key that signs, public_key='-----BEGIN PUBLIC KEY-----…' of that "
        "key, hours=8 that a sign-in lasts, 1 to 12), as docs/dashboard.md makes them; None: there is no such address"
    ),
]
