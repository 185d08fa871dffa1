"""An embedded AWS accepts one pair of keys from outside, made for this instance and known only to its owner."""

import secrets
import string
from dataclasses import dataclass, field

_LETTERS = string.ascii_uppercase + "234567"
_ID_LETTERS = 16
_SECRET_BYTES = 30


@dataclass(frozen=True, slots=True)
class Keys:
    """The access key id and secret access key of the account's root user."""

    key_id: str
    secret: str = field(repr=False)


def new_keys() -> Keys:
    """Return keys that nobody can guess, in the shape that AWS gives them."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(_ID_LETTERS))
    return Keys(f"AKIA{letters}", secrets.token_urlsafe(_SECRET_BYTES))
