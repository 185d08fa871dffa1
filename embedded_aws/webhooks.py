"""Webhooks on loopback answer as a channel's service does and remember what they were sent."""

import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from courtside.contracts.channels import CHANNELS, Channel
from embedded_aws.ports import LOOPBACK

SLACK = CHANNELS["slack"]
_TOKEN_BYTES = 24
_POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Message:
    """An accepted post: its channel, when it came (UTC) and its JSON object."""

    channel: Channel
    received_at: datetime
    payload: dict[str, Any]

    @property
    def text(self) -> str:
        """The text as the channel shows it to people; marks for code, and Slack's marks for bold, are left in."""
        return self.channel.shown(self.payload)


class Journal:
    """The file into which a webhook writes the messages that it accepts, for readers in other processes."""

    def __init__(self, directory: Path, channel: Channel = SLACK) -> None:
        self.channel = channel
        self._path = directory / f"{channel.name}.jsonl"

    def add(self, message: Message) -> None:
        """Append one message."""
        line = json.dumps({"received_at": message.received_at.isoformat(), "payload": message.payload})
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")

    @property
    def messages(self) -> tuple[Message, ...]:
        """The messages accepted so far, oldest first."""
        return tuple(self._read())

    def wait_for(self, count: int, *, timeout: float) -> tuple[Message, ...]:
        """Wait until `count` messages have come, or for `timeout` seconds; returns all that came."""
        deadline = time.monotonic() + timeout
        while len(messages := self.messages) < count and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
        return messages

    def _read(self) -> Iterator[Message]:
        if not self._path.exists():
            return
        for line in self._path.read_text(encoding="utf-8").splitlines(keepends=True):
            # The last message may still be on its way into the file.
            if line.endswith("\n"):
                found = json.loads(line)
                yield Message(self.channel, datetime.fromisoformat(found["received_at"]), found["payload"])


class Webhook:
    """A channel's incoming webhook; a context manager that serves in a thread.

    It answers as the channel's service does to a JSON object in which there is something to show, and
    ``invalid_payload`` (400) to anything else; when it was told to fail, ``server_error`` (500). It also writes
    what it accepts to `journal`.
    """

    def __init__(self, journal: Journal | None = None, *, channel: Channel = SLACK) -> None:
        self._journal = journal
        self.channel = channel if journal is None else journal.channel
        # As with the services' own webhooks, whoever knows the address may post.
        self._path = f"/services/T00000000/B00000000/{secrets.token_urlsafe(_TOKEN_BYTES)}"
        self._messages: list[Message] = []
        self._refused = 0
        self._failures = 0
        self._changed = threading.Condition()
        self._server = ThreadingHTTPServer((LOOPBACK, 0), _handler(self._path, self._answer))
        self._server.daemon_threads = True

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """The address to put into the channel's secret."""
        return f"http://{LOOPBACK}:{self._server.server_address[1]}{self._path}"

    @property
    def messages(self) -> tuple[Message, ...]:
        """The accepted messages, oldest first."""
        with self._changed:
            return tuple(self._messages)

    @property
    def refused(self) -> int:
        """The number of posts that were answered with an error."""
        with self._changed:
            return self._refused

    def fail_next(self, count: int) -> None:
        """Answer the next `count` posts with an error of the server."""
        with self._changed:
            self._failures = count

    def wait_for(self, count: int, *, timeout: float) -> tuple[Message, ...]:
        """Wait until `count` messages have come, or for `timeout` seconds; returns all that came."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._messages) >= count, timeout)
            return tuple(self._messages)

    def _answer(self, body: bytes) -> tuple[int, str]:
        with self._changed:
            self._changed.notify_all()
            if self._failures:
                self._failures -= 1
                self._refused += 1
                return 500, "server_error"
            payload = _object(body)
            if payload is None or not self.channel.shown(payload):
                self._refused += 1
                return 400, "invalid_payload"
            message = Message(self.channel, datetime.now(UTC), payload)
            self._messages.append(message)
            if self._journal is not None:
                self._journal.add(message)
            return self.channel.answer


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        payload = json.loads(body)
    except ValueError:
        return None
    return payload if isinstance(payload, dict) else None


def _handler(path: str, answer: Callable[[bytes], tuple[int, str]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status, text = answer(self._body()) if self.path == path else (404, "no_service")
            self.send_response(status)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def _body(self) -> bytes:
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class's name)
            """Write nothing, because the messages are the log."""

    return Handler
