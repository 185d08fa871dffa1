"""A Cognito user pool: its token endpoint takes a code for tokens; the client's secret is read where AWS keeps it."""

import http.client
import json
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from courtside.core.sign_in import SignInRefused
from courtside.core.sign_in.attempt import answer_address
from courtside.workflows.sign_in import SignInUnavailable

TIMEOUT_SECONDS = 8
TOKENS = "the user pool's token endpoint"
_MOST_READ = 64 * 1024


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Follow none: the secret is for the token endpoint alone, and only its own answer can be trusted."""

    def redirect_request(self, *_: object, **__: object) -> None:
        """Return nothing to go on with."""


_opener = urllib.request.build_opener(_NoRedirects)


@dataclass(frozen=True, slots=True, kw_only=True)
class CognitoPool:
    """The pool at `address` for the client of `host`; `secret` is asked for at each exchange and kept nowhere."""

    address: str
    host: str
    client_id: str
    secret: Callable[[], str]

    def id_token(self, *, code: str, verifier: str) -> str:
        """Exchange a code, once, since a code works only once; raises `SignInRefused` and `SignInUnavailable`."""
        said = self._post({
            "grant_type": "authorization_code",
            "client_id": self.client_id,
            "code": code,
            "redirect_uri": answer_address(self.host),
            "code_verifier": verifier,
        })  # fmt: skip
        token = said.get("id_token")
        if not isinstance(token, str):
            raise SignInUnavailable(TOKENS, "it sent no ID token")
        return token

    def _post(self, form: dict[str, str]) -> dict[str, object]:
        login = b64encode(f"{self.client_id}:{self.secret()}".encode()).decode()
        request = urllib.request.Request(  # noqa: S310 — the stage's template says https
            f"{self.address}/oauth2/token",
            data=urlencode(form).encode(),
            headers={"Authorization": f"Basic {login}", "Content-Type": "application/x-www-form-urlencoded"},
        )
        try:
            with _opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
                said = json.loads(answer.read(_MOST_READ))
        except urllib.error.HTTPError as error:
            raise _refused(error) from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise SignInUnavailable(TOKENS, type(error).__name__) from None
        if not isinstance(said, dict):
            raise SignInUnavailable(TOKENS, "it sent no JSON object")
        return said


def _refused(error: urllib.error.HTTPError) -> SignInRefused | SignInUnavailable:
    """Only `invalid_grant` is about the person's code; any other refusal is about how the stage is set up."""
    try:
        said = json.loads(error.read(_MOST_READ))
    except (OSError, http.client.HTTPException, ValueError):
        said = None
    if error.code == HTTPStatus.BAD_REQUEST and isinstance(said, dict) and said.get("error") == "invalid_grant":
        return SignInRefused("the code was used already, or is too old")
    return SignInUnavailable(TOKENS, f"HTTP {error.code}")


def client_secret(user_pool_id: str, client_id: str) -> str:
    """Return the secret of a pool's client; raises `SignInUnavailable`."""
    cognito = boto3.client("cognito-idp")
    try:
        described = cognito.describe_user_pool_client(UserPoolId=user_pool_id, ClientId=client_id)
    except (BotoCoreError, ClientError) as error:
        raise SignInUnavailable("the description of the user pool's client", str(error)) from None
    secret: str = described["UserPoolClient"]["ClientSecret"]
    return secret
