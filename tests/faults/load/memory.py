"""How much memory the processes of a stage hold while a block runs, whether that grows, and how long they compute."""

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import numpy as np
import psutil

from embedded_aws.processes import environment_of, marked
from tests.integration.stage.conftest import Stage

EMULATOR, TRACKING = "embedded AWS", "tracking server"
EVERY_SECONDS = 2.0
_FEWEST = 10
_MIB = 2**20


@dataclass
class Memory:
    """The resident memory of each process, in MiB by seconds since the beginning, and what each of them is.

    `computed` holds the processor seconds of each at the beginning and at the last look.
    """

    seen: dict[int, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))
    roles: dict[int, str] = field(default_factory=dict)
    computed: dict[int, tuple[float, float]] = field(default_factory=dict)

    def look(self, stage: Stage, at: float) -> None:
        """Add what every process of the stage holds now."""
        for process in marked(stage.aws.instance.id):
            with suppress(psutil.Error):
                self.roles.setdefault(process.pid, _role(process, stage))
                self.seen[process.pid].append((at, process.memory_info().rss / _MIB))
                now = sum(process.cpu_times()[:2])
                self.computed[process.pid] = (self.computed.get(process.pid, (0.0 if at else now, now))[0], now)

    def growth(self, role: str) -> dict[int, float]:
        """Return by how many MiB each process of a role grew in the second half of all looks.

        It is the slope of a straight line over that half, times its length, so one high moment counts little. A
        process that did not live through it has no growth: it gave back what it held.
        """
        last = max((at for looks in self.seen.values() for at, _ in looks), default=0.0)
        found = {}
        for pid, looks in self.seen.items():
            half = [(at, held) for at, held in looks if at >= last / 2]
            if self.roles[pid] == role and _lived_through(half, last):
                found[pid] = float(np.polyfit(*zip(*half, strict=True), 1)[0]) * (half[-1][0] - half[0][0])
        return found

    def most(self, role: str) -> float:
        """Return the most that one process of a role held, in MiB."""
        return max(
            (held for pid, looks in self.seen.items() if self.roles[pid] == role for _, held in looks), default=0
        )

    def processor_seconds(self, role: str) -> float:
        """Return how long the processes of a role computed."""
        return sum(end - begin for pid, (begin, end) in self.computed.items() if self.roles[pid] == role)

    def of_functions(self) -> set[str]:
        """Return the names of the functions that were seen."""
        return {role for role in self.roles.values() if role not in {EMULATOR, TRACKING, ""}}


def _lived_through(half: list[tuple[float, float]], last: float) -> bool:
    return (
        len(half) >= _FEWEST and half[0][0] <= last / 2 + 3 * EVERY_SECONDS and half[-1][0] >= last - 3 * EVERY_SECONDS
    )


def _role(process: psutil.Process, stage: Stage) -> str:
    """Return what a process is: a function's name, or one of the two that serve; empty for any other."""
    if process.pid == stage.aws.instance.emulator_pid:
        return EMULATOR
    if function := environment_of(process).get("AWS_LAMBDA_FUNCTION_NAME"):
        return function
    return TRACKING if "uvicorn" in process.cmdline() else ""


@contextmanager
def watched(stage: Stage) -> Iterator[Memory]:
    """Look at the memory of a stage's processes every two seconds while the block runs."""
    memory, ended, began = Memory(), threading.Event(), time.monotonic()
    memory.look(stage, 0.0)

    def look() -> None:
        while not ended.wait(EVERY_SECONDS):
            memory.look(stage, time.monotonic() - began)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield memory
    finally:
        ended.set()
        thread.join()
        memory.look(stage, time.monotonic() - began)
