"""This proxy stands for the private tracking API: it recomputes each signature and forwards what is signed
correctly.

It canonicalizes what arrived without the signer's code and, like an HTTP API, answers a refusal with "Forbidden"
and no more.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast
from urllib.parse import parse_qsl, urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

KEY_ID, KEY, REGION = "AKIDEXAMPLE", "a-secret-key", "us-east-1"
WINDOW = timedelta(minutes=5)


class VerifyingProxy(ThreadingHTTPServer):
    """A proxy in front of `target`; `clock_ahead` is how far AWS's clock is ahead of this machine's."""

    daemon_threads = True

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = urlsplit(target).netloc
        self.clock_ahead = timedelta(0)
        self.passed: list[str] = []
        self.refused: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def now(self) -> datetime:
        return datetime.now(UTC) + self.clock_ahead


@contextmanager
def verifying(target: str) -> Iterator[VerifyingProxy]:
    with VerifyingProxy(target) as proxy:
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        yield proxy
        proxy.shutdown()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        proxy = cast("VerifyingProxy", self.server)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        said = f"{self.command} {self.path}"
        if not self._is_signed(body, proxy.now):
            proxy.refused.append(said)
            self._reply(403, [("Content-Type", "application/json")], b'{"message":"Forbidden"}')
            return
        proxy.passed.append(said)
        upstream = HTTPConnection(proxy.target, timeout=300)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in {"host", "connection"}}
        upstream.request(self.command, self.path, body=body or None, headers=headers)
        response = upstream.getresponse()
        kept = [each for each in response.getheaders() if each[0].lower() in {"content-type", "content-encoding"}]
        self._reply(response.status, kept, response.read())
        upstream.close()

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815 (the base class's names)

    def _is_signed(self, body: bytes, now: datetime) -> bool:
        """Compute the signature of what arrived from the headers that the client says it signed, and compare it."""
        try:
            scheme, _, fields = self.headers["Authorization"].partition(" ")
            given = dict(field.strip().split("=", 1) for field in fields.split(","))
            at = datetime.strptime(self.headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        except (AttributeError, KeyError, TypeError, ValueError):
            return False
        scope = f"{KEY_ID}/{at:%Y%m%d}/{REGION}/execute-api/aws4_request"
        if (scheme, given["Credential"]) != ("AWS4-HMAC-SHA256", scope) or abs(now - at) > WINDOW:
            return False
        names = given["SignedHeaders"].split(";")
        if not {"host", "x-amz-date"} <= set(names):
            return False
        path, _, query = self.path.partition("?")
        request = AWSRequest(
            method=self.command,
            url=f"http://{self.headers['Host']}{path}",
            data=body,
            headers={name: self.headers[name] for name in names},
            # The query is parsed and written again, because AWS compares its values however the client has written
            # them.
            params=parse_qsl(query, keep_blank_values=True),
        )
        request.context["timestamp"] = self.headers["X-Amz-Date"]
        verifier = SigV4Auth(Credentials(KEY_ID, KEY), "execute-api", REGION)
        expected = verifier.signature(verifier.string_to_sign(request, verifier.canonical_request(request)), request)
        return bool(given["Signature"] == expected)

    def _reply(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
        self.send_response_only(status)
        self.send_header("Date", format_datetime(cast("VerifyingProxy", self.server).now, usegmt=True))
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
        """Write nothing to the console."""
