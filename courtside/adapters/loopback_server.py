"""A server on loopback that answers only the browser of the person who started it.

It answers with that person's permissions, so everybody else on this machine is refused: a browser is let in by the
entrance, an address with a token made for this start, and from then on only its own pages may ask.
"""

import html
import ipaddress
import secrets
import socket
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from urllib.parse import parse_qs

from courtside.contracts.errors import BadInput, CourtsideError

_OWN_PAGES = (None, "same-origin", "none")
"""What `Sec-Fetch-Site` says for our own pages and for an address that a person typed; old browsers say nothing."""
# This is a page, not a redirect, because a redirect's target counts as requested by whoever linked to its beginning.
_ENTRANCE = '<!doctype html><title>{title}</title><meta http-equiv="refresh" content="0; url={begin}">\n'
_TOKEN_BYTES = 32


class NotLoopback(BadInput):
    """A server was asked to listen where others could reach it."""

    def __init__(self, host: str) -> None:
        self.host = host
        super().__init__(
            f"{host} is not a loopback address: whoever reaches the server acts with your AWS permissions; "
            "use 127.0.0.1, and ssh -L to reach it from another machine"
        )


class AddressTaken(CourtsideError):
    """Something else listens there."""

    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self.port = port
        super().__init__(f"cannot listen on {host}, port {port}: it is taken; choose another with --port, 0 for any")


class LoopbackServer(ThreadingHTTPServer):
    """Serves what `handler` answers; one thread per client connection, one request at a time.

    `command` is what a person typed to start it, and `begin` the path at which its pages begin. Raises `NotLoopback`
    and `AddressTaken`; port 0 takes a free one.
    """

    daemon_threads = True

    def __init__(
        self, handler: type["LoopbackHandler"], *, command: str, title: str, begin: str, host: str, port: int
    ) -> None:
        address = loopback(host)
        self.address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.command, self.title, self.begin = command, title, begin
        try:
            super().__init__((address, port), handler)
        except OSError as error:
            raise AddressTaken(host, port) from error
        shown = f"[{address}]" if ":" in address else address
        self.names = frozenset({f"{shown}:{self.server_port}", f"localhost:{self.server_port}"})
        self.url = f"http://{shown}:{self.server_port}"
        self.token, self.password = secrets.token_urlsafe(_TOKEN_BYTES), secrets.token_urlsafe(_TOKEN_BYTES)
        # Cookies of an address belong to every port of it.
        self.cookie = f"courtside-{command.replace(' ', '-')}-{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Pass over a browser that went away, as it does when a person goes to another page before one is there."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    @property
    def entrance(self) -> str:
        """The address that lets a browser in; a secret of whoever started the server."""
        return f"{self.url}/?token={self.token}"


class LoopbackHandler(BaseHTTPRequestHandler, ABC):
    """Answers whoever was let in, and refuses everybody else."""

    protocol_version = "HTTP/1.1"

    @abstractmethod
    def answer_own(self) -> None:
        """Answer a request of our own page."""

    def _answer(self) -> None:
        server = cast("LoopbackServer", self.server)
        if self.headers.get("Host") not in server.names:
            self.say(HTTPStatus.FORBIDDEN, "this server answers only at its own address")
        elif self._knows_the_token(server):
            self._let_in(server)
        elif not self._is_our_page(server):
            self.say(HTTPStatus.FORBIDDEN, "this server answers only its own page")
        elif not self._was_let_in(server):
            self.say(
                HTTPStatus.FORBIDDEN, f"open the address that `courtside {server.command}` printed: it has the token"
            )
        else:
            self.answer_own()

    def __getattr__(self, name: str) -> Callable[[], None]:
        """Give the base class a handler for every HTTP method: all are answered in the same way."""
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def _knows_the_token(self, server: LoopbackServer) -> bool:
        path, _, query = self.path.partition("?")
        given = parse_qs(query).get("token", [""])[0]
        return self.command == "GET" and path == "/" and _same(given, server.token)

    def _was_let_in(self, server: LoopbackServer) -> bool:
        # Servers on other ports have set cookies, too, which the library's parser may not take; then it returns none.
        given = [each.strip().partition("=") for each in self.headers.get("Cookie", "").split(";")]
        return any(name == server.cookie and _same(value, server.password) for name, _, value in given)

    def _is_our_page(self, server: LoopbackServer) -> bool:
        """Say whether no other page made a request, be it by a script, a form, a link or a picture."""
        own = {None, *(f"http://{name}" for name in server.names)}
        return self.headers.get("Origin") in own and self.headers.get("Sec-Fetch-Site") in _OWN_PAGES

    def _let_in(self, server: LoopbackServer) -> None:
        headers = {
            "Content-Type": "text/html; charset=utf-8",
            "Set-Cookie": f"{server.cookie}={server.password}; HttpOnly; SameSite=Strict; Path=/",
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
        }
        begin = html.escape(server.begin, quote=True)
        self.send_whole(HTTPStatus.OK, headers, _ENTRANCE.format(title=html.escape(server.title), begin=begin).encode())

    def say(self, status: HTTPStatus, text: str) -> None:
        """Answer with a sentence of our own."""
        self.send_whole(status, {"Content-Type": "text/plain; charset=utf-8"}, f"{text}\n".encode())

    def send_whole(self, status: HTTPStatus, headers: Mapping[str, str], content: bytes) -> None:
        """Send an answer of our own and end the connection, because a body may still be unread."""
        self.close_connection = True
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content)), "Connection": "close"}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 — the base class's name
        """Log nothing: whoever asks is the person who started this."""


def _same(given: str, secret: str) -> bool:
    return secrets.compare_digest(given.encode(errors="surrogateescape"), secret.encode())


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
