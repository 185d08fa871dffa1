"""A server on loopback bears what browsers do, whichever pages it serves."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from courtside.adapters.page_server import PageServer

PAGE = b"<!doctype html>" * 500_000


@pytest.fixture
def server() -> Iterator[PageServer]:
    with PageServer(lambda _: PAGE, begin="dashboard/index.html") as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def asking(server: PageServer, path: str, cookies: str) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", server.server_port), timeout=60)
    host = f"127.0.0.1:{server.server_port}"
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookies}\r\n\r\n".encode())
    return connection


def own_cookie(server: PageServer) -> str:
    return f"{server.cookie}={server.password}"


def status(server: PageServer, path: str, cookies: str) -> int:
    with closing(asking(server, path, cookies)) as connection:
        return int(connection.recv(100).split()[1])


@pytest.mark.parametrize("other", ["theme=dark", 'state={"open": [1, 2]}', "a b=c", "=", "ünï=ö"])
def test_cookies_that_other_servers_of_this_machine_have_set_keep_nobody_out(server: PageServer, other: str) -> None:
    path = "/dashboard/index.html"
    assert status(server, path, f"{other}; {own_cookie(server)}") == 200
    assert status(server, path, f"{own_cookie(server)}; {other}") == 200
    assert status(server, path, other) == 403
    assert status(server, path, f"{other}; {own_cookie(server)}x") == 403


def test_a_browser_that_goes_away_leaves_no_traceback(server: PageServer, capfd: pytest.CaptureFixture[str]) -> None:
    handled = threading.Event()
    finished = server.shutdown_request
    server.shutdown_request = lambda request: (finished(request), handled.set())[0]  # type: ignore[method-assign]  # the server's own end of a request
    with closing(asking(server, "/dashboard/index.html", own_cookie(server))) as connection:
        connection.recv(100)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert handled.wait(60)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("path", ["http://[::1/dashboard/index.html", "//[/a.html", "/?token=%ff", "*"])
def test_an_address_that_is_none_is_answered(server: PageServer, path: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert status(server, path, own_cookie(server)) == 404
    assert capfd.readouterr().err == ""
