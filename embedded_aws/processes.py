"""Find and end every process that belongs to one embedded AWS.

On Linux the supervisor is a *child subreaper*: whatever loses its parent becomes the supervisor's child, so its
descendants are all there is. Elsewhere, and when the supervisor itself was killed, processes are recognized by the
marker variable in their environment.
"""

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

import psutil

MARKER = "COURTSIDE_INSTANCE"
# Forked processes keep their own command and environment in files of this folder (`forkserver`).
RECORDS = "COURTSIDE_PROCESSES"
_PR_SET_CHILD_SUBREAPER = 36


def become_subreaper() -> bool:
    """Make orphaned descendants children of this process; returns False where the system cannot do this."""
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    return bool(libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)


def marked(instance_id: str) -> list[psutil.Process]:
    """Return the live processes whose environment carries the instance's marker, except this one."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.pid != os.getpid() and process.environ().get(MARKER) == instance_id:
                found.append(process)
    return found


def environment_of(process: psutil.Process) -> Mapping[str, str]:
    """Return the environment that a process was started with; raises `psutil.Error` as psutil's own does."""
    shown = process.environ()
    own: Mapping[str, str] = _recorded(process, shown).get("environment", shown)
    return own


def command_of(process: psutil.Process) -> list[str]:
    """Return the command that a process was started with; raises `psutil.Error` as psutil's own does."""
    return _recorded(process, process.environ()).get("command") or process.cmdline()


def _recorded(process: psutil.Process, shown: Mapping[str, str]) -> dict[str, Any]:
    if folder := shown.get(RECORDS):
        # A process that has just been forked, or has just ended, has none.
        with contextlib.suppress(OSError, ValueError):
            return dict(json.loads(Path(folder, f"{process.pid}.json").read_text()))
    return {}


def descendants() -> list[psutil.Process]:
    """Return all live descendants of this process."""
    return psutil.Process().children(recursive=True)


def reap() -> None:
    """Collect every ended child, including adopted ones; call it only when no own child is being waited for."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def end(processes: Iterable[psutil.Process], *, grace: float = 3.0) -> list[int]:
    """End processes, politely first; return the pids that needed force. `grace` is in seconds.

    PostgreSQL takes SIGINT as a fast, clean shutdown and SIGTERM as "wait for the clients".
    """
    waiting = list(processes)
    for process in waiting:
        with contextlib.suppress(psutil.Error):
            process.send_signal(signal.SIGINT if process.name() == "postgres" else signal.SIGTERM)
    _, stubborn = psutil.wait_procs(waiting, timeout=grace)
    for process in stubborn:
        with contextlib.suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(stubborn, timeout=grace)
    return [process.pid for process in stubborn]


class Child(Protocol):
    """A process that was started here: one of Popen's, or one that was forked."""

    @property
    def pid(self) -> int:
        """The process's id."""

    def poll(self) -> int | None:
        """Return the exit code, None before the end."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end and return the exit code; raises `subprocess.TimeoutExpired` after `timeout` seconds."""


def end_group(process: Child, *, grace: float = 3.0) -> None:
    """End a process that leads its own group, and the group with it; `grace` is in seconds."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(grace)
    # The leader may leave workers behind that ignored the first signal.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def is_alive(pid: int, started: float) -> bool:
    """Return whether `pid` is still the process that started at `started` (seconds since the epoch)."""
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        # Clock steps move a start time by a little; a reused pid moves it by much more.
        same = abs(process.create_time() - started) < 2.0
        return same and process.status() != psutil.STATUS_ZOMBIE
    return False
