"""What is brought back: a store says first what would change, and changes it then."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Change:
    """What bringing back one store changes: how much of it is written again, and how much is taken away.

    `to` is the moment the store comes back to, which is earlier than the one that was asked for where only copies of
    some moments exist. Numbers are None where they are known only afterwards. `make` compares once more before it
    changes anything, as people may have gone on meanwhile.
    """

    store: str
    to: datetime
    written: int | None
    removed: int | None
    source: str
    make: Callable[[], None]
    differs: Callable[[], bool]
    """Whether the store, when all was brought back, is not as it was at the moment: somebody has written to it."""
    notes: tuple[str, ...] = ()
    """What a person has to know about it, in whole sentences."""


class Store(Protocol):
    """Something that a stage keeps, and that AWS remembers as it was."""

    @property
    def name(self) -> str:
        """What people call it."""
        ...

    def look(self, moment: datetime) -> Change:
        """Return what changes if the store is brought back to a moment; nothing is changed yet."""
        ...
