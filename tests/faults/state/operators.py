"""People who type commands at the same time, each in a process of their own."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.faults.model import PATIENCE_SECONDS, Model

_POLL_SECONDS = 0.02


@dataclass(frozen=True)
class Ended:
    """How a person's command ended: `said` is what it printed as JSON (None if it failed), or its error."""

    code: int
    said: Any
    error: str

    @classmethod
    def of(cls, process: "subprocess.Popen[str]") -> "Ended":
        """Wait for a command to end; no command ends with a traceback."""
        out, error = process.communicate(timeout=PATIENCE_SECONDS)
        assert "Traceback" not in error, error
        return cls(process.returncode, json.loads(out) if process.returncode == 0 else None, error)


def typed(model: Model, *words: str) -> "subprocess.Popen[str]":
    """Let another person begin a command about the model."""
    command = [sys.executable, "-m", "courtside.cli", *words, "--model", model.name, "--stage", "dev", "--json"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def all_at_once(model: Model, *commands: Sequence[str]) -> list[Ended]:
    """Let several people type at once, and return how each command ended."""
    return [Ended.of(process) for process in [typed(model, *words) for words in commands]]


@contextmanager
def standing_still(model: Model, name: str, rule: Any, *words: str) -> Iterator["subprocess.Popen[str]"]:
    """Let another person's command stand still at a request while the block runs."""
    with model.faults.fault(name, rule):
        process = typed(model, *words)
        try:
            while not model.faults.held(name):
                assert process.poll() is None, Ended.of(process)
                time.sleep(_POLL_SECONDS)
            yield process
        finally:
            model.faults.release(name)


def killed(model: Model, rule: Any, *words: str) -> None:
    """Kill a person's command where the rule holds it; a request that was not carried out by then never is."""
    with standing_still(model, "killed", rule, *words) as process:
        process.kill()
        assert process.wait() == -signal.SIGKILL
