"""Tests ask an embedded AWS for faults, and end the processes that stand still in one."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection, HTTPSConnection
from ssl import create_default_context
from typing import Any
from urllib.parse import urlsplit

import psutil

from courtside.adapters.execute_api import signed_headers
from embedded_aws.aws import LocalAws, session
from embedded_aws.faults.gate import PATH
from embedded_aws.faults.rules import Effect, Rule
from embedded_aws.processes import environment_of

_POLL_SECONDS = 0.02
WAIT_SECONDS = 300.0
_ENDING_SECONDS = 3.0


@dataclass(frozen=True)
class FaultClient:
    """Puts rules into a running embedded AWS and takes them away again."""

    aws: LocalAws

    @contextmanager
    def fault(self, name: str, rule: Rule) -> Iterator[None]:
        """Keep a rule while the block runs."""
        self._asked("PUT", name=name, rule=rule.to_json())
        try:
            yield
        finally:
            self.release(name)

    def release(self, name: str) -> None:
        """Take a rule away, which lets go of what it holds."""
        self._asked("DELETE", name=name)

    def met(self, name: str) -> int:
        """Return how many requests a rule has met."""
        return int(self._asked("GET")["met"].get(name, 0))

    def held(self, name: str) -> list[dict[str, str]]:
        """Return the requests that a rule holds: each with its caller, its key and what it asks for."""
        return [each for each in self._asked("GET")["held"] if each["rule"] == name]

    def pending(self) -> frozenset[str]:
        """Return what is being handed over to functions, each by a name that nothing else ever has.

        It is empty once nobody is invoked any more, told of anything, or tried again; who is held counts too.
        """
        return frozenset(self._asked("GET")["pending"])

    def wait_held(self, name: str, *, timeout: float = WAIT_SECONDS) -> dict[str, str]:
        """Wait until a rule holds a request and return it; `timeout` is in seconds."""
        deadline = time.monotonic() + timeout
        while not (found := self.held(name)):
            assert time.monotonic() < deadline, f"nothing has come to the rule {name}"
            time.sleep(_POLL_SECONDS)
        return found[0]

    def caller(self, held: dict[str, str]) -> psutil.Process:
        """Return the process that a held request comes from: the only one that runs with its key."""
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if environment_of(process).get("AWS_ACCESS_KEY_ID") == held["key_id"]:
                    return process
        raise AssertionError(f"no process of {held['caller']} runs any more")

    def kill_at(self, name: str, *, number: int) -> dict[str, str]:
        """Wait until a rule holds a request, send its process a signal, and let go of the request.

        A process that ends of the signal has ended before that, so a request that was not carried out never is.
        """
        held = self.wait_held(name)
        process = self.caller(held)
        process.send_signal(number)
        _wait_ended(process)
        self.release(name)
        return held

    def _asked(self, method: str, **sent: Any) -> dict[str, Any]:
        url = urlsplit(self.aws.endpoint)
        body = json.dumps(sent).encode()
        headers = signed_headers(session(self.aws.instance), method=method, url=f"{self.aws.endpoint}{PATH}", body=body)
        kind: Any = HTTPConnection
        if url.scheme == "https":
            kind = partial(HTTPSConnection, context=create_default_context(cafile=str(self.aws.instance.certificate)))
        connection = kind(url.hostname, url.port, timeout=WAIT_SECONDS)
        try:
            connection.request(method, PATH, body=body, headers=headers)
            answer = connection.getresponse()
            content = answer.read()
            assert answer.status == 200, content
            return dict(json.loads(content))
        finally:
            connection.close()


def _wait_ended(process: psutil.Process) -> None:
    """Wait until a process has ended, unless it takes its time over a signal."""
    deadline = time.monotonic() + _ENDING_SECONDS
    with suppress(psutil.NoSuchProcess):
        while process.status() != psutil.STATUS_ZOMBIE and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)


HOLD = partial(Rule, Effect.HOLD)
ANSWER = partial(Rule, Effect.ANSWER)
