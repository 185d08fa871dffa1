"""What a command is doing, where no terminal shows a spinner: a line on stderr once it takes longer than a moment."""

import time
from threading import Event, Thread
from typing import Any

from rich.console import Console
from rich.status import Status

SILENT_SECONDS = 2.0
"""Who has seen nothing for longer than this wonders whether anything happens."""


class StatusLines(Status):
    """A status whose text is printed after 2, 4, 8, … seconds, so that a long run does not fill its log."""

    def __init__(self, status: Any, *, console: Console) -> None:
        super().__init__(status, console=console)
        self._lines = console
        self._began = 0.0
        self._ended = Event()
        self._speaker: Thread | None = None

    def start(self) -> None:
        """Begin to count the seconds, also anew after an end; where they are counted already, nothing changes."""
        if self._speaker is not None:
            return
        self._began = time.monotonic()
        self._ended.clear()
        self._speaker = Thread(target=self._speak, daemon=True)
        self._speaker.start()

    def stop(self) -> None:
        """End, and let a line that is being printed be finished."""
        self._ended.set()
        if self._speaker is not None:
            self._speaker.join()
        self._speaker = None

    def update(self, status: Any = None, **_: Any) -> None:
        """Change the text of the next line."""
        self.status = self.status if status is None else status

    def _speak(self) -> None:
        until_next = SILENT_SECONDS
        while not self._ended.wait(until_next):
            until_next = time.monotonic() - self._began
            said = f"… {self.status} ({until_next:.0f} s so far)"
            self._lines.print(said, markup=False, highlight=False, soft_wrap=True)
