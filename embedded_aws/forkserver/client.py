"""Start the processes of functions and tasks: forked where that makes no difference, and else as new interpreters."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from embedded_aws.environments import clean_environment
from embedded_aws.processes import RECORDS
from embedded_aws.settings import EmulatorSettings

_SERVER = Path(__file__).parent / "server.py"
_PID_BYTES = 32
# An interpreter and its libraries read such variables once, when they start.
_READ_AT_START = (
    "PYTHON", "LD_", "LC_", "LANG", "TZ", "OMP_", "KMP_", "OPENBLAS_", "MKL_", "MALLOC_",
    "ARROW_", "PANDAS_", "POLARS_", "PROTOCOL_BUFFERS_", "SCIPY_", "SKLEARN_",
)  # fmt: skip


class Fork:
    """A forked process, with the part of Popen that its users need; `status` is read when it has ended."""

    def __init__(self, pid: int, status: IO[bytes], streams: Sequence[IO[str] | None]) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self.stdin, self.stdout, self.stderr = streams
        self._status = status
        self._ending = threading.Lock()

    def poll(self) -> int | None:
        """Return the exit code as Popen does: minus the signal's number for an end by a signal, None before the end."""
        with suppress(subprocess.TimeoutExpired):
            return self.wait(0)
        return None

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end and return the exit code; raises `subprocess.TimeoutExpired` after `timeout` seconds."""
        if self.returncode is None:
            end = select.poll()
            end.register(self._status, select.POLLIN)
            if not end.poll(None if timeout is None else timeout * 1000):
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        with self._ending:
            if self.returncode is None:
                if not (written := self._status.read(_PID_BYTES)):
                    # The server was killed. What it forked must not live on, because it is reported as ended.
                    with suppress(ProcessLookupError):
                        os.kill(self.pid, signal.SIGKILL)
                self.returncode = int(written or -signal.SIGKILL)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, unless the process is known to have ended."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask the process to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the process at once."""
        self.send_signal(signal.SIGKILL)


@dataclass(slots=True)
class _Server:
    """The process that forks, and the socket to it."""

    process: "subprocess.Popen[bytes]"
    requests: socket.socket

    def fork(self, request: Mapping[str, Any], files: Sequence[int]) -> int:
        socket.send_fds(self.requests, [json.dumps(request).encode()], files)
        if not (answer := self.requests.recv(_PID_BYTES)):
            raise OSError("The process that forks the functions and tasks has ended.")
        if (pid := int(answer)) < 0:
            raise OSError(-pid, os.strerror(-pid))
        return pid


@dataclass(slots=True)
class Launcher:
    """Start the processes of one embedded AWS; the server that forks them is started with the first."""

    settings: EmulatorSettings
    _server: _Server | None = None
    _asking: threading.Lock = field(default_factory=threading.Lock)
    _closed: bool = False

    @property
    def _records(self) -> Path:
        return self.settings.directory / "processes"

    @property
    def _environment(self) -> dict[str, str]:
        # The training image sets the second; it changes nothing for a function.
        ours = {RECORDS: str(self._records), "OMP_WAIT_POLICY": "PASSIVE"}
        return clean_environment(os.environ, self.settings.instance_id) | ours

    def piped(
        self, command: Sequence[str], environment: Mapping[str, str], folder: Path
    ) -> "Fork | subprocess.Popen[str]":
        """Start a command whose standard streams are pipes of text."""
        if not _can_fork(command, environment, self._environment):
            return subprocess.Popen(
                command, cwd=folder, env=environment, text=True, bufsize=1,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )  # fmt: skip
        (their_input, our_input), (our_output, their_output), (our_error, their_error) = (os.pipe() for _ in range(3))
        streams = [os.fdopen(our_input, "w", 1), os.fdopen(our_output, "r", 1), os.fdopen(our_error, "r", 1)]
        theirs = (their_input, their_output, their_error)
        try:
            return self._fork(command, environment, folder, theirs, streams)
        finally:
            for each in theirs:
                os.close(each)

    def logged(
        self, command: Sequence[str], environment: Mapping[str, str], folder: Path, log: IO[bytes]
    ) -> "Fork | subprocess.Popen[bytes]":
        """Start a command, as the leader of a group of processes, that writes to a log."""
        if not _can_fork(command, environment, self._environment):
            return subprocess.Popen(
                command, env=environment, cwd=folder, stdin=subprocess.DEVNULL,
                stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        with Path(os.devnull).open("rb") as nothing:
            theirs = (nothing.fileno(), log.fileno(), log.fileno())
            return self._fork(command, environment, folder, theirs, [None] * 3, new_group=True)

    def close(self) -> None:
        """End the server; processes that it forked run on."""
        self._closed = True
        if self._server is not None:
            # It may still load its libraries, for a first process that whoever closes does not wait for.
            self._server.process.terminate()
            self._server.process.wait()

    def _fork(
        self, command: Sequence[str], environment: Mapping[str, str], folder: Path,
        files: Sequence[int], streams: Sequence[IO[str] | None], *, new_group: bool = False,
    ) -> Fork:  # fmt: skip
        request = {
            "command": list(command), "environment": dict(environment), "folder": str(folder),
            "new_group": new_group,
        }  # fmt: skip
        ours, theirs = os.pipe()
        status = os.fdopen(ours, "rb", 0)
        try:
            with self._asking:
                pid = self._started().fork(request, [*files, theirs])
        finally:
            os.close(theirs)
        return Fork(pid, status, streams)

    def _started(self) -> _Server:
        if self._closed:
            raise OSError("The embedded AWS is stopping.")
        if self._server is None or self._server.process.poll() is not None:
            self._records.mkdir(mode=0o700, exist_ok=True)
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with theirs:
                process = subprocess.Popen(
                    [sys.executable, "-P", str(_SERVER), str(theirs.fileno()), str(self._records)],
                    env=self._environment, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()],
                )  # fmt: skip
            self._server = _Server(process, ours)
        return self._server


def _can_fork(command: Sequence[str], environment: Mapping[str, str], server: Mapping[str, str]) -> bool:
    """Return whether a command is a Python program that runs the same in a fork of the server as in a new interpreter.

    What is beside an image's folder on the path (a wheel, or a `sitecustomize`) may replace what is loaded already.
    """
    alone = os.pathsep not in environment.get("PYTHONPATH", os.pathsep)
    same = _read_at_start(environment).items() <= _read_at_start(server).items()
    # A file without -P has its own folder on the path, too.
    named = command[1:2] == ["-m"] or (command[1:2] == ["-P"] and not command[2].startswith("-"))
    return sys.platform == "linux" and command[0] == sys.executable and named and alone and same


def _read_at_start(environment: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value for name, value in environment.items() if name.startswith(_READ_AT_START) and name != "PYTHONPATH"
    }
