"""The starter holds its end of the pipe to the supervisor, and the embedded AWS lives as long as it does."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from dataclasses import asdict
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO, Any

from embedded_aws.environments import clean_environment
from embedded_aws.errors import EmulatorNotReady, PortTaken, ServiceDied
from embedded_aws.instance import Instance, prepare_state, state_directory
from embedded_aws.supervisor import Order

_READY_SECONDS = 60.0
_STOP_SECONDS = 30.0


class SupervisorClient:
    """A running supervisor and its messages."""

    def __init__(self, supervisor: "subprocess.Popen[str]", state: Path, errors: IO[bytes]) -> None:
        self.state_directory = state
        self._supervisor = supervisor
        self._errors = errors
        self._events: SimpleQueue[dict[str, Any]] = SimpleQueue()
        self._death: dict[str, Any] | None = None
        threading.Thread(target=self._listen, daemon=True).start()

    @classmethod
    def start(
        cls,
        region: str,
        port: int | None,
        backend_store_uri: str | None,
        state: Path | None,
        *,
        enforce_iam: bool = False,
        containers: bool = False,
    ) -> "SupervisorClient":
        """Start a supervisor; its own output at the start goes to a file without a name, which is read if it fails.

        Raises `StateFolderUnusable`.
        """
        state = state or state_directory()
        prepare_state(state)
        order = Order(region, port, backend_store_uri, str(state), enforce_iam, containers)
        errors = tempfile.TemporaryFile()  # noqa: SIM115 (open until the supervisor is ready)
        supervisor = subprocess.Popen(
            [sys.executable, "-P", "-m", "embedded_aws.supervisor"], env=clean_environment(os.environ, "supervisor"),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True,
        )  # fmt: skip
        client = cls(supervisor, state, errors)
        client._send(json.dumps(asdict(order)))
        return client

    def until_ready(self) -> Instance:
        """Wait for the emulator; raises `PortTaken` or `EmulatorNotReady`, and leaves nothing running then."""
        try:
            return Instance(**self._expect("ready")["instance"])
        except BaseException:
            self.stop()
            raise
        finally:
            self._errors.close()

    def _expect(self, wanted: str) -> dict[str, Any]:
        try:
            event = self._events.get(timeout=_READY_SECONDS)
        except Empty:
            raise EmulatorNotReady(f"it said nothing for {_READY_SECONDS:.0f} s", []) from None
        if event["event"] == "port-taken":
            raise PortTaken(event["port"])
        if event["event"] != wanted:
            raise EmulatorNotReady("its process ended", event.get("log") or self._own_errors())
        return event

    def check(self) -> None:
        """Raise `ServiceDied` when the embedded AWS is gone."""
        with contextlib.suppress(Empty):
            while self._death is None:
                event = self._events.get_nowait()
                self._death = event if event["event"] == "died" else None
        if self._death is not None:
            raise ServiceDied("The embedded AWS", "ended by itself", self._death.get("log", []))

    def keep(self, stage: str) -> Instance:
        """Release the supervisor without ending it; raises `ServiceDied` when there is nothing left to keep."""
        self.check()
        self._send(f"keep {stage}".strip())
        kept = Instance(**self._expect("kept")["instance"])
        self._close()
        return kept

    def stop(self) -> None:
        """Ask the supervisor to stop everything, and wait for it."""
        if self._supervisor.stdin is not None and not self._supervisor.stdin.closed:
            self._send("stop")
            self._close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._supervisor.wait(_STOP_SECONDS)

    def _listen(self) -> None:
        assert self._supervisor.stdout is not None
        for line in self._supervisor.stdout:
            self._events.put(json.loads(line))
        self._events.put({"event": "died"})

    def _send(self, line: str) -> None:
        assert self._supervisor.stdin is not None
        # A supervisor that is gone is noticed by its silence.
        with contextlib.suppress(OSError):
            self._supervisor.stdin.write(line + "\n")
            self._supervisor.stdin.flush()

    def _close(self) -> None:
        assert self._supervisor.stdin is not None
        with contextlib.suppress(OSError):
            self._supervisor.stdin.close()

    def _own_errors(self) -> list[str]:
        if self._errors.closed:
            return []
        self._errors.seek(0)
        return self._errors.read().decode(errors="replace").splitlines()[-20:]
