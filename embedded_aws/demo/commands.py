"""The demo types what people type: `courtside` commands, each a process of its own, against the demo's stage."""

import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from courtside.contracts.errors import CourtsideError
from embedded_aws import processes


class CommandFailed(CourtsideError):
    """A command that the demo typed failed; `said` is what it told people."""

    def __init__(self, command: str, said: str) -> None:
        self.command = command
        self.said = said
        super().__init__(f"`{command}` failed: {said}")


class Commands:
    """Runs commands about one stage of one embedded AWS, and ends them with it."""

    def __init__(self, *, stage: str, instance_id: str) -> None:
        self._environment = {"COURTSIDE_STAGE": stage, processes.MARKER: instance_id}

    def run(self, *words: str) -> str:
        """Run a command and return what it printed; raises `CommandFailed`."""
        done = subprocess.run(
            [sys.executable, "-m", "courtside.cli", *words],
            env=os.environ | self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise CommandFailed(f"courtside {' '.join(words)}", done.stderr.strip() or f"exit code {done.returncode}")
        return done.stdout

    def run_at_once(self, *commands: Sequence[str]) -> list[str]:
        """Run commands side by side and return what each printed; raises the first one's `CommandFailed`."""
        with ThreadPoolExecutor(len(commands)) as threads:
            return list(threads.map(lambda words: self.run(*words), commands))
