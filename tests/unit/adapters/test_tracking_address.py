"""A tracking address is checked before anything is computed, and its errors never show its secrets."""

import json
import os
import socket
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar

import pytest

from courtside.adapters import tracking_address
from courtside.adapters.mlflow_registry import MlflowRegistry
from courtside.adapters.mlflow_tracking import MlflowTracking
from courtside.adapters.tracking_address import (
    TrackingAddressInvalid,
    TrackingSignInRefused,
    require_server,
    split_login,
)
from courtside.workflows.ports import TrackingRefused, TrackingUnavailable

SECRET = "secretpw"
AWAY = f"http://ann:{SECRET}@127.0.0.1:9"


@pytest.fixture(autouse=True)
def _no_login(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("USERNAME", "PASSWORD", "TOKEN", "AUTH", "URI"):
        monkeypatch.setenv(f"MLFLOW_TRACKING_{name}", "x")  # setting it first makes monkeypatch restore it afterwards
        monkeypatch.delenv(f"MLFLOW_TRACKING_{name}")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")


@contextmanager
def _answering(status: int, body: bytes, kind: str = "text/html", *, login: list[str] | None = None) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        seen: ClassVar[list[str] | None] = login

        def do_GET(self) -> None:
            if self.seen is not None:
                self.seen.append(self.headers.get("Authorization", ""))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 — the name that the base class calls

        def log_message(self, *_: Any) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("", "is empty"),
        ("127.0.0.1:5000", "lacks a scheme; write http://"),
        ("mlflow.example.org:80/path", "lacks a scheme"),
        ("mlruns", "is no server's"),
        ("/data/mlruns", "is no server's"),
        ("file:///data/mlruns", "is no server's"),
        ("databricks", "is no server's"),
        ("ftp://host/x", "starts with ftp://"),
        ("http://", "names no host"),
        ("http://host:port", "cannot be read"),
        ("http://[::1", "cannot be read"),
        ("http://host:5000/#/experiments/3", "is a page's address"),
        (f"http://host:5000/?token={SECRET}", "is a page's address"),
        (f"postgresql://ann:{SECRET}@db:5432/mlflow", "is a database's"),
        (f"mysql+pymysql://ann:{SECRET}@db/mlflow", "is a database's"),
        (f"ann:{SECRET}@host:5000", "lacks a scheme"),
        (f"http://ann:a/{SECRET}@host", "password as %2F"),
        (f"http://ann:a#{SECRET}@host", "password as %2F"),
        (f"http://ann:{SECRET}@h\u2100st/", "cannot be read"),
    ],
)
def test_an_address_that_is_not_a_server_is_refused_with_a_correction(address: str, says: str) -> None:
    with pytest.raises(TrackingAddressInvalid, match=says) as raised:
        require_server(address)
    assert SECRET not in "".join(traceback.format_exception(raised.value))


@pytest.mark.parametrize(
    ("status", "body", "error", "says"),
    [
        (401, b"<h1>Sign in</h1>", TrackingSignInRefused, r"HTTP 401: Sign in\).*MLFLOW_TRACKING_USERNAME"),
        (403, b"Invalid Host header", TrackingSignInRefused, "HTTP 403: Invalid Host header"),
        (404, b"", TrackingAddressInvalid, "HTTP 404, so no MLflow server"),
        (400, b"plain HTTP to an HTTPS port", TrackingAddressInvalid, "HTTP 400: plain HTTP to an HTTPS port"),
        (200, b"<html>nginx</html>", TrackingAddressInvalid, "text/html that is not MLflow's JSON"),
        (500, b"out of order", TrackingRefused, "answered 500: out of order"),
        (503, b"", TrackingRefused, "answered 503"),
    ],
)
def test_an_error_tells_the_status_and_text_of_the_answer(
    status: int, body: bytes, error: type[Exception], says: str
) -> None:
    with _answering(status, body) as address, pytest.raises(error, match=says):
        require_server(address)


@pytest.mark.parametrize("status", [401, 404, 200])
def test_calls_made_through_mlflow_tell_the_status_too(status: int) -> None:
    with (
        _answering(status, b"<p>go away</p>") as address,
        pytest.raises(TrackingRefused, match=f"answered {status}: go"),
    ):
        MlflowRegistry(address).versions()


def test_a_server_that_answers_is_accepted_with_the_login_from_its_address() -> None:
    login: list[str] = []
    with _answering(200, json.dumps({"experiments": []}).encode(), "application/json", login=login) as address:
        require_server(address.replace("http://", f"http://ann:{SECRET}%2F@"))
    plain, found = split_login(f"http://ann:{SECRET}%2F@host:5000/path")
    assert plain == "http://host:5000/path"
    assert found is not None
    assert login == [found.basic]
    assert os.environ["MLFLOW_TRACKING_PASSWORD"] == f"{SECRET}/"
    require_server("sqlite:///runs.db")


def test_a_server_that_does_not_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TrackingUnavailable, match="connection refused"):
        require_server("http://127.0.0.1:9")
    with pytest.raises(TrackingAddressInvalid, match="speaks plain HTTP"), _answering(200, b"") as address:
        require_server(address.replace("http", "https"))
    monkeypatch.setattr(tracking_address, "ANSWER_SECONDS", 0.2)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(TrackingUnavailable, match="no answer within"):
            require_server(f"http://127.0.0.1:{silent.getsockname()[1]}")


def test_the_password_is_shown_by_no_error_and_by_none_of_its_causes() -> None:
    for ask in (
        lambda: MlflowTracking(AWAY).champion(),
        lambda: MlflowRegistry(AWAY).versions(),
        lambda: require_server(AWAY),
    ):
        with pytest.raises(TrackingUnavailable) as raised:
            ask()
        assert SECRET not in "".join(traceback.format_exception(raised.value))
        assert SECRET not in raised.value.uri
