"""One attempt to sign in: what is sent with a person to the user pool, and compared when they come back."""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote, unquote, urlencode, urlsplit

from courtside.contracts.dashboard_keys import OVERVIEW_PAGE, is_page
from courtside.contracts.sign_in import ANSWER
from courtside.core.sign_in.errors import SignInRefused

SECONDS = 600
"""How long a person has to sign in before the attempt is over."""
_CHANCE = re.compile(r"[A-Za-z0-9_-]{43,128}")
_PARTS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """Three independent random texts of 43 characters or more, and the key of the page that was asked for.

    The cookie that holds them needs no signature: only this host can set one of its name, so that whoever can write
    it is the person who signs in.
    """

    state: str
    nonce: str
    verifier: str
    page: str = OVERVIEW_PAGE

    @classmethod
    def read(cls, cookie: str) -> Self:
        """Return the attempt that a cookie holds; raises `SignInRefused` for anything that this class did not write."""
        parts = cookie.split(".", _PARTS - 1)
        if len(parts) != _PARTS or not all(_CHANCE.fullmatch(part) for part in parts[:-1]):
            raise SignInRefused("this browser began no sign-in here within the last ten minutes")
        state, nonce, verifier, page = parts
        return cls(state=state, nonce=nonce, verifier=verifier, page=page_or_overview(unquote(page)))

    def cookie(self) -> str:
        """Return the attempt as the value of a cookie."""
        return ".".join((self.state, self.nonce, self.verifier, quote(self.page, safe="")))

    def address(self, *, pool: str, client_id: str, host: str) -> str:
        """Return the address of the user pool's page that asks who it is."""
        challenge = urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": answer_address(host),
            "scope": "openid",
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{pool}/oauth2/authorize?{urlencode(asked)}"

    def hold(self, state: str) -> None:
        """Raise `SignInRefused` unless an answer's state is this attempt's."""
        if not (state.isascii() and hmac.compare_digest(state, self.state)):
            raise SignInRefused("the answer belongs to another attempt")


def answer_address(host: str) -> str:
    """Return where the user pool sends people back to; it sends them nowhere else."""
    return f"https://{host}{ANSWER}"


def page_or_overview(key: str) -> str:
    """Return the key if it is a page's, and else that of the page of all models: nobody is led anywhere else."""
    plain = is_page(key) and not re.search(r"[\\\x00-\x1f\x7f]|//|(^|/)\.\.?(/|$)", key)
    return key if plain else OVERVIEW_PAGE


def asked_page(referrer: str, *, host: str) -> str:
    """Return the key of the page from which somebody came to sign in, if that is a page of this host."""
    try:
        parts = urlsplit(referrer)
    except ValueError:
        return OVERVIEW_PAGE
    return page_or_overview(unquote(parts.path.removeprefix("/"))) if parts.netloc == host else OVERVIEW_PAGE
