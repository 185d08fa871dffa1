"""Commands in processes of their own, under conditions that a test's own process must not have."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

_AT = """
import sys, time, time_machine
hours = float(sys.argv.pop(1))
sys.argv[0] = "courtside"
with time_machine.travel(time.time() + 3600 * hours, tick=True):
    from courtside.cli.entry import main
    main()
"""
_LONGEST_SECONDS = 300


def courtside(
    *words: str,
    environment: Mapping[str, str] | None = None,
    within: Callable[[], None] | None = None,
    folder: Path | None = None,
) -> "subprocess.CompletedProcess[str]":
    """Run the command in a new process, in which `within` is called first."""
    return _run([sys.executable, "-m", "courtside.cli", *words], environment, within, folder)


def courtside_at(hours: float, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run the command in a process whose clock is so many hours ahead."""
    return _run([sys.executable, "-c", _AT, str(hours), *words], None, None, None)


def _run(
    command: list[str],
    environment: Mapping[str, str] | None,
    within: Callable[[], None] | None,
    folder: Path | None,
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command, capture_output=True, text=True, timeout=_LONGEST_SECONDS, check=False, preexec_fn=within, cwd=folder,
        env={**os.environ, **(environment or {})},
    )  # fmt: skip


def one_line(text: str) -> str:
    """Return what a command said without its line breaks."""
    return " ".join(text.split())
