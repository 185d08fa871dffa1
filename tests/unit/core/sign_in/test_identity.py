from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.core.sign_in import Expected, SignInRefused, subject_of
from tests.fakes.id_tokens import CLIENT, ISSUER, NOW, claims, token

NONCE = "n" * 43
EXPECTED = Expected(issuer=ISSUER, client_id=CLIENT, nonce=NONCE)
THEN = int(NOW.timestamp())
JSON = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text(), max_size=2)


def subject(said: Any) -> str:
    return subject_of(token(said), EXPECTED, now=NOW)


def test_a_token_for_us_now_and_for_this_attempt_names_somebody() -> None:
    assert subject(claims(NONCE)) == "a-person"
    assert subject(claims(NONCE, aud=[CLIENT], azp=CLIENT)) == "a-person"


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"iss": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_other"}, "another user pool"),
        ({"iss": f"{ISSUER}/"}, "another user pool"),
        ({"aud": "another"}, "another application"),
        ({"aud": [CLIENT, "another"]}, "another application"),
        ({"aud": []}, "another application"),
        ({"azp": "another"}, "issued to another"),
        ({"token_use": "access"}, "who somebody is"),
        ({"nonce": "n" * 42}, "another attempt"),
        ({"nonce": None}, "another attempt"),
        ({"nonce": "\ud800" * 43}, "another attempt"),
        ({"exp": THEN}, "expired"),
        ({"exp": THEN - 1}, "expired"),
        ({"exp": float("nan")}, "does not say when"),
        ({"exp": float("inf")}, "does not say when"),
        ({"exp": True}, "does not say when"),
        ({"exp": str(THEN + 300)}, "does not say when"),
        ({"iat": THEN - 601}, "not issued just now"),
        ({"iat": THEN + 121}, "not issued just now"),
        ({"sub": ""}, "names nobody"),
        ({"sub": 7}, "names nobody"),
    ],
)
def test_a_token_that_says_anything_else_is_refused(wrong: dict[str, Any], reason: str) -> None:
    with pytest.raises(SignInRefused, match=reason):
        subject(claims(NONCE, **wrong))


@pytest.mark.parametrize("missing", ["iss", "aud", "token_use", "sub", "nonce", "iat", "exp"])
def test_a_token_that_lacks_something_is_refused(missing: str) -> None:
    said = claims(NONCE)
    del said[missing]
    with pytest.raises(SignInRefused):
        subject(said)


@given(name=st.sampled_from(["iss", "aud", "token_use", "nonce"]), value=JSON)
def test_no_other_value_of_what_is_compared_passes(name: str, value: Any) -> None:
    right = claims(NONCE)
    if value in (right[name], [right[name]]):
        return
    with pytest.raises(SignInRefused):
        subject(right | {name: value})


@given(late=st.integers(300, 10**9))
def test_a_token_is_refused_at_any_time_after_its_end(late: int) -> None:
    with pytest.raises(SignInRefused):
        subject_of(token(claims(NONCE)), EXPECTED, now=NOW + timedelta(seconds=late))


@given(text=st.text())
def test_what_is_no_token_is_refused_and_not_quoted(text: str) -> None:
    with pytest.raises(SignInRefused) as caught:
        subject_of(f"secret-{text}", EXPECTED, now=NOW)
    assert "secret-" not in str(caught.value)


@pytest.mark.parametrize("said", [[], "text", 1, None])
def test_a_token_that_holds_no_claims_is_refused(said: Any) -> None:
    with pytest.raises(SignInRefused, match="cannot be read"):
        subject(said)


@pytest.mark.parametrize("body", ["e30", "!!!", "a", "W10", "/////w", "é"])
def test_a_token_that_is_damaged_is_refused(body: str) -> None:
    with pytest.raises(SignInRefused):
        subject_of(f"e30.{body}.e30", EXPECTED, now=NOW)
