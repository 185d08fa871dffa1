"""The signing proxy behaves as described here; integration tests show what AWS and MLflow answer to it."""

import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import Message
from email.utils import format_datetime
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.adapters.execute_api import ClockSkewed, canonical, explain_refusal, signed_headers
from courtside.adapters.loopback_server import AddressTaken, NotLoopback
from courtside.adapters.signing_proxy import SigningProxy


def session() -> boto3.Session:
    return boto3.Session(aws_access_key_id="AKID", aws_secret_access_key="secret", region_name="eu-west-1")


class Slow(BaseHTTPRequestHandler):
    """Sends half of its answer, and sends the rest only after the test has seen that half."""

    protocol_version = "HTTP/1.1"
    seen = threading.Event()

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"4\r\nhalf\r\n")
        assert self.seen.wait(10)
        self.wfile.write(b"4\r\nrest\r\n0\r\n\r\n")

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_DELETE(self) -> None:
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 — the base class's name
        """Say nothing."""


@pytest.fixture
def proxy() -> Iterator[SigningProxy]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Slow) as upstream:
        threading.Thread(target=upstream.serve_forever, daemon=True).start()
        with SigningProxy(f"http://127.0.0.1:{upstream.server_port}", session=session()) as proxy:
            threading.Thread(target=proxy.serve_forever, daemon=True).start()
            yield proxy
            proxy.shutdown()
        upstream.shutdown()


def let_in(proxy: SigningProxy) -> dict[str, str]:
    """Open the printed address and return the header that a browser sends from then on."""
    status, headers, _ = ask(proxy, "GET", proxy.entrance.removeprefix(proxy.url))
    assert status == 200
    return {"Cookie": headers["Set-Cookie"].split(";")[0]}


def ask(proxy: SigningProxy, method: str, path: str, **headers: str) -> tuple[int, Message, bytes]:
    connection = HTTPConnection("127.0.0.1", proxy.server_port, timeout=120)
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    return answer.status, answer.headers, answer.read()


def test_the_printed_address_sets_a_cookie_that_scripts_and_other_sites_cannot_read(
    proxy: SigningProxy,
) -> None:
    _, headers, page = ask(proxy, "GET", proxy.entrance.removeprefix(proxy.url), Sec_Fetch_Site="cross-site")
    name, _, attributes = headers["Set-Cookie"].partition("=")
    assert name == f"courtside-mlflow-ui-{proxy.server_port}"
    assert set(attributes.split("; ")[1:]) == {"HttpOnly", "SameSite=Strict", "Path=/"}
    assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert b'content="0; url=/"' in page
    assert proxy.token.encode() not in page
    assert ask(proxy, "DELETE", "/it", **let_in(proxy))[0] == 204


def test_two_starts_share_no_token_and_no_password() -> None:
    with SigningProxy("https://api", session=session()) as one, SigningProxy("https://api", session=session()) as other:
        assert len({one.token, one.password, other.token, other.password}) == 4


def test_a_request_without_the_cookie_is_refused_whatever_it_asks(proxy: SigningProxy) -> None:
    cookie = f"courtside-mlflow-ui-{proxy.server_port}"
    strangers: list[dict[str, str]] = [
        {}, {"Cookie": f"{cookie}="}, {"Cookie": f"{cookie}={proxy.token}"}, {"Cookie": f"other={proxy.password}"},
        {"Cookie": f"courtside-mlflow-ui-1={proxy.password}"}, {"Cookie": "=;;,"}, {"Cookie": f'{cookie}="\xe9"'},
        {"Authorization": f"Bearer {proxy.token}"},
    ]  # fmt: skip
    for headers in strangers:
        for method in ("GET", "HEAD", "POST", "DELETE", "OPTIONS", "PUT"):
            assert ask(proxy, method, "/it", **headers)[0] == 403, (method, headers)
    for path in ("/?token=", "/?token=no", f"/x?token={proxy.token}", f"/?Token={proxy.token}", "/?token=%ff%00"):
        assert ask(proxy, "GET", path)[0] == 403, path
    assert ask(proxy, "POST", f"/?token={proxy.token}")[0] == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Sec_Fetch_Site": "same-origin", "Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Host": "evil.example"},
        {"Host": "127.0.0.1"},
    ],
)
def test_a_request_from_another_site_is_refused_even_with_the_cookie(
    proxy: SigningProxy, headers: dict[str, str]
) -> None:
    assert ask(proxy, "DELETE", "/it", **let_in(proxy) | headers)[0] == 403


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_requests_from_its_own_pages_and_typed_addresses_are_answered(proxy: SigningProxy, site: str) -> None:
    assert ask(proxy, "DELETE", "/it", **let_in(proxy) | {"Sec_Fetch_Site": site, "Origin": proxy.url})[0] == 204


def test_an_answer_is_passed_on_while_it_is_still_arriving(proxy: SigningProxy) -> None:
    connection = HTTPConnection("127.0.0.1", proxy.server_port, timeout=120)
    connection.request("GET", "/stream", headers=let_in(proxy))
    response = connection.getresponse()
    assert response.read(4) == b"half"
    Slow.seen.set()
    assert response.read() == b"rest"


def test_one_connection_serves_requests_of_different_methods_in_turn(proxy: SigningProxy) -> None:
    connection, passed = HTTPConnection("127.0.0.1", proxy.server_port, timeout=120), let_in(proxy)
    for content in (b"first", b"x" * 300_000):
        connection.request("POST", "/echo", body=content, headers=passed)
        assert connection.getresponse().read() == content
    connection.request("DELETE", "/it", headers=passed)
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (204, b"")
    connection.request("POST", "/echo", body=b"last", headers=passed)
    assert connection.getresponse().read() == b"last"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.7", "192.168.1.1", "example.com", ""])  # noqa: S104
def test_it_refuses_to_listen_on_an_address_that_others_can_reach(host: str) -> None:
    with pytest.raises(NotLoopback, match="ssh -L"):
        SigningProxy("https://api", session=session(), host=host)


def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(AddressTaken, match=f"port {port}: it is taken"):
            SigningProxy("https://api", session=session(), port=port)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("https://h/a?q=a+b", "https://h/a?q=a%20b"),
        ("https://h/a?q=it's(1)!*", "https://h/a?q=it%27s%281%29%21%2A"),
        ("https://h/a?key=val/auc&x", "https://h/a?key=val%2Fauc&x="),
        ("https://h/a?q=%2B%20%c3%b6", "https://h/a?q=%2B%20%C3%B6"),
        ("https://h/a%2Fb/c d/é(1)", "https://h/a%2Fb/c%20d/%C3%A9%281%29"),
        ("https://h", "https://h"),
    ],
)
def test_a_url_is_encoded_as_aws_expects_it(written: str, read: str) -> None:
    assert canonical(written) == read


@given(st.text(st.characters(codec="utf-8", exclude_characters="#?"), max_size=30), st.binary(max_size=12))
def test_encoding_a_url_twice_changes_nothing(path: str, raw: bytes) -> None:
    once = canonical(f"https://h/{path}?k=" + "".join(f"%{byte:02x}" for byte in raw))
    assert canonical(once) == once


def test_the_region_in_the_address_of_the_api_overrides_that_of_the_session() -> None:
    for host, region in (("abc.execute-api.us-east-2.amazonaws.com", "us-east-2"), ("127.0.0.1:5", "eu-west-1")):
        headers = signed_headers(session(), method="GET", url=f"https://{host}/", body=b"")
        assert f"/{region}/execute-api/aws4_request" in headers["Authorization"]


def test_a_refusal_is_explained_by_a_wrong_clock_only_if_the_times_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime(2026, 11, 28, 12, tzinfo=UTC)
    monkeypatch.setattr("courtside.adapters.execute_api.datetime", type("Stopped", (), {"now": lambda _: now}))
    explain_refusal(200, "Sat, 01 Jan 2000 00:00:00 GMT")
    explain_refusal(403, None)
    for seconds in (-300, 300):
        explain_refusal(403, format_datetime(now + timedelta(seconds=seconds), usegmt=True))
    with pytest.raises(ClockSkewed, match=r"301 s behind"):
        explain_refusal(403, format_datetime(now + timedelta(seconds=301), usegmt=True))
