"""Measure how much memory the whole demo takes."""

import threading
from types import TracebackType
from typing import Self

import psutil

INTERVAL_SECONDS = 0.5
MIB = 1024 * 1024


class PeakMemory:
    """Samples this process and its descendants while the block runs; shared pages count once for each process."""

    def __init__(self) -> None:
        self.peak_mb = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _sample(self) -> None:
        root = psutil.Process()
        while not self._stop.wait(INTERVAL_SECONDS):
            self.peak_mb = max(self.peak_mb, _resident(root) // MIB)


def _resident(root: psutil.Process) -> int:
    total = 0
    for process in [root, *root.children(recursive=True)]:
        try:
            total += process.memory_info().rss
        except psutil.Error:  # the process ended between the two look-ups
            continue
    return total
