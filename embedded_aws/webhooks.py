"""Webhooks on loopback answer as a channel's service does and remember what they were sent."""

import json
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from courtside.contracts.channels import Channel
from embedded_aws.messages import SLACK, Journal, Message, with_news
from embedded_aws.ports import LOOPBACK
from embedded_aws.slack_api import PREFIX, SlackApi, secret_of

__all__ = ["SLACK", "Journal", "Message", "Webhook"]
_TOKEN_BYTES = 24
_LONGER_THAN_ANYBODY_WAITS = 600.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a webhook answers, by default that its service is not well; nothing at all if `silent`.

    With `promises` it claims to be so many bytes longer than it is, as an answer that breaks off does.
    """

    status: int = 500
    said: str = "server_error"
    headers: Mapping[str, str] = field(default_factory=dict)
    silent: bool = False
    promises: int = 0


class Webhook:
    """A channel's incoming webhook; a context manager that serves in a thread.

    It answers as the channel's service does to a JSON object in which there is something to show, and
    ``invalid_payload`` (400) to anything else; when it was told to fail, that answer. It also writes what
    it accepts to `journal`. Where the channel has bots, it answers to one too, whose secret is `bot_secret`.
    """

    def __init__(self, journal: Journal | None = None, *, channel: Channel = SLACK) -> None:
        self._journal = journal
        self.channel = channel if journal is None else journal.channel
        # As with the services' own webhooks, whoever knows the address may post.
        self._path = f"/services/T00000000/B00000000/{secrets.token_urlsafe(_TOKEN_BYTES)}"
        self._messages: tuple[Message, ...] = ()
        self._refused = 0
        self._failures = 0
        self._instead = Answer()
        self._over = threading.Event()
        self._changed = threading.Condition()
        self._bot = SlackApi(self.channel, known=lambda: self._messages, keep=self._keep)
        self._server = ThreadingHTTPServer((LOOPBACK, 0), _handler(self._answer, self._over))
        self._server.daemon_threads = True

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """The address to put into the channel's secret."""
        return f"{self._address}{self._path}"

    @property
    def bot_secret(self) -> str:
        """What to put into the channel's secret so that a bot writes, which can edit and reply."""
        return secret_of(self._bot, f"{self._address}{PREFIX.removesuffix('/')}")

    @property
    def _address(self) -> str:
        return f"http://{LOOPBACK}:{self._server.server_address[1]}"

    @property
    def messages(self) -> tuple[Message, ...]:
        """The accepted messages, oldest first."""
        with self._changed:
            return self._messages

    @property
    def refused(self) -> int:
        """The number of posts that were answered with an error."""
        with self._changed:
            return self._refused

    def fail_next(self, count: int, instead: Answer | None = None) -> None:
        """Answer the next `count` posts with something else, by default an error of the server."""
        with self._changed:
            self._failures, self._instead = count, instead or Answer()

    def wait_for(self, count: int, *, timeout: float) -> tuple[Message, ...]:
        """Wait until `count` messages have come, or for `timeout` seconds; returns all that came."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._messages) >= count, timeout)
            return self._messages

    def _answer(self, path: str, authorization: str, body: bytes) -> Answer:
        with self._changed:
            self._changed.notify_all()
            if self._failures:
                self._failures -= 1
                self._refused += 1
                return self._instead
            return Answer(*self._well(path, authorization, body))

    def _well(self, path: str, authorization: str, body: bytes) -> tuple[int, str]:
        if self.channel.bot and path.startswith(PREFIX):
            answer = self._bot.answer(path.removeprefix(PREFIX), authorization, _object(body))
            self._refused += not answer["ok"]
            return 200, json.dumps(answer)
        return self._posted(body) if path == self._path else (404, "no_service")

    def _posted(self, body: bytes) -> tuple[int, str]:
        payload = _object(body)
        if payload is None or not self.channel.shown(payload):
            self._refused += 1
            return 400, "invalid_payload"
        self._keep(Message(self.channel, datetime.now(UTC), payload))
        return self.channel.answer

    def _keep(self, message: Message) -> None:
        self._messages = with_news(self._messages, message)
        if self._journal is not None:
            self._journal.add(message)


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        payload = json.loads(body)
    except ValueError:
        return None
    return payload if isinstance(payload, dict) else None


def _handler(answer: Callable[[str, str, bytes], Answer], over: threading.Event) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said = answer(self.path, self.headers.get("Authorization", ""), self._body())
            if said.silent:
                over.wait(_LONGER_THAN_ANYBODY_WAITS)
                return
            content = said.said.encode()
            self.send_response(said.status)
            length = {"Content-Length": str(len(content) + said.promises)}
            for name, value in ({"Content-Type": "text/html"} | length | dict(said.headers)).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def _body(self) -> bytes:
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class's name)
            """Write nothing, because the messages are the log."""

    return Handler
