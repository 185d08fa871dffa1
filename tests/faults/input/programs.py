"""Commands that people type, run as programs of their own, whose memory is measured and whose files are their own."""

import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

PATIENCE_SECONDS = 300.0
_POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Ended:
    """How a program ended: its exit code, what it printed, and the most memory it took."""

    code: int
    said: str
    peak_mib: int

    def refused(self, *containing: str) -> None:
        """Require that it refused what it was given, in words that hold these, and without a traceback."""
        assert self.code == 2, self
        assert "Traceback" not in self.said
        for each in containing:
            assert each in self.said


def command(*words: str | Path) -> Ended:
    """Run `courtside` with these words about the stage of the tests."""
    program = [sys.executable, "-m", "courtside.cli", *map(str, words)]
    with subprocess.Popen(
        program, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=os.environ | {"COLUMNS": "4000"}
    ) as running:
        peak = _Peak(running.pid)
        try:
            said, _ = running.communicate(timeout=PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            running.kill()
            raise
        return Ended(running.returncode, said.decode(errors="replace"), peak.mib())


class _Peak:
    """Looks at a process until it ends; the system itself keeps the most that it took up to the last look."""

    def __init__(self, pid: int) -> None:
        self._kib = 0
        self._status = Path(f"/proc/{pid}/status")
        self._looking = threading.Thread(target=self._look, daemon=True)
        self._looking.start()

    def mib(self) -> int:
        self._looking.join(PATIENCE_SECONDS)
        return self._kib // 1024

    def _look(self) -> None:
        while True:
            try:
                status = self._status.read_text()
            except OSError:
                return
            lines = [line for line in status.splitlines() if line.startswith("VmHWM:")]
            if not lines:  # it has ended, and nobody has asked how yet
                return
            self._kib = int(lines[0].split()[1])
            time.sleep(_POLL_SECONDS)
