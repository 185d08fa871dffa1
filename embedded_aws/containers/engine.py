"""Run Docker or podman through the script that passes registry settings to builds (`scripts/container-engine`)."""

import json
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from embedded_aws.checkout import ROOT
from embedded_aws.errors import EngineFailed

LABEL = "courtside.instance"
_LOG_LINES = 25
_QUICK_SECONDS = 120
_BUILD_SECONDS = 1800


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerSpec:
    """A container without capabilities, without a way to gain one, and with a read-only root.

    `environment_file` has a line `NAME=value` for each variable; `memory_mib` and `cpus` None mean no limit.
    `readable` is a file of this machine that appears inside under the same name.
    """

    name: str
    image: str
    instance: str
    environment_file: Path
    command: Sequence[str] = ()
    entrypoint: Sequence[str] = ()
    user: str | None = None
    memory_mib: int | None = None
    cpus: float | None = None
    readable: Path | None = None
    options: Sequence[str] = field(default=())

    def arguments(self) -> list[str]:
        """Return the arguments that follow `run`."""
        program, *words = self.entrypoint or ("",)
        given: dict[str, object] = {
            "--name": self.name,
            "--label": f"{LABEL}={self.instance}",
            "--env-file": self.environment_file,
            "--entrypoint": program,
            "--user": self.user,
            "--memory": self.memory_mib and f"{self.memory_mib}m",
            # There is no swap, so what does not fit is killed, as on AWS.
            "--memory-swap": self.memory_mib and f"{self.memory_mib}m",
            "--cpus": self.cpus,
            "--volume": self.readable and f"{self.readable}:{self.readable}:ro",
        }
        return [
            *("--rm", "--network", "host", "--read-only", "--cap-drop", "all"),
            *("--security-opt", "no-new-privileges", "--tmpfs", "/tmp:rw,size=512m,mode=1777"),  # noqa: S108 — its own
            *(word for name, value in given.items() if value for word in (name, str(value))),
            *self.options,
            self.image,
            *words,
            *self.command,
        ]


class Engine:
    """A container engine; every method waits until the engine has finished."""

    def __init__(self) -> None:
        self._program = str(ROOT / "scripts" / "container-engine")

    def command(self, *arguments: str) -> list[str]:
        """Return the command line of a call, for callers that run it themselves."""
        return [self._program, *arguments]

    def has(self, image: str) -> bool:
        """Return whether an image is on this machine."""
        return self._call("image", "inspect", image).returncode == 0

    def pull(self, image: str) -> bool:
        """Pull an image if it is not here; returns False where no registry lets us have it."""
        return self.has(image) or self._call("pull", "--quiet", image).returncode == 0

    def build(self, folder: Path, *arguments: str) -> None:
        """Build in a folder; raises `EngineFailed` with the last lines of the build."""
        self._expect("build", *arguments, ".", folder=folder, timeout=_BUILD_SECONDS)

    def import_root(self, tar: Path, image: str) -> None:
        """Make an image from a root file system; raises `EngineFailed`."""
        self._expect("import", str(tar), image)

    def inspect(self, kind: str, name: str) -> dict[str, Any]:
        """Return the engine's description of an image or a container; raises `EngineFailed`."""
        (found,) = json.loads(self._expect(kind, "inspect", name))
        described: dict[str, Any] = found
        return described

    def output(self, image: str, *command: str) -> str:
        """Run a program in a throw-away container without a network and return what it printed."""
        entry, *words = command
        options = ("--rm", "--network", "none", "--read-only", "--user", "root", "--entrypoint", entry)
        return self._expect("run", *options, image, *words)

    def kill(self, name: str, signal: str = "KILL") -> None:
        """Send a signal to a container, if there is one."""
        self._call("kill", "--signal", signal, name)

    def stop(self, name: str, *, grace: float) -> None:
        """Ask a container to end, and kill it after `grace` seconds."""
        self._call("stop", "--time", str(max(1, round(grace))), name)

    def remove_all(self, instance: str) -> None:
        """Remove every container of an embedded AWS, running or not."""
        found = self._call("ps", "--all", "--quiet", "--filter", f"label={LABEL}={instance}").stdout.split()
        if found:
            self._call("rm", "--force", *found)

    def _expect(self, *arguments: str, folder: Path | None = None, timeout: float = _QUICK_SECONDS) -> str:
        done = self._call(*arguments, folder=folder, timeout=timeout)
        if done.returncode:
            raise EngineFailed(arguments[0], (done.stdout + done.stderr).splitlines()[-_LOG_LINES:])
        return done.stdout

    def _call(
        self, *arguments: str, folder: Path | None = None, timeout: float = _QUICK_SECONDS
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            # Some engines leave notes in their working directory.
            self.command(*arguments), cwd=folder or tempfile.gettempdir(), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=timeout, check=False,
        )  # fmt: skip


def write_environment(file: Path, environment: Mapping[str, str]) -> Path:
    """Write an environment file that only its owner can read; raises `ValueError` for a value of several lines."""
    if several := [name for name, value in environment.items() if "\n" in value]:
        raise ValueError(f"an engine does not accept a variable of several lines: {', '.join(several)}")
    file.touch(mode=0o600)
    file.write_text("".join(f"{name}={value}\n" for name, value in environment.items()))
    return file
