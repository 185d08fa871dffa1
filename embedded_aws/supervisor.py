"""The supervisor process starts the emulator, and leaves nothing of it behind at its end.

Standard input, from the process that started it: one JSON line saying what to start, then ``keep`` (with a stage)
or ``stop``; its end means that the starter is gone: everything is stopped, unless ``keep`` came before. Standard
output: JSON lines, one per event.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Any
from uuid import uuid4

import psutil

from embedded_aws import instance as instances
from embedded_aws import logs, processes
from embedded_aws.containers.engine import Engine
from embedded_aws.environments import clean_environment
from embedded_aws.instance import DIRECTORY_PREFIX, Instance
from embedded_aws.keys import new_keys
from embedded_aws.ports import LOOPBACK
from embedded_aws.reachable import shared_base
from embedded_aws.settings import endpoint

_EMULATOR_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Order:
    """What to start; `port` None means any free one."""

    region: str
    port: int | None
    backend_store_uri: str | None
    state_directory: str
    enforce_iam: bool = False
    containers: bool = False


_Event = tuple[str, str | None]


class Supervisor:
    """An emulator and everything below it."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._id = uuid4().hex[:8]
        self._keys = new_keys()
        # Root's PostgreSQL runs as another user, who may be unable to enter TMPDIR.
        base = shared_base() if os.geteuid() == 0 else None
        self._directory = Path(tempfile.mkdtemp(prefix=DIRECTORY_PREFIX, dir=base))
        # PostgreSQL may run as another user, who has to pass through this folder, but not to look around.
        self._directory.chmod(0o711)
        self._log = self._directory / "emulator.log"
        self._events: SimpleQueue[_Event] = SimpleQueue()
        self._instance: Instance | None = None
        processes.become_subreaper()

    def run(self) -> None:
        """Start the emulator, serve the starter's requests, and stop; nothing is ever left behind."""
        try:
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(number, lambda *_: self._events.put(("signal", None)))
            self._emulator = self._start()
            self._listen("parent", sys.stdin)
            assert self._emulator.stdout is not None
            self._listen("emulator", self._emulator.stdout)
            while self._goes_on(*self._events.get()):
                pass
        finally:
            self._stop()

    def _start(self) -> "subprocess.Popen[str]":
        order = {
            "id": self._id, "directory": str(self._directory), "region": self._order.region,
            "port": self._order.port, "backend_store_uri": self._order.backend_store_uri,
            "enforce_iam": self._order.enforce_iam,
            "containers": self._order.containers, "keys": asdict(self._keys),
        }  # fmt: skip
        with self._log.open("ab") as log:
            emulator = subprocess.Popen(
                [sys.executable, "-P", "-m", "embedded_aws.emulator"],
                env=clean_environment(os.environ, self._id), cwd=self._directory, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, start_new_session=True,
            )  # fmt: skip
        assert emulator.stdin is not None
        emulator.stdin.write(json.dumps(order) + "\n")
        emulator.stdin.flush()
        return emulator

    def _listen(self, source: str, lines: IO[str]) -> None:
        threading.Thread(target=self._forward, args=(source, lines), daemon=True).start()

    def _forward(self, source: str, lines: Iterable[str]) -> None:
        for line in lines:
            self._events.put((source, line.strip()))
        self._events.put((source, None))

    def _goes_on(self, source: str, message: str | None) -> bool:
        """Handle one event; False ends the supervisor."""
        kept = self._instance is not None and self._instance.kept
        if source == "emulator":
            return self._hear_emulator(message)
        if source == "parent" and message is not None and message.startswith("keep"):
            self._keep(message.partition(" ")[2] or None)
            return True
        return source == "parent" and message is None and kept

    def _hear_emulator(self, message: str | None) -> bool:
        if message is None:
            _say(event="died", log=logs.tail(self._log))
            return False
        heard = json.loads(message)
        if heard["event"] != "ready":
            _say(**heard)
            return False
        self._record(heard["port"], heard["tracking_port"], heard["webhooks"])
        return True

    def _record(self, port: int, tracking_port: int, webhooks: dict[str, str]) -> None:
        self._instance = Instance(
            id=self._id,
            directory=str(self._directory),
            endpoint=endpoint(port, enforce_iam=self._order.enforce_iam),
            tracking_url=f"http://{LOOPBACK}:{tracking_port}",
            region=self._order.region,
            supervisor_pid=os.getpid(),
            supervisor_started=psutil.Process().create_time(),
            emulator_pid=self._emulator.pid,
            access_key_id=self._keys.key_id,
            secret_access_key=self._keys.secret,
            webhooks=webhooks,
        )
        self._publish("ready", self._instance)

    def _keep(self, stage: str | None) -> None:
        if self._instance is not None:
            self._instance = replace(self._instance, kept=True, stage=stage)
            self._publish("kept", self._instance)

    def _publish(self, event: str, instance: Instance) -> None:
        instances.write(instance, Path(self._order.state_directory))
        described = {name: getattr(instance, name) for name in Instance.__slots__}
        _say(event=event, instance=described)

    def _stop(self) -> None:
        emulator = getattr(self, "_emulator", None)
        if emulator is not None:
            with contextlib.suppress(OSError):
                emulator.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                emulator.wait(_EMULATOR_SECONDS)
        processes.end(processes.descendants())
        if self._order.containers:
            # Containers come after the processes that start them; an engine's containers need not be our descendants.
            with contextlib.suppress(OSError, subprocess.SubprocessError):
                Engine().remove_all(self._id)
        # These are not our descendants: a synthesis and, where there is no subreaper, orphans.
        processes.end(processes.marked(self._id))
        processes.reap()
        shutil.rmtree(self._directory, ignore_errors=True)
        instances.forget(self._id, Path(self._order.state_directory))


def _say(**message: Any) -> None:
    # The process that started us may be gone; that must not keep us from cleaning up.
    with contextlib.suppress(OSError, ValueError):
        print(json.dumps(message), flush=True)  # noqa: T201


def main() -> None:
    """Read the order and supervise."""
    # Nobody else may read the logs, templates and data that it and its children write.
    os.umask(0o077)
    line = sys.stdin.readline()
    if line:
        Supervisor(Order(**json.loads(line))).run()
        # The thread that reads the starter's pipe may be blocked in it.
        sys.stderr.flush()
        os._exit(0)


if __name__ == "__main__":
    main()
