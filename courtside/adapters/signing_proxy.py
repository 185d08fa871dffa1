"""A proxy that lets a browser use the private tracking API: it listens on loopback and signs what comes in.

Whoever it answers acts as the person who started it. It answers only its own pages in the browser that opened its
entrance, an address with a token made for this start; everybody else on this machine is refused.
"""

import contextlib
import ipaddress
import secrets
import socket
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus, cookies
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast
from urllib.parse import parse_qs, urlsplit

import boto3
from botocore.exceptions import BotoCoreError

from courtside.adapters.execute_api import canonical, explain_refusal, signed_headers
from courtside.contracts.errors import BadInput, CourtsideError

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
_OWN_PAGES = (None, "same-origin", "none")
"""What `Sec-Fetch-Site` says for our own pages and for an address that a person typed; old browsers say nothing."""
# This is a page, not a redirect, because a redirect's target counts as requested by whoever linked to its beginning.
_ENTRANCE = b'<!doctype html><title>MLflow</title><meta http-equiv="refresh" content="0; url=/">\n'
_TOKEN_BYTES = 32
_WITHOUT_BODY = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})


class NotLoopback(BadInput):
    """The proxy was asked to listen where others could reach it."""

    def __init__(self, host: str) -> None:
        self.host = host
        super().__init__(
            f"{host} is not a loopback address: whoever reaches the proxy acts with your AWS permissions; "
            "use 127.0.0.1, and ssh -L to reach it from another machine"
        )


class AddressTaken(CourtsideError):
    """Something else listens there."""

    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self.port = port
        super().__init__(f"cannot listen on {host}, port {port}: it is taken; choose another with --port, 0 for any")


class SigningProxy(ThreadingHTTPServer):
    """Forwards every request to `target`, signed by `session`; one thread per client connection, one request at a time.

    Raises `NotLoopback` and `AddressTaken`; port 0 takes a free one.
    """

    daemon_threads = True

    def __init__(self, target: str, *, session: boto3.Session, host: str = "127.0.0.1", port: int = 0) -> None:
        address = loopback(host)
        self.address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.target = target.rstrip("/")
        self.session = session
        try:
            super().__init__((address, port), _Handler)
        except OSError as error:
            raise AddressTaken(host, port) from error
        shown = f"[{address}]" if ":" in address else address
        self.names = frozenset({f"{shown}:{self.server_port}", f"localhost:{self.server_port}"})
        self.url = f"http://{shown}:{self.server_port}"
        self.token, self.password = secrets.token_urlsafe(_TOKEN_BYTES), secrets.token_urlsafe(_TOKEN_BYTES)
        # Cookies of an address belong to every port of it.
        self.cookie = f"courtside-mlflow-{self.server_port}"

    @property
    def entrance(self) -> str:
        """The address that lets a browser in; a secret of whoever started the proxy."""
        return f"{self.url}/?token={self.token}"

    def connect(self) -> HTTPConnection:
        """Return a connection to the target; nothing is sent yet."""
        parts = urlsplit(self.target)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        return kind(parts.netloc, timeout=_TIMEOUT_SECONDS)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        proxy = cast("SigningProxy", self.server)
        if self.headers.get("Host") not in proxy.names:
            self._say(HTTPStatus.FORBIDDEN, "this proxy answers only at its own address")
        elif self._knows_the_token(proxy):
            self._let_in(proxy)
        elif not self._is_our_page(proxy):
            self._say(HTTPStatus.FORBIDDEN, "this proxy answers only its own page")
        elif not self._was_let_in(proxy):
            self._say(HTTPStatus.FORBIDDEN, "open the address that `courtside mlflow ui` printed: it has the token")
        else:
            self._forward(proxy)

    def _forward(self, proxy: SigningProxy) -> None:
        if "Transfer-Encoding" in self.headers:
            self._say(HTTPStatus.LENGTH_REQUIRED, "a body needs a Content-Length: signatures cover it")
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
            self._say(HTTPStatus.BAD_GATEWAY, f"{type(error).__name__}: {error}")
        except (OSError, HTTPException, BotoCoreError) as error:
            self._say(HTTPStatus.BAD_GATEWAY, f"the tracking API cannot be asked: {error}")
        else:
            self._pass_on(response)
        finally:
            upstream.close()

    def __getattr__(self, name: str) -> Callable[[], None]:
        """Give the base class a handler for every HTTP method: all are answered in the same way."""
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def _knows_the_token(self, proxy: SigningProxy) -> bool:
        parts = urlsplit(self.path)
        given = parse_qs(parts.query).get("token", [""])[0]
        return self.command == "GET" and parts.path == "/" and _same(given, proxy.token)

    def _was_let_in(self, proxy: SigningProxy) -> bool:
        jar: cookies.SimpleCookie = cookies.SimpleCookie()
        with contextlib.suppress(cookies.CookieError):
            jar.load(self.headers.get("Cookie", ""))
        return proxy.cookie in jar and _same(jar[proxy.cookie].value, proxy.password)

    def _is_our_page(self, proxy: SigningProxy) -> bool:
        """Say whether no other page made a request, be it by a script, a form, a link or a picture."""
        own = {None, *(f"http://{name}" for name in proxy.names)}
        return self.headers.get("Origin") in own and self.headers.get("Sec-Fetch-Site") in _OWN_PAGES

    def _let_in(self, proxy: SigningProxy) -> None:
        headers = {
            "Content-Type": "text/html; charset=utf-8",
            "Set-Cookie": f"{proxy.cookie}={proxy.password}; HttpOnly; SameSite=Strict; Path=/",
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
        }
        self._send(HTTPStatus.OK, headers, _ENTRANCE)

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

    def _say(self, status: HTTPStatus, text: str) -> None:
        self._send(status, {"Content-Type": "text/plain; charset=utf-8"}, f"{text}\n".encode())

    def _send(self, status: HTTPStatus, headers: Mapping[str, str], content: bytes) -> None:
        """Send an answer of our own and end the connection, because a body may still be unread."""
        self.close_connection = True
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content)), "Connection": "close"}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 — the base class's name
        """Log nothing: the API has an access log."""


def _same(given: str, secret: str) -> bool:
    return secrets.compare_digest(given.encode(errors="surrogateescape"), secret.encode())


def _without(headers: Iterable[tuple[str, str]], dropped: frozenset[str]) -> dict[str, str]:
    return {
        name: value for name, value in headers if name.lower() not in dropped and not name.lower().startswith("x-amz-")
    }


def loopback(host: str) -> str:
    """Return the address to listen on; raises `NotLoopback`."""
    if host == "localhost":
        return "127.0.0.1"
    try:
        address = ipaddress.ip_address(host)
    except ValueError as error:
        raise NotLoopback(host) from error
    if not address.is_loopback:
        raise NotLoopback(host)
    return str(address)
