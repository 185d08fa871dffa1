"""Commands as processes of their own, which a test can disturb."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from courtside.workflows.restore.errors import told
from tests.faults.model import PATIENCE_SECONDS

__all__ = ["failed", "started", "told"]


@contextmanager
def started(*words: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Start a command as a process, and leave none behind."""
    line = [sys.executable, "-m", "courtside.cli", *words, "--stage", "dev", "--json"]
    process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=dict(os.environ))
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def failed(*words: str) -> str:
    """Run a command that must fail, and return the last line that people read."""
    with started(*words) as process:
        _, said = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 1, said
    assert b"Traceback" not in said
    return said.decode().strip().splitlines()[-1]
