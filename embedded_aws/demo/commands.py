"""The demo types what people type: `courtside` commands, each a process of its own, against the demo's stage."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from courtside.contracts.errors import CourtsideError
from embedded_aws import processes

_ADDRESS = re.compile(r'"url": "([^"]+)"')
_SERVES_WITHIN_SECONDS = 60


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

    def serve(self, *words: str, log: Path) -> str:
        """Start a command that serves until the instance ends; return the address that it says in `log` as JSON.

        Raises `CommandFailed`.
        """
        command = [sys.executable, "-m", "courtside.cli", *words, "--json"]
        with log.open("wb") as out:
            process = subprocess.Popen(
                command,
                env=os.environ | self._environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + _SERVES_WITHIN_SECONDS
        while (said := _ADDRESS.search(log.read_text())) is None:
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                raise CommandFailed(f"courtside {' '.join(words)}", log.read_text().strip() or "it says nothing")
            time.sleep(0.1)
        return said[1]

    def run_at_once(self, *commands: Sequence[str]) -> list[str]:
        """Run commands side by side and return what each printed; raises the first one's `CommandFailed`."""
        with ThreadPoolExecutor(len(commands)) as threads:
            return list(threads.map(lambda words: self.run(*words), commands))
