"""The door's own behaviour; what AWS and MLflow say to it is tested against real ones."""

import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.adapters.execute_api import ClockSkewed, canonical, explain_refusal, signed_headers
from courtside.adapters.signing_proxy import AddressTaken, NotLoopback, SigningProxy


def session() -> boto3.Session:
    return boto3.Session(aws_access_key_id="AKID", aws_secret_access_key="secret", region_name="eu-west-1")


class Slow(BaseHTTPRequestHandler):
    """Sends half of its answer and the rest only when somebody has seen that half."""

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


def test_an_answer_is_passed_on_while_it_still_comes(proxy: SigningProxy) -> None:
    connection = HTTPConnection("127.0.0.1", proxy.server_port, timeout=10)
    connection.request("GET", "/stream")
    response = connection.getresponse()
    assert response.read(4) == b"half"
    Slow.seen.set()
    assert response.read() == b"rest"


def test_one_connection_takes_one_request_after_another_whatever_their_method(proxy: SigningProxy) -> None:
    connection = HTTPConnection("127.0.0.1", proxy.server_port, timeout=10)
    for content in (b"first", b"x" * 300_000):
        connection.request("POST", "/echo", body=content)
        assert connection.getresponse().read() == content
    connection.request("DELETE", "/it")
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (204, b"")
    connection.request("POST", "/echo", body=b"last")
    assert connection.getresponse().read() == b"last"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.7", "192.168.1.1", "example.com", ""])  # noqa: S104
def test_it_listens_where_nobody_else_can_reach_it_or_not_at_all(host: str) -> None:
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
def test_a_url_is_written_as_aws_reads_it(written: str, read: str) -> None:
    assert canonical(written) == read


@given(st.text(st.characters(codec="utf-8", exclude_characters="#?"), max_size=30), st.binary(max_size=12))
def test_writing_it_so_twice_changes_nothing(path: str, raw: bytes) -> None:
    once = canonical(f"https://h/{path}?k=" + "".join(f"%{byte:02x}" for byte in raw))
    assert canonical(once) == once


def test_the_region_of_the_apis_address_wins_over_the_sessions() -> None:
    for host, region in (("abc.execute-api.us-east-2.amazonaws.com", "us-east-2"), ("127.0.0.1:5", "eu-west-1")):
        headers = signed_headers(session(), method="GET", url=f"https://{host}/", body=b"")
        assert f"/{region}/execute-api/aws4_request" in headers["Authorization"]


def test_only_a_refusal_with_another_time_is_a_wrong_clock() -> None:
    explain_refusal(200, "Sat, 01 Jan 2000 00:00:00 GMT")
    explain_refusal(403, None)
    for seconds in (-280, 280):
        explain_refusal(403, format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True))
    with pytest.raises(ClockSkewed, match=r"32[01] s behind"):
        explain_refusal(403, format_datetime(datetime.now(UTC) + timedelta(seconds=321), usegmt=True))
