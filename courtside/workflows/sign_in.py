"""Let people sign in to the pages of a stage: answer each request of a browser below `/sign-in/`."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Protocol
from urllib.parse import quote, urlencode

from courtside.contracts import sign_in as places
from courtside.contracts.browser import BrowserAnswer, BrowserRequest
from courtside.contracts.errors import CourtsideError
from courtside.core.sign_in import Attempt, Expected, SignInRefused, cleared, page_cookies, set_cookie, subject_of
from courtside.core.sign_in.attempt import SECONDS, asked_page
from courtside.core.sign_in.cookies import HASH, KEY_PAIR, POLICY, SIGNATURE
from courtside.core.sign_in.pages import ended_page, needed_page, refused_page, unavailable_page

_LOG = logging.getLogger(__name__)


class SignInUnavailable(CourtsideError):
    """What signing in needs did not answer as it should; neither code nor secret is in the text."""

    def __init__(self, what: str, detail: str) -> None:
        self.what = what
        self.detail = detail
        super().__init__(f"nobody can sign in: {what} did not answer as it should ({detail})")


class UserPool(Protocol):
    """Where people say who they are."""

    def id_token(self, *, code: str, verifier: str) -> str:
        """Exchange a code; raises `SignInRefused` for one that the pool does not take, and `SignInUnavailable`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """Answers requests for one address.

    `sign` signs for CloudFront. `chance` returns a new random text of 43 or more characters that are safe in addresses.
    """

    host: str
    pool_address: str
    issuer: str
    client_id: str
    key_pair_id: str
    lasts: timedelta
    pool: UserPool
    sign: Callable[[bytes], bytes]
    chance: Callable[[], str]

    def answer(self, asked: BrowserRequest, *, now: datetime) -> BrowserAnswer:
        """Return what the browser gets.

        No answer is 403, in whose place CloudFront would show the page that asks to sign in.
        """
        match asked.path:
            case places.NEEDED:
                return BrowserAnswer(page=needed_page())
            case places.BEGIN:
                return self._begin(asked)
            case places.ANSWER:
                return self._finish(asked, now=now)
            case places.OUT:
                return self._out()
            case places.ENDED:
                return BrowserAnswer(page=ended_page())
        return BrowserAnswer(status=HTTPStatus.NOT_FOUND, page=refused_page("there is no page at this address"))

    def _begin(self, asked: BrowserRequest) -> BrowserAnswer:
        attempt = Attempt(
            state=self.chance(),
            nonce=self.chance(),
            verifier=self.chance(),
            page=asked_page(asked.headers.get("referer", ""), host=self.host),
        )
        return BrowserAnswer(
            status=HTTPStatus.FOUND,
            location=attempt.address(pool=self.pool_address, client_id=self.client_id, host=self.host),
            cookies=(set_cookie(places.ATTEMPT_COOKIE, attempt.cookie(), seconds=SECONDS),),
        )

    def _finish(self, asked: BrowserRequest, *, now: datetime) -> BrowserAnswer:
        # An attempt is over with its first answer, whatever that is.
        over = tuple(cleared(places.ATTEMPT_COOKIE))
        try:
            attempt = Attempt.read(asked.cookie(places.ATTEMPT_COOKIE))
            attempt.hold(asked.query.get("state", ""))
            subject = self._subject(attempt, asked, now=now)
            opened = page_cookies(host=self.host, key_pair_id=self.key_pair_id, until=now + self.lasts, sign=self.sign)
        except SignInRefused as error:
            _LOG.warning("a sign-in was refused: %s", error.reason)
            return BrowserAnswer(status=HTTPStatus.BAD_REQUEST, page=refused_page(str(error)), cookies=over)
        except SignInUnavailable as error:
            # This is for operators: there is nothing that the reader could do.
            _LOG.error("%s", error)
            return BrowserAnswer(status=HTTPStatus.SERVICE_UNAVAILABLE, page=unavailable_page(), cookies=over)
        _LOG.info("signed in", extra={"user": subject})
        seconds = int(self.lasts.total_seconds())
        return BrowserAnswer(
            status=HTTPStatus.FOUND,
            location=f"/{quote(attempt.page)}",
            cookies=(*over, *(set_cookie(name, value, seconds=seconds) for name, value in opened.items())),
        )

    def _subject(self, attempt: Attempt, asked: BrowserRequest, *, now: datetime) -> str:
        code = asked.query.get("code")
        if not code:
            raise SignInRefused("the user pool did not let you in")
        token = self.pool.id_token(code=code, verifier=attempt.verifier)
        expected = Expected(issuer=self.issuer, client_id=self.client_id, nonce=attempt.nonce)
        return subject_of(token, expected, now=now)

    def _out(self) -> BrowserAnswer:
        """Clear the cookies here and the session there, or the next sign-in would ask for nothing."""
        back = {"client_id": self.client_id, "logout_uri": f"https://{self.host}{places.ENDED}"}
        return BrowserAnswer(
            status=HTTPStatus.FOUND,
            location=f"{self.pool_address}/logout?{urlencode(back)}",
            cookies=tuple(cleared(places.ATTEMPT_COOKIE, POLICY, SIGNATURE, KEY_PAIR, HASH)),
        )
