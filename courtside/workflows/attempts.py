"""How often a file that arrived was begun without an outcome, so that one that kills the function is given up.

Only a process that was killed leaves its attempt behind: it ran out of memory, or was cut off. An attempt younger than
any round can be may belong to a round that is still running, so it does not count yet.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from courtside.contracts import ledger_keys
from courtside.contracts.errors import BadInput
from courtside.contracts.records import Attempted
from courtside.workflows.ledger_transactions import change
from courtside.workflows.ports import Ledger

MOST_ATTEMPTS = 2
LONGEST_ROUND = timedelta(minutes=6)
"""The function is cut off after five minutes, and clocks differ a little."""


class GivenUp(BadInput):
    """A file ended the function each time that it was begun."""

    def __init__(self, attempts: int, *, command: str) -> None:
        self.attempts = attempts
        super().__init__(
            f"it was begun {attempts} times, and each time the function ended before it was done (out of memory, or "
            f"cut off after five minutes), so that no file after it was taken in; split it, or load it with `{command}`"
        )


@dataclass(frozen=True, slots=True)
class Attempts:
    """The attempts to take in the files of one model, in its part of the ledger."""

    ledger: Ledger

    @contextmanager
    def another(self, arrival_id: str, *, now: datetime) -> Iterator[int]:
        """Record that a file is begun, and yield how many attempts before this one were killed.

        They are forgotten when the file has an outcome. A round that ends with an error was not killed and takes its
        attempt back, unless it ran out of memory, which would happen again.
        """
        key = ledger_keys.begun(arrival_id)

        def begin(found: Attempted) -> tuple[Attempted, int]:
            return Attempted(at=(*found.at, now)), sum(at <= now - LONGEST_ROUND for at in found.at)

        def take_back(found: Attempted) -> tuple[Attempted, None]:
            at = list(found.at)
            if now in at:
                at.remove(now)
            return Attempted(at=tuple(at)), None

        killed = change(self.ledger, key, Attempted(), begin)
        try:
            yield killed
        except MemoryError:
            raise
        except Exception:
            change(self.ledger, key, Attempted(), take_back)
            raise
        change(self.ledger, key, Attempted(), lambda _: (Attempted(), None))
