"""Fork Python programs out of this process, which has loaded the large libraries that they import.

It is started with ``-P`` and without `PYTHONPATH`, where `embedded_aws` need not exist, so it imports nothing of it.
Each message on its socket is a JSON object with `command`, `environment`, `folder` and `new_group`, with four files:
standard input, output and error, and a pipe that gets the exit status. The answer is the process id. What the system
shows of a forked process is this one's command and environment; its own are in a file named after its id, as long as
it lives.
"""

import errno
import gc
import importlib
import json
import os
import runpy
import selectors
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_MESSAGE_BYTES = 1 << 20
_FILES = 4
# What functions and tasks import that reads no variable of theirs meanwhile, as the SDK of X-Ray does. MLflow is not
# among them, because it loads the project's plug-ins at once, which belong to the folder of an image.
_LIBRARIES = (
    "boto3", "botocore.auth", "botocore.httpsession", "cachetools", "click", "cloudpickle", "fastapi",
    "google.protobuf.message", "jinja2", "lightgbm", "numpy", "pandas", "polars", "pyarrow.compute", "pyarrow.csv",
    "pyarrow.dataset", "pyarrow.parquet", "pydantic", "requests", "scipy.stats", "sklearn.ensemble",
    "sklearn.linear_model", "sklearn.metrics", "sklearn.pipeline", "skops.io", "sqlparse", "urllib3", "xgboost",
    "yaml",
)  # fmt: skip


@dataclass(slots=True)
class _Server:
    """The socket, and a pipe for the exit status of each process that was forked, by the file that tells its end."""

    requests: socket.socket
    records: Path
    statuses: dict[int, tuple[int, int]] = field(default_factory=dict)
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)

    def serve(self) -> dict[str, Any] | None:
        """Fork until the socket is closed; returns the request in each forked process, and None in this one."""
        self.selector.register(self.requests, selectors.EVENT_READ)
        while True:
            for key, _ in self.selector.select():
                if key.fileobj is not self.requests:
                    self._collect(key.fd)
                    continue
                message, files, _, _ = socket.recv_fds(self.requests, _MESSAGE_BYTES, _FILES)
                if not message:
                    return None
                if (request := self._fork(json.loads(message), files)) is not None:
                    return request

    def _fork(self, request: dict[str, Any], files: Sequence[int]) -> dict[str, Any] | None:
        *streams, status = files
        try:
            pid = os.fork()
        except OSError as error:
            for file in files:
                os.close(file)
            self.requests.sendall(str(-(error.errno or errno.EAGAIN)).encode())
            return None
        if pid == 0:
            self._leave(status)
            for number, file in enumerate(streams):
                os.dup2(file, number)
                os.close(file)
            return request
        for file in streams:
            os.close(file)
        if request["new_group"]:
            # Whoever gets the answer may end the group at once.
            with suppress(OSError):
                os.setpgid(pid, pid)
        end = os.pidfd_open(pid)
        self.statuses[end] = (pid, status)
        self.selector.register(end, selectors.EVENT_READ)
        self.requests.sendall(str(pid).encode())
        return None

    def _leave(self, status: int) -> None:
        # A copy of another's pipe would hide its end from whoever reads it.
        self.selector.close()
        self.requests.close()
        for file in (status, *self.statuses, *(pipe for _, pipe in self.statuses.values())):
            os.close(file)

    def _collect(self, end: int) -> None:
        pid, status = self.statuses.pop(end)
        self.selector.unregister(end)
        os.close(end)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        _record(self.records, pid).unlink(missing_ok=True)
        with suppress(BrokenPipeError):
            os.write(status, str(code).encode())
        os.close(status)


def _preload() -> None:
    for name in _LIBRARIES:
        # A program that needs what is not installed says so itself.
        with suppress(ImportError):
            importlib.import_module(name)
    gc.collect()
    # What a collection never looks at stays in memory that all processes share.
    gc.freeze()


def _record(folder: Path, pid: int) -> Path:
    return folder / f"{pid}.json"


def _become(request: dict[str, Any], records: Path) -> None:
    record = _record(records, os.getpid())
    # An environment holds keys.
    record.touch(mode=0o600)
    record.write_text(json.dumps(request))
    if request["new_group"]:
        with suppress(PermissionError):  # the server may have done it already
            os.setpgid(0, 0)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.path[:0] = os.environ["PYTHONPATH"].split(os.pathsep)
    # Processes that begin with one state of it would all draw the same numbers.
    sys.modules["numpy"].random.seed()


def _run(command: Sequence[str]) -> None:
    match command[2:] if command[1] == "-P" else command[1:]:
        case ["-m", module, *arguments]:
            sys.argv = [module, *arguments]
            runpy.run_module(module, run_name="__main__", alter_sys=True)
        case [file, *arguments]:
            sys.argv = [file, *arguments]
            runpy.run_path(file, run_name="__main__")


def main() -> None:
    """Load the libraries and serve; in a forked process, run its program to its end."""
    number, folder = sys.argv[1:]
    _preload()
    request = _Server(socket.socket(fileno=int(number)), Path(folder)).serve()
    if request is None:
        return
    _become(request, Path(folder))
    _run(request["command"])


if __name__ == "__main__":
    main()
