"""Serve the Lambda Runtime API to one execution environment: a function's own runtime client asks and answers here.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import json
import re
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue
from typing import Any

from embedded_aws.ports import LOOPBACK

UNSAMPLED = "Root=1-00000000-000000000000000000000000;Parent=0000000000000000;Sampled=0"
"""Every invocation here belongs to this trace, which nobody samples."""
_VERSION = "/2018-06-01/runtime"
_ANSWER = re.compile(rf"{_VERSION}/invocation/([^/]+)/(response|error)")


@dataclass(frozen=True, slots=True)
class Invocation:
    """One event for the function; `deadline` is in seconds since the epoch."""

    request_id: str
    event: Any
    deadline: float
    function_arn: str


@dataclass(slots=True)
class Pending:
    """The answer to an invocation, complete once `done` is set."""

    request_id: str
    done: threading.Event = field(default_factory=threading.Event)
    failed: bool = False
    answer: Any = None


class RuntimeApi:
    """Serves one runtime on loopback until closed."""

    def __init__(self) -> None:
        self.settled = threading.Event()
        """It is set once the runtime has asked for its first event, or has said that it cannot start."""
        self.first_asked: float | None = None
        self.init_error: dict[str, Any] | None = None
        self._events: SimpleQueue[Invocation | None] = SimpleQueue()
        self._pending: Pending | None = None
        self._server = ThreadingHTTPServer((LOOPBACK, 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def address(self) -> str:
        """The host and port in the form of AWS_LAMBDA_RUNTIME_API."""
        return f"{LOOPBACK}:{self._server.server_address[1]}"

    def send(self, invocation: Invocation) -> Pending:
        """Pass an event to the runtime; at most one is under way."""
        self._pending = pending = Pending(invocation.request_id)
        self._events.put(invocation)
        return pending

    def close(self) -> None:
        """Stop serving; a runtime that waits for an event is released."""
        self._events.put(None)
        self._server.shutdown()
        self._server.server_close()

    def _handler(api) -> type[BaseHTTPRequestHandler]:  # noqa: N805 — `self` is the request's
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                if self.path != f"{_VERSION}/invocation/next":
                    self._reply(404)
                    return
                api._ready()
                invocation = api._events.get()
                if invocation is None:
                    self._reply(410)
                    return
                self._reply(200, json.dumps(invocation.event).encode(), _headers(invocation))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self._reply(202 if api._hear(self.path, body) else 400, b"{}")

            def _reply(self, code: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
                self.send_response(code)
                for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        return Handler

    def _ready(self) -> None:
        if self.first_asked is None:
            self.first_asked = time.time()
        self.settled.set()

    def _hear(self, path: str, body: bytes) -> bool:
        if path == f"{_VERSION}/init/error":
            self.init_error = json.loads(body)
            self.settled.set()
            return True
        found, pending = _ANSWER.fullmatch(path), self._pending
        if found is None or pending is None or found[1] != pending.request_id or pending.done.is_set():
            return False
        pending.failed, pending.answer = found[2] == "error", json.loads(body) if body else None
        pending.done.set()
        return True


def _headers(invocation: Invocation) -> dict[str, str]:
    return {
        "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
        "Lambda-Runtime-Deadline-Ms": str(int(invocation.deadline * 1000)),
        "Lambda-Runtime-Invoked-Function-Arn": invocation.function_arn,
        "Lambda-Runtime-Trace-Id": UNSAMPLED,
    }
