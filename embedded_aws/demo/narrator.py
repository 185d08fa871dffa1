"""Show live progress to people: a spinner while a step runs, and one line when it is done."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.table import Table
from rich.text import Text

from embedded_aws.demo.result import StepResult

LONGEST_NAME = 14
SPINNER = 4


def one_line(text: str, width: int) -> str:
    """Return a text that stays on one line of a terminal; one that wraps or moves the cursor overwrites others."""
    plain = "".join(sign if sign.isprintable() else " " for sign in text)
    return plain if cell_len(plain) <= width else f"{set_cell_size(plain, width - 1).rstrip()}…"


@dataclass(slots=True)
class Step:
    """A running step; `says` sets the line that stays, and `expect` turns a wrong outcome into a failed step."""

    name: str
    detail: str = ""
    wrong: list[str] = field(default_factory=list)

    def says(self, detail: str) -> None:
        """Set the step's line in plain words."""
        self.detail = detail

    def expect(self, truth: bool, otherwise: str) -> None:  # noqa: FBT001 — reads as a sentence
        """Record `otherwise` as what went wrong unless `truth` holds."""
        if not truth:
            self.wrong.append(otherwise)


class StepFailed(Exception):
    """A step did not do what it should; the story ends here."""


class Narrator:
    """Runs steps, times them and shows them."""

    def __init__(self, console: Console) -> None:
        self.steps: list[StepResult] = []
        self._console = console
        self._status = console.status("")

    def progress(self, text: str) -> None:
        """Show what is happening inside the running step."""
        self._status.update(Text(one_line(text, self._console.width - SPINNER), "dim"))

    @contextmanager
    def step(self, name: str, title: str) -> Iterator[Step]:
        """Run the block as one step; raises `StepFailed` after it when an expectation was not met."""
        step = Step(name)
        began = time.perf_counter()
        self._status.update(title)
        self._status.start()
        try:
            yield step
        except BaseException as error:
            step.wrong.append(f"{type(error).__name__}: {error}")
            raise
        finally:
            self._status.stop()
            self._record(step, time.perf_counter() - began)
        if step.wrong:
            raise StepFailed("; ".join(step.wrong))

    def _record(self, step: Step, seconds: float) -> None:
        ok = not step.wrong
        detail = step.detail if ok else "; ".join(step.wrong)
        self.steps.append(StepResult(name=step.name, seconds=round(seconds, 2), ok=ok, detail=detail))
        line = Table.grid(padding=(0, 1))
        for width in (1, LONGEST_NAME, 7, None):
            line.add_column(width=width, overflow="fold")
        mark = Text("✓", "green") if ok else Text("✗", "red")
        line.add_row(mark, Text(step.name, "bold"), Text(f"{seconds:5.1f} s", "dim"), Text(detail))
        self._console.print(line)
