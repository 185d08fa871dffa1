"""A browser signs in: what it is sent, what it sends back, and what opens the pages."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from itertools import count
from urllib.parse import parse_qs, urlsplit

import pytest

from courtside.contracts import sign_in as places
from courtside.contracts.browser import BrowserAnswer, BrowserRequest
from courtside.contracts.dashboard_keys import OVERVIEW_PAGE, model_page
from courtside.core.sign_in import SignInRefused
from courtside.workflows.sign_in import SignIn, SignInUnavailable
from tests.fakes.id_tokens import CLIENT, ISSUER, NOW, claims, token

HOST = "pages.example.com"
PAGE = model_page("churn")
OPENED = {"CloudFront-Policy", "CloudFront-Signature", "CloudFront-Key-Pair-Id", "CloudFront-Hash-Algorithm"}
CODE = "a-code-that-nobody-may-log"


@dataclass
class Pool:
    """Issues the token that `says` returns for an attempt's nonce, once for each code."""

    says: Callable[[str], str] = lambda nonce: token(claims(nonce))
    nonce: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)

    def id_token(self, *, code: str, verifier: str) -> str:
        if code in {each for each, _ in self.asked}:
            raise SignInRefused("the code was used already, or is too old")
        self.asked.append((code, verifier))
        return self.says(self.nonce)


class Browser:
    """Keeps cookies and follows nothing by itself."""

    def __init__(self, sign_in: SignIn, pool: Pool) -> None:
        self.sign_in, self.pool = sign_in, pool
        self.cookies: dict[str, str] = {}

    def get(self, path: str, *, referrer: str = "", **query: str) -> BrowserAnswer:
        cookies = tuple(f"{name}={value}" for name, value in self.cookies.items())
        event = {"rawPath": path, "queryStringParameters": query, "cookies": cookies, "headers": {"referer": referrer}}
        answered = self.sign_in.answer(BrowserRequest.model_validate(event | {"isBase64Encoded": False}), now=NOW)
        for each in answered.cookies:
            name, _, value = each.split(";")[0].partition("=")
            self.cookies[name] = value
            if "Max-Age=0" in each:
                del self.cookies[name]
        return answered

    def begin(self, referrer: str = f"https://{HOST}/{PAGE}") -> dict[str, str]:
        """Return what the pool is told."""
        answered = self.get(places.BEGIN, referrer=referrer)
        assert answered.location is not None
        told = {name: values[0] for name, values in parse_qs(urlsplit(answered.location).query).items()}
        self.pool.nonce = told["nonce"]
        return told


@pytest.fixture
def pool() -> Pool:
    return Pool()


@pytest.fixture
def browser(pool: Pool) -> Browser:
    numbers = count()
    sign_in = SignIn(
        host=HOST,
        pool_address="https://pool.example",
        issuer=ISSUER,
        client_id=CLIENT,
        key_pair_id="K1",
        lasts=timedelta(hours=8),
        pool=pool,
        sign=lambda content: b"signed " + content[:4],
        chance=lambda: f"{next(numbers):043d}",
    )
    return Browser(sign_in, pool)


def is_closed(browser: Browser, answered: BrowserAnswer, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> bool:
    return answered.status is status and not answered.location and not browser.cookies and "<h1>" in answered.page


def test_somebody_signs_in_and_comes_back_to_the_page_that_they_asked_for(browser: Browser, pool: Pool) -> None:
    told = browser.begin()
    answered = browser.get(places.ANSWER, code=CODE, state=told["state"])
    assert (answered.status, answered.location) == (HTTPStatus.FOUND, f"/{PAGE}")
    assert set(browser.cookies) == OPENED
    assert all("Max-Age=28800; Secure; HttpOnly; SameSite=Lax" in each for each in answered.cookies[1:])
    ((code, verifier),) = pool.asked
    assert code == CODE
    assert len({verifier, told["state"], told["nonce"]}) == 3


def test_each_attempt_is_new(browser: Browser) -> None:
    first, second = browser.begin(), browser.begin()
    assert not {first[name] for name in ("state", "nonce", "code_challenge")} & set(second.values())


def test_an_answer_to_another_attempt_is_refused_before_the_pool_is_asked(browser: Browser, pool: Pool) -> None:
    told = browser.begin()
    answered = browser.get(places.ANSWER, code=CODE, state=told["state"][:-1] + "x")
    assert is_closed(browser, answered)
    assert pool.asked == []


def test_an_answer_without_an_attempt_is_refused(browser: Browser, pool: Pool) -> None:
    """Else somebody could sign another person in as themselves, by a link with a code of their own."""
    told = browser.begin()
    browser.cookies.clear()
    assert is_closed(browser, browser.get(places.ANSWER, code=CODE, state=told["state"]))
    assert pool.asked == []


def test_a_cookie_that_was_sent_twice_is_none(browser: Browser) -> None:
    told = browser.begin()
    twice = tuple(f"{places.ATTEMPT_COOKIE}={browser.cookies[places.ATTEMPT_COOKIE]}" for _ in range(2))
    request = BrowserRequest(path=places.ANSWER, query={"code": CODE, "state": told["state"]}, cookies=twice)
    assert browser.sign_in.answer(request, now=NOW).status is HTTPStatus.BAD_REQUEST


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "another"},
        {"aud": "another"},
        {"iss": "https://another.example"},
        {"exp": int(NOW.timestamp())},
        {"token_use": "access"},
    ],
)
def test_a_token_that_is_not_for_this_attempt_opens_nothing(
    browser: Browser, pool: Pool, wrong: dict[str, object]
) -> None:
    pool.says = lambda nonce: token(claims(nonce, **wrong))
    told = browser.begin()
    assert is_closed(browser, browser.get(places.ANSWER, code=CODE, state=told["state"]))


def test_an_attempt_is_over_with_its_first_answer(browser: Browser) -> None:
    told = browser.begin()
    browser.get(places.ANSWER, code=CODE, state=told["state"])
    again = browser.get(places.ANSWER, code=CODE, state=told["state"])
    assert again.status is HTTPStatus.BAD_REQUEST
    assert set(browser.cookies) == OPENED, "what was opened stays so"


def test_a_person_whom_the_pool_turns_away_reads_so(browser: Browser, pool: Pool) -> None:
    told = browser.begin()
    answered = browser.get(places.ANSWER, error="access_denied", state=told["state"])
    assert is_closed(browser, answered)
    assert "did not let you in" in answered.page
    assert pool.asked == []


def test_a_pool_that_does_not_answer_is_no_fault_of_the_person(browser: Browser, pool: Pool) -> None:
    def silent(_: str) -> str:
        raise SignInUnavailable("the user pool's token endpoint", "TimeoutError")

    pool.says = silent
    told = browser.begin()
    answered = browser.get(places.ANSWER, code=CODE, state=told["state"])
    assert is_closed(browser, answered, HTTPStatus.SERVICE_UNAVAILABLE)
    assert "TimeoutError" not in answered.page


def test_no_log_holds_a_code_a_token_or_a_cookie(browser: Browser, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    told = browser.begin()
    secret = [CODE, told["state"], told["nonce"], browser.cookies[places.ATTEMPT_COOKIE]]
    browser.get(places.ANSWER, code=CODE, state=told["state"])
    browser.get(places.ANSWER, code=CODE, state=told["state"])
    written = " ".join(str(vars(record)) for record in caplog.records)
    assert "signed in" in written
    assert "refused" in written
    secret += [browser.cookies[name] for name in ("CloudFront-Policy", "CloudFront-Signature")]
    assert not [each for each in secret if each in written]


def test_signing_out_clears_every_cookie_and_the_session_at_the_pool(browser: Browser) -> None:
    told = browser.begin()
    browser.get(places.ANSWER, code=CODE, state=told["state"])
    answered = browser.get(places.OUT)
    assert browser.cookies == {}
    assert answered.location is not None
    parts = urlsplit(answered.location)
    assert (parts.netloc, parts.path) == ("pool.example", "/logout")
    assert parse_qs(parts.query) == {"client_id": [CLIENT], "logout_uri": [f"https://{HOST}{places.ENDED}"]}


@pytest.mark.parametrize("referrer", ["https://evil.example/dashboard/x.html", f"https://{HOST}//evil.example/a.html"])
def test_nobody_is_led_to_another_place_after_signing_in(browser: Browser, referrer: str) -> None:
    told = browser.begin(referrer)
    assert browser.get(places.ANSWER, code=CODE, state=told["state"]).location == f"/{OVERVIEW_PAGE}"


@pytest.mark.parametrize("path", [places.NEEDED, places.ENDED, "/sign-in/elsewhere"])
def test_pages_around_signing_in_lead_to_it_and_no_answer_is_one_that_cloudfront_replaces(
    browser: Browser, path: str
) -> None:
    answered = browser.get(path)
    assert f'href="{places.BEGIN}"' in answered.page
    assert answered.status is not HTTPStatus.FORBIDDEN
    assert answered.as_lambda()["headers"]["Cache-Control"] == "no-store"
