"""A proxy that lets a browser use the private tracking API: it listens on loopback and signs what comes in."""

from collections.abc import Iterable
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import cast
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import BotoCoreError

from courtside.adapters.execute_api import canonical, explain_refusal, signed_headers
from courtside.adapters.loopback_server import LoopbackHandler, LoopbackServer
from courtside.contracts.errors import CourtsideError

_CHUNK_BYTES = 65_536
# The API itself gives up after 30 s.
_TIMEOUT_SECONDS = 35
# Headers of one connection only (RFC 9110, 7.6.1), or ours to write. Cookies of this address belong to all its ports.
_NOT_FORWARDED = frozenset(
    {
        "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding",
        "upgrade", "host", "authorization", "content-length", "cookie",
    }
)  # fmt: skip
_HOP_BY_HOP = _NOT_FORWARDED - {"content-length"}
_WITHOUT_BODY = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})


class SigningProxy(LoopbackServer):
    """Forwards every request to `target`, signed by `session`; raises `NotLoopback` and `AddressTaken`."""

    def __init__(self, target: str, *, session: boto3.Session, host: str = "127.0.0.1", port: int = 0) -> None:
        super().__init__(_Handler, command="mlflow ui", title="MLflow", begin="/", host=host, port=port)
        self.target = target.rstrip("/")
        self.session = session

    def connect(self) -> HTTPConnection:
        """Return a connection to the target; nothing is sent yet."""
        parts = urlsplit(self.target)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        return kind(parts.netloc, timeout=_TIMEOUT_SECONDS)


class _Handler(LoopbackHandler):
    def answer_own(self) -> None:
        """Forward the request."""
        self._forward(cast("SigningProxy", self.server))

    def _forward(self, proxy: SigningProxy) -> None:
        if "Transfer-Encoding" in self.headers:
            self.say(HTTPStatus.LENGTH_REQUIRED, "a body needs a Content-Length: signatures cover it")
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        upstream = proxy.connect()
        try:
            url = canonical(f"{proxy.target}{self.path}")
            headers = _without(self.headers.items(), _NOT_FORWARDED)
            headers |= signed_headers(proxy.session, method=self.command, url=url, body=body)
            parts = urlsplit(url)
            upstream.request(
                self.command, f"{parts.path}?{parts.query}".rstrip("?"), body=body or None, headers=headers
            )
            response = upstream.getresponse()
            explain_refusal(response.status, response.headers["Date"])
        except CourtsideError as error:
            self.say(HTTPStatus.BAD_GATEWAY, f"{type(error).__name__}: {error}")
        except (OSError, HTTPException, BotoCoreError) as error:
            self.say(HTTPStatus.BAD_GATEWAY, f"the tracking API cannot be asked: {error}")
        else:
            self._pass_on(response)
        finally:
            upstream.close()

    def _pass_on(self, response: HTTPResponse) -> None:
        self.send_response_only(response.status, response.reason)
        for name, value in response.getheaders():
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        empty = self.command == "HEAD" or response.status in _WITHOUT_BODY
        chunked = response.length is None and not empty
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        while not empty and (part := response.read1(_CHUNK_BYTES)):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part) if chunked else part)
        if chunked:
            self.wfile.write(b"0\r\n\r\n")


def _without(headers: Iterable[tuple[str, str]], dropped: frozenset[str]) -> dict[str, str]:
    return {
        name: value for name, value in headers if name.lower() not in dropped and not name.lower().startswith("x-amz-")
    }
