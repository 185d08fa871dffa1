"""Show the same again and again, as it is then, until the person who looks has seen enough."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime

from rich.console import Group
from rich.text import Text

from courtside.cli.console import people, results


def asking(*, again: bool) -> AbstractContextManager[object]:
    """Say that the stage is asked, but not at each look of several, which say when they were."""
    return nullcontext() if again else people.status("Asking the stage")


def look_again_and_again(look: Callable[[], object], *, every: float, as_json: bool) -> None:
    """Call `look`, which prints, every so many seconds, until Ctrl-C, which is how this is meant to end.

    A terminal is drawn anew each time. A pipe gets what is printed each time, below a line with the time unless it is
    JSON. Raises what `look` raises.
    """
    try:
        if as_json or not results.is_terminal:
            while True:
                if not as_json:
                    results.print(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC", highlight=False)
                look()
                time.sleep(every)
        with results.screen() as screen:
            while True:
                screen.update(_drawn(look, every))
                time.sleep(every)
    except KeyboardInterrupt:
        return


def _drawn(look: Callable[[], object], every: float) -> Group:
    """Return what `look` prints, results first, below a line that says when that was."""
    with results.capture() as printed, people.capture() as said:
        look()
    head = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC, again in {every:g} s; Ctrl-C ends"
    return Group(Text(head, style="dim"), Text.from_ansi(printed.get()), Text.from_ansi(said.get()))
