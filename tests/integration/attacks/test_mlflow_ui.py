"""The proxy of `mlflow ui` signs requests only for the browser that opened its entrance, whoever else uses the
machine.
"""

import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
import pytest

from courtside.adapters.signing_proxy import SigningProxy
from tests.integration.attacks.conftest import Stranger
from tests.integration.browser.chromium import Browser, PageLeft


class Upstream(ThreadingHTTPServer):
    """A tracking server that records its requests."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []


class _Handler(BaseHTTPRequestHandler):
    def _answer(self) -> None:
        assert isinstance(self.server, Upstream)
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        # A browser may request the icon at any time.
        if self.path != "/favicon.ico":
            self.server.asked.append(f"{self.command} {self.path}")
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>runs</title><p>the runs")

    do_GET = do_POST = _answer  # noqa: N815 (the base class's names)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
        """Write nothing to the console."""


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with Upstream() as upstream:
        threading.Thread(target=upstream.serve_forever, daemon=True).start()
        yield upstream
        upstream.shutdown()


@pytest.fixture
def proxy(upstream: Upstream) -> Iterator[SigningProxy]:
    session = boto3.Session("AKID", "secret", region_name="us-east-1")
    with SigningProxy(f"http://127.0.0.1:{upstream.server_port}", session=session) as proxy:
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        yield proxy
        proxy.shutdown()


def test_another_user_of_the_machine_is_not_served(proxy: SigningProxy, upstream: Upstream, stranger: Stranger) -> None:
    for words in (
        ("/",),
        ("/?token=guessed",),
        ("--header", f"Cookie: {proxy.cookie}=guessed", "/"),
        ("--header", "Sec-Fetch-Site: same-origin", "--header", f"Origin: {proxy.url}", "/"),
        ("--data", '{"name": "x"}', "/api/2.0/mlflow/experiments/create"),
        ("--request", "OPTIONS", "/"),
    ):
        assert stranger(*words[:-1], f"{proxy.url}{words[-1]}").status == 403
    assert upstream.asked == []


def test_the_printed_address_shows_the_ui_and_its_secret_stays_out_of_reach_of_scripts(
    proxy: SigningProxy, upstream: Upstream, browser: Browser
) -> None:
    open_ui(browser, proxy)
    assert "GET /" in upstream.asked
    assert browser.evaluate("document.cookie") == ""
    assert browser.evaluate("location.href") == f"{proxy.url}/"
    assert "the runs" in browser.evaluate("fetch('/api', {method: 'POST', body: '{}'}).then(a => a.text())")


ATTACK = """
(async () => {
  const outcomes = [];
  for (const options of [{}, {mode: "no-cors", credentials: "include"},
                         {mode: "no-cors", credentials: "include", method: "POST", body: "{}"}]) {
    try { outcomes.push(await (await fetch("TARGET", options)).text()); } catch (error) { outcomes.push(`${error}`); }
  }
  await new Promise(done => { const i = new Image(); i.onload = i.onerror = done; i.src = "TARGET"; });
  await new Promise(done => {
    const f = document.createElement("iframe"); f.onload = f.onerror = done; f.src = "TARGET"; document.body.append(f);
  });
  return outcomes;
})()
"""


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"], ids=["another site", "another port of this site"])
def test_a_page_of_another_site_changes_and_reads_nothing(
    proxy: SigningProxy, upstream: Upstream, browser: Browser, foreign_page: str, name: str
) -> None:
    open_ui(browser, proxy)
    upstream.asked.clear()
    browser.visit(foreign_page.replace("localhost", name))
    outcomes = browser.evaluate(ATTACK.replace("TARGET", f"{proxy.url}/api/2.0/mlflow/experiments/create"))
    assert not [text for text in outcomes if "the runs" in text]
    # A request for a followed link also comes from the page that contains the link.
    browser.evaluate(f"location.href = '{proxy.url}/'; 0")
    _until(lambda: proxy.url in browser.evaluate("location.href"))
    assert upstream.asked == []


def open_ui(browser: Browser, proxy: SigningProxy) -> None:
    browser.visit(proxy.entrance)
    _until(lambda: browser.evaluate("document.title") == "runs")


def _until(condition: Callable[[], bool], timeout: float = 120) -> None:
    deadline = time.monotonic() + timeout
    while not _holds(condition):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _holds(condition: Callable[[], bool]) -> bool:
    try:
        return condition()
    except PageLeft:  # the page in question is navigating away
        return False
