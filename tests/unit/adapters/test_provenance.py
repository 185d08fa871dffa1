import json
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from courtside.adapters import provenance as module
from courtside.adapters.provenance import provenance

DIGEST = "sha256:" + "ab" * 32


class Metadata(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        assert isinstance(self.server, MetadataServer)
        self.wfile.write(self.server.content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 — the base class's name
        """Say nothing."""


class MetadataServer(HTTPServer):
    content = json.dumps({"DockerId": "x", "Image": "repository:tag", "ImageID": DIGEST}).encode()


@pytest.fixture
def metadata(monkeypatch: pytest.MonkeyPatch) -> Iterator[MetadataServer]:
    with MetadataServer(("127.0.0.1", 0), Metadata) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv(module.METADATA, f"http://127.0.0.1:{server.server_port}/v4/x")
        yield server
        server.shutdown()


def test_a_task_knows_its_image(metadata: MetadataServer) -> None:
    assert provenance().image_digest == DIGEST
    for content in (b"not json", b"[]", b"{}"):
        metadata.content = content
        assert provenance().image_digest is None


def test_there_is_no_image_outside_a_task(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(module.METADATA, raising=False)
    assert provenance().image_digest is None
    monkeypatch.setenv(module.METADATA, "http://127.0.0.1:9/v4/x")
    assert provenance().image_digest is None


def test_the_commit_is_taken_from_the_build_or_else_from_the_checkout(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(module.COMMIT, "c0ffee")
    assert provenance().git_commit == "c0ffee"
    monkeypatch.delenv(module.COMMIT)
    monkeypatch.setattr(module, "_CHECKOUT", tmp_path)
    assert provenance().git_commit is None
    commit = _committed(tmp_path)
    assert provenance().git_commit == commit
    (tmp_path / "file").write_text("changed")
    assert provenance().git_commit == f"{commit}-dirty"


def _committed(folder: Path) -> str:
    (folder / "file").write_text("content")
    who = ("-c", "user.name=n", "-c", "user.email=e@example.org")
    for command in (("init", "-q"), ("add", "file"), (*who, "commit", "-qm", "first"), ("rev-parse", "HEAD")):
        done = subprocess.run(("git", "-C", str(folder), *command), capture_output=True, text=True, check=True)
    return done.stdout.strip()
