"""These fixtures provide an attacker and two targets: an embedded AWS as `local up` starts it, and one without IAM
and TLS.
"""

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from embedded_aws.aws import LocalAws, LocalOptions
from tests.integration.browser.chromium import Browser, found, running


@dataclass(frozen=True)
class Answer:
    """curl's answer; `status` is 0 where nothing answered."""

    status: int
    headers: str
    body: str


Stranger = Callable[..., Answer]


@pytest.fixture(scope="session", params=[True, False], ids=["by TLS, with IAM", "plain"])
def aws(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    options = LocalOptions(state_directory=tmp_path_factory.mktemp("state"), enforce_iam=request.param)
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}]}
    with LocalAws.start(options) as aws:
        aws.client("iam").create_role(RoleName="any", AssumeRolePolicyDocument=json.dumps(trust))
        yield aws


@pytest.fixture(scope="session")
def stranger() -> Stranger:
    """Return another user of this machine who has curl."""
    if os.geteuid() != 0:
        pytest.skip("only root can act as another user here")
    if shutil.which("curl") is None or shutil.which("setpriv") is None:
        pytest.skip("curl and setpriv (util-linux) are needed to act as another user")

    def asks(*arguments: str) -> Answer:
        command = ["curl", "--silent", "--insecure", "--include", "--http1.1", "--max-time", "20", *arguments]
        done = as_nobody(*command)
        head, _, body = done.stdout.partition("\n\n")
        status = head.split(" ")[1] if head.startswith("HTTP/") else "0"
        return Answer(int(status), head.lower(), body)

    return asks


def as_nobody(*command: str) -> "subprocess.CompletedProcess[str]":
    """Run a command as a user without any rights."""
    who = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"]
    return subprocess.run(
        [*who, *command], cwd="/", capture_output=True, text=True, errors="replace", timeout=600, check=False
    )


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    executable = found()
    if executable is None:
        pytest.skip("no Chromium on this machine; on Debian: apt-get install chromium")
    with running(executable, tmp_path_factory.mktemp("browser")) as browser:
        browser.trust_every_certificate()
        yield browser


@pytest.fixture(scope="session")
def foreign_page() -> Iterator[str]:
    """Return the address of a page on another site."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>harmless</title>")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
            """Write nothing to the console."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        # A browser treats another name for this machine as another site, but another port of ours as the same site.
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.embedded)
