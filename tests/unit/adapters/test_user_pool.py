"""The token endpoint, over HTTP: what is sent, and what each of its answers means."""

import json
from base64 import b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs

import boto3
import pytest
from botocore.stub import Stubber

from courtside.adapters import page_signature, user_pool
from courtside.adapters.user_pool import CognitoPool
from courtside.core.sign_in import SignInRefused
from courtside.workflows.sign_in import SignInUnavailable

CODE, VERIFIER, SECRET = "the-code", "the-verifier", "the-secret-of-the-one-client"


class Endpoint(ThreadingHTTPServer):
    """Answers every request with `answer` and remembers it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer: tuple[int, str] = (200, json.dumps({"id_token": "a.b.c", "refresh_token": "r"}))
        self.got: list[tuple[str, dict[str, str], dict[str, list[str]]]] = []

    @property
    def pool(self) -> CognitoPool:
        address = f"http://127.0.0.1:{self.server_address[1]}"
        return CognitoPool(address=address, host="pages.example.com", client_id="client", secret=lambda: SECRET)


class _Handler(BaseHTTPRequestHandler):
    server: Endpoint

    def do_POST(self) -> None:
        form = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.got.append((self.path, dict(self.headers), parse_qs(form)))
        status, body = self.server.answer
        self.send_response(status)
        if status == 307:
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_address[1]}/elsewhere")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint() as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_code_is_exchanged_with_the_verifier_and_the_clients_secret(endpoint: Endpoint) -> None:
    assert endpoint.pool.id_token(code=CODE, verifier=VERIFIER) == "a.b.c"
    ((path, headers, form),) = endpoint.got
    assert path == "/oauth2/token"
    assert headers["Authorization"] == f"Basic {b64encode(b'client:the-secret-of-the-one-client').decode()}"
    assert form == {
        "grant_type": ["authorization_code"],
        "client_id": ["client"],
        "code": [CODE],
        "redirect_uri": ["https://pages.example.com/sign-in/answer"],
        "code_verifier": [VERIFIER],
    }


def test_a_code_that_the_pool_does_not_take_is_a_refusal(endpoint: Endpoint) -> None:
    endpoint.answer = (400, '{"error": "invalid_grant"}')
    with pytest.raises(SignInRefused, match="used already"):
        endpoint.pool.id_token(code=CODE, verifier=VERIFIER)


@pytest.mark.parametrize(
    "answer",
    [
        (400, '{"error": "invalid_client"}'),
        (400, "no JSON"),
        (401, '{"error": "invalid_grant"}'),
        (500, ""),
        (307, ""),
        (200, "no JSON"),
        (200, "[]"),
        (200, '{"access_token": "x"}'),
        (200, '{"id_token": 7}'),
        (200, '{"id_token": "' + "x" * 70_000),
    ],
)
def test_any_other_answer_says_nothing_about_a_person(endpoint: Endpoint, answer: tuple[int, str]) -> None:
    endpoint.answer = answer
    with pytest.raises(SignInUnavailable) as caught:
        endpoint.pool.id_token(code=CODE, verifier=VERIFIER)
    assert not [secret for secret in (CODE, VERIFIER, SECRET, "xxx") if secret in str(caught.value)]
    assert len(endpoint.got) == 1, "neither a code nor the secret is sent twice or elsewhere"


def test_a_pool_that_nobody_reaches_is_named() -> None:
    pool = CognitoPool(address="http://127.0.0.1:9", host="pages.example.com", client_id="c", secret=lambda: SECRET)
    with pytest.raises(SignInUnavailable, match="token endpoint"):
        pool.id_token(code=CODE, verifier=VERIFIER)


def test_the_secret_is_read_from_the_description_of_the_client(monkeypatch: pytest.MonkeyPatch) -> None:
    client = boto3.client("cognito-idp", region_name="us-east-1")
    monkeypatch.setattr(boto3, "client", lambda _: client)
    asked = {"UserPoolId": "us-east-1_pool", "ClientId": "client"}
    with Stubber(client) as stub:
        stub.add_response("describe_user_pool_client", {"UserPoolClient": {"ClientSecret": SECRET}}, asked)
        stub.add_client_error("describe_user_pool_client", "AccessDeniedException", expected_params=asked)
        assert user_pool.client_secret("us-east-1_pool", "client") == SECRET
        with pytest.raises(SignInUnavailable, match="AccessDenied"):
            user_pool.client_secret("us-east-1_pool", "client")


def test_kms_signs_as_cloudfront_verifies_in_the_keys_own_region(monkeypatch: pytest.MonkeyPatch) -> None:
    client = boto3.client("kms", region_name="eu-central-1")
    regions: list[str] = []

    def made(_: str, *, region_name: str) -> object:
        regions.append(region_name)
        return client

    monkeypatch.setattr(boto3, "client", made)
    key = "arn:aws:kms:eu-central-1:123456789012:key/k"
    asked = {
        "KeyId": key, "Message": b"policy", "MessageType": "RAW", "SigningAlgorithm": "RSASSA_PKCS1_V1_5_SHA_256",
    }  # fmt: skip
    with Stubber(client) as stub:
        stub.add_response("sign", {"Signature": b"signed"}, asked)
        stub.add_client_error("sign", "DisabledException", expected_params=asked)
        assert page_signature.signature(key, b"policy") == b"signed"
        with pytest.raises(SignInUnavailable, match="key that signs"):
            page_signature.signature(key, b"policy")
    assert regions == ["eu-central-1", "eu-central-1"]
