"""One execution environment of an image function is a container whose runtime client is served here.

As on AWS, it has an unprivileged user, a read-only root, 512 MB of /tmp, as much memory as is configured and no
swap; it is ended at the timeout and writes a REPORT line with what it took. Memory and init times are the runtime
process's own.
"""

import contextlib
import subprocess
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil

from embedded_aws.containers.engine import ContainerSpec, Engine, write_environment
from embedded_aws.containers.runtime_api import Invocation, RuntimeApi
from embedded_aws.errors import EngineFailed

# AWS runs functions as this user, who has no name in any image.
_USER = "993:990"
_INIT_SECONDS = 10.0
_POLL_SECONDS = 0.05
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome of an invocation; if `error_type` is None, `body` is the handler's own result."""

    body: Any
    error_type: str | None
    message: str
    trace: list[str]
    log: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionImage:
    """What a function runs: the image, the handler's name, the environment and the limits (MiB, seconds).

    `entrypoint` is empty for the image's own. `processors` is its share of them, None for all; `options` are the
    engine's own.
    """

    name: str
    image: str
    handler: tuple[str, ...]
    environment: Mapping[str, str]
    memory_mib: int
    timeout: float
    arn: str
    entrypoint: tuple[str, ...] = ()
    readable: Path | None = None
    processors: float | None = None
    options: tuple[str, ...] = ()


@dataclass(slots=True)
class _Usage:
    init_ms: float | None = None
    init_cpu_ms: float | None = None
    peak_mib: int | None = None


@dataclass(slots=True)
class _Running:
    """A started container."""

    name: str
    api: RuntimeApi
    process: "subprocess.Popen[str]"
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=10_000))
    runtime: psutil.Process | None = None


class FunctionContainer:
    """Starts a container at the first invocation, keeps it warm, and replaces one that ended."""

    def __init__(self, function: FunctionImage, *, instance: str, directory: Path) -> None:
        self._function = function
        self._instance = instance
        self._directory = directory
        self._engine = Engine()
        self._running: _Running | None = None

    def invoke(self, event: Any, request_id: str, *, arn: str | None = None) -> Answer:
        """Pass one event to the handler and wait for its answer, at most for the function's timeout."""
        usage = _Usage()
        running = self._running
        if running is None or running.process.poll() is not None:
            self.stop()
            running = self._running = self._start()
            if failure := self._initialize(running, usage):
                return self._ended(running, request_id, usage, started=None, kind=failure[0], message=failure[1])
        started = time.time()
        deadline = started + self._function.timeout
        pending = running.api.send(Invocation(request_id, event, deadline, arn or self._function.arn))
        while not pending.done.wait(_POLL_SECONDS):
            if running.process.poll() is not None and not pending.done.wait(_POLL_SECONDS):
                return self._ended(running, request_id, usage, started=started)
            if time.time() > deadline:
                message = f"{request_id} Task timed out after {self._function.timeout:.2f} seconds"
                return self._ended(
                    running, request_id, usage, started=started, kind="Sandbox.Timedout", message=message
                )
        _look_at_memory(running, usage)
        log = self._log(running, request_id, usage, started)
        if pending.failed:
            said = pending.answer
            return Answer(None, said["errorType"], said["errorMessage"], said.get("stackTrace") or [], log)
        return Answer(pending.answer, None, "", [], log)

    def stop(self) -> None:
        """End the container, if one is running."""
        running, self._running = self._running, None
        if running is not None:
            running.api.close()
            if running.process.poll() is None:
                self._engine.kill(running.name)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    running.process.wait(_INIT_SECONDS)

    def _start(self) -> _Running:
        function, api = self._function, RuntimeApi()
        name = f"courtside-{self._instance}-{function.name[-40:]}-{uuid4().hex[:6]}"
        environment = {**function.environment, "AWS_LAMBDA_RUNTIME_API": api.address}
        spec = ContainerSpec(
            name=name,
            image=function.image,
            instance=self._instance,
            environment_file=write_environment(self._directory / f"{name}.env", environment),
            entrypoint=function.entrypoint,
            command=function.handler,
            user=_USER,
            memory_mib=function.memory_mib,
            readable=function.readable,
            cpus=function.processors,
            options=function.options,
        )
        process = subprocess.Popen(
            self._engine.command("run", *spec.arguments()), cwd=self._directory, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True,
        )  # fmt: skip
        running = _Running(name, api, process)
        threading.Thread(target=_read, args=(running,), daemon=True).start()
        return running

    def _initialize(self, running: _Running, usage: _Usage) -> tuple[str, str] | None:
        """Wait for the runtime to ask for its first event; return what went wrong, as AWS names it."""
        deadline = time.monotonic() + max(_INIT_SECONDS, self._function.timeout)
        while not running.api.settled.wait(_POLL_SECONDS):
            if running.process.poll() is not None:
                return _exit(running)
            if time.monotonic() > deadline:
                return "Sandbox.Timedout", f"The runtime did not ask for an event within {_INIT_SECONDS:.0f} seconds"
        if (error := running.api.init_error) is not None:
            return error["errorType"], error["errorMessage"]
        # This is before the first event is sent, so what was used until now belongs to the initialization.
        with contextlib.suppress(EngineFailed, psutil.Error):
            state = self._engine.inspect("container", running.name)["State"]
            running.runtime = psutil.Process(int(state["Pid"]))
            asked = running.api.first_asked or time.time()
            usage.init_ms = (asked - running.runtime.create_time()) * 1000
            times = running.runtime.cpu_times()
            usage.init_cpu_ms = (times.user + times.system) * 1000
        return None

    def _ended(
        self, running: _Running, request_id: str, usage: _Usage, *,
        started: float | None, kind: str | None = None, message: str = "",
    ) -> Answer:  # fmt: skip
        if kind is None:
            kind, message = _exit(running)
        _look_at_memory(running, usage)
        self.stop()
        return Answer(None, kind, message, [], self._log(running, request_id, usage, started))

    def _log(self, running: _Running, request_id: str, usage: _Usage, started: float | None) -> str:
        # The pipe lags a little behind the answer.
        time.sleep(0.01)
        lines = [running.lines.popleft() for _ in range(len(running.lines))]
        took = (time.time() - started) * 1000 if started is not None else 0.0
        fields = [
            f"REPORT RequestId: {request_id}",
            f"Duration: {took:.2f} ms",
            f"Memory Size: {self._function.memory_mib} MB",
        ]
        fields += [f"Max Memory Used: {usage.peak_mib} MB"] if usage.peak_mib is not None else []
        fields += [f"Init Duration: {usage.init_ms:.2f} ms"] if usage.init_ms is not None else []
        fields += [f"Init CPU: {usage.init_cpu_ms:.2f} ms"] if usage.init_cpu_ms is not None else []
        return "\n".join([*lines, "\t".join(fields)])


def _read(running: _Running) -> None:
    assert running.process.stdout is not None
    for line in running.process.stdout:
        running.lines.append(line.rstrip("\n"))


def _exit(running: _Running) -> tuple[str, str]:
    """Say how a runtime ended by itself; one that needed more memory than it may have was killed."""
    code = running.process.wait()
    how = "signal: killed" if code in {137, -9} else f"exit status {code}"
    return "Runtime.ExitError", f"Runtime exited with error: {how}"


def _look_at_memory(running: _Running, usage: _Usage) -> None:
    """Note the peak memory of the runtime's process, where it can be seen from here."""
    if running.runtime is None:
        return
    with contextlib.suppress(OSError):
        status = Path(f"/proc/{running.runtime.pid}/status").read_text()
        kib = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))
        usage.peak_mib = round(kib * 1024 / _MIB)
