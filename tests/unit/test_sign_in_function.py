"""The function `sign_in` from the event that Lambda passes on to the answer that it passes back."""

from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import ValidationError

from courtside.contracts import sign_in
from courtside.contracts.environment import SignInEnv
from lambdas.sign_in.handler import handler
from tests.fakes.written_lines import Invocation

ENVIRONMENT = SignInEnv(
    host="pages.example.com",
    pool="https://courtside-dev-1.auth.us-east-1.amazoncognito.com",
    issuer="https://cognito-idp.us-east-1.amazonaws.com/us-east-1_pool",
    user_pool_id="us-east-1_pool",
    client_id="client",
    key_pair_id="K1",
    signing_key_arn="arn:aws:kms:us-east-1:123456789012:key/k",
    hours=8,
)


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (ENVIRONMENT.as_env() | {"COURTSIDE_STAGE": "dev"}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "sign_in")


def answered(**event: Any) -> dict[str, Any]:
    return handler({"version": "2.0", "requestContext": {}, **event}, Invocation())  # type: ignore[arg-type]


def test_a_browser_that_begins_is_sent_to_the_pool_with_what_its_cookie_holds() -> None:
    answer = answered(rawPath=sign_in.BEGIN, headers={"referer": "https://pages.example.com/dashboard/index.html"})
    assert answer["statusCode"] == 302
    location = urlsplit(answer["headers"]["Location"])
    assert f"https://{location.netloc}" == ENVIRONMENT.pool
    told = parse_qs(location.query)
    (cookie,) = answer["cookies"]
    held = SimpleCookie(cookie)[sign_in.ATTEMPT_COOKIE]
    assert [held[name] for name in ("secure", "httponly", "samesite", "path", "max-age")] == [
        True, True, "Lax", "/", "600",
    ]  # fmt: skip
    assert held.value.split(".")[:2] == [*told["state"], *told["nonce"]]
    again = answered(rawPath=sign_in.BEGIN)
    assert parse_qs(urlsplit(again["headers"]["Location"]).query)["state"] != told["state"]


def test_a_page_is_html_that_nothing_keeps() -> None:
    answer = answered(rawPath=sign_in.NEEDED)
    assert (answer["statusCode"], answer["cookies"]) == (200, [])
    assert answer["headers"] == {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"}
    assert answer["body"].startswith("<!doctype html>")


def test_an_answer_without_an_attempt_asks_nobody_and_says_so() -> None:
    answer = answered(rawPath=sign_in.ANSWER, queryStringParameters={"code": "c", "state": "s"})
    assert answer["statusCode"] == 400
    assert "began no sign-in here" in answer["body"]


def test_an_event_of_another_shape_is_refused_and_not_quoted() -> None:
    with pytest.raises(ValidationError) as caught:
        answered(rawPath=sign_in.ANSWER, queryStringParameters="code=a-secret-code")
    assert "a-secret-code" not in str(caught.value)
