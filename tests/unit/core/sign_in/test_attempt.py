import hashlib
from base64 import urlsafe_b64encode
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.contracts.dashboard_keys import OVERVIEW_PAGE, is_page, model_page
from courtside.core.sign_in import Attempt, SignInRefused
from courtside.core.sign_in.attempt import asked_page, page_or_overview

STATE, NONCE, VERIFIER = "s" * 43, "n" * 43, "v" * 43
HOST = "pages.example.com"


def attempt(page: str = OVERVIEW_PAGE) -> Attempt:
    return Attempt(state=STATE, nonce=NONCE, verifier=VERIFIER, page=page)


def test_the_pool_is_sent_state_nonce_and_the_hash_of_the_verifier_but_never_that_itself() -> None:
    address = attempt().address(pool="https://pool.example", client_id="client", host=HOST)
    parts = urlsplit(address)
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "pool.example", "/oauth2/authorize")
    assert parse_qs(parts.query) == {
        "response_type": ["code"],
        "client_id": ["client"],
        "redirect_uri": ["https://pages.example.com/sign-in/answer"],
        "scope": ["openid"],
        "state": [STATE],
        "nonce": [NONCE],
        "code_challenge": [urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()],
        "code_challenge_method": ["S256"],
    }
    assert VERIFIER not in address


@pytest.mark.parametrize("page", [OVERVIEW_PAGE, model_page("churn"), "models/a.b/drift/dt=2026-01-01/x y;é.html"])
def test_a_cookie_gives_the_attempt_back(page: str) -> None:
    cookie = attempt(page).cookie()
    assert not set(cookie) & set(' ;,"\\'), "a cookie's value may hold none of these"
    assert cookie.isascii()
    assert Attempt.read(cookie) == attempt(page)


@given(cookie=st.text() | st.from_regex(r"[a-z]{40,44}(\.[a-z]{40,44}){0,2}(\..*)?", fullmatch=True))
def test_any_other_cookie_is_refused_or_leads_to_a_page(cookie: str) -> None:
    try:
        found = Attempt.read(cookie)
    except SignInRefused:
        return
    assert min(map(len, (found.state, found.nonce, found.verifier))) >= 43
    assert is_page(found.page)


@given(state=st.text() | st.sampled_from([STATE[:-1], STATE + "s", STATE.upper(), "", NONCE, "\ud800" * 43]))
def test_any_other_state_is_refused(state: str) -> None:
    if state == STATE:
        return
    with pytest.raises(SignInRefused, match="another attempt"):
        attempt().hold(state)


def test_the_same_state_is_held() -> None:
    attempt().hold(STATE)


@pytest.mark.parametrize(
    "key",
    [
        "//evil.example/dashboard/x.html",
        "/evil.example/a.html",
        "https://evil.example/dashboard/x.html",
        "dashboard/../tables/churn/x.html",
        "dashboard/..\\evil.html",
        "dashboard//evil.html",
        "dashboard/./x.html",
        "dashboard/a\r\nSet-Cookie: x.html",
        "dashboard/models/churn/summary.json",
        "tables/churn/rows.parquet",
        "",
    ],
)
def test_nobody_is_led_anywhere_but_to_a_page(key: str) -> None:
    assert page_or_overview(key) == OVERVIEW_PAGE


@pytest.mark.parametrize(
    ("referrer", "page"),
    [
        (f"https://{HOST}/{model_page('churn')}", model_page("churn")),
        (f"https://{HOST}/dashboard/models/a%20b/index.html?x=1#y", "dashboard/models/a b/index.html"),
        (f"https://{HOST}/", OVERVIEW_PAGE),
        (f"https://evil.example/{model_page('churn')}", OVERVIEW_PAGE),
        (f"https://{HOST}@evil.example/{model_page('churn')}", OVERVIEW_PAGE),
        (f"https://{HOST}/sign-in/ended", OVERVIEW_PAGE),
        ("https://[broken", OVERVIEW_PAGE),
        ("", OVERVIEW_PAGE),
    ],
)
def test_people_come_back_to_the_page_they_asked_for(referrer: str, page: str) -> None:
    assert asked_page(referrer, host=HOST) == page
