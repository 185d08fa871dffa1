"""Several documents of the ledger that are changed as one, by compare and swap."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import SystemRandom
from typing import TypeVar, cast

from courtside.contracts.events import Payload
from courtside.workflows.ledger_documents import LedgerBusy, read, written
from courtside.workflows.ports import Ledger

MOST_TRIES = 40
"""With the pauses between them, so many that a hundred models' requests at one moment all come through."""
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.02, 2.0

_Document = TypeVar("_Document", bound=Payload)
_Result = TypeVar("_Result")


@dataclass(slots=True)
class Documents:
    """What one transaction reads and writes; nothing is in the ledger before `commit`."""

    ledger: Ledger
    _found: dict[str, tuple[Payload, int]] = field(default_factory=dict)
    _written: dict[str, Payload] = field(default_factory=dict)

    def read(self, key: str, empty: _Document) -> _Document:
        """Return a document as this transaction wrote it, or as it is; `empty` where there is none.

        Raises `LedgerDocumentDamaged` and `TooNew`.
        """
        if key in self._written:
            return cast("_Document", self._written[key])
        found, revision = read(self.ledger, key, type(empty))
        document = empty if found is None else found
        self._found[key] = document, revision
        return document

    def write(self, key: str, document: Payload) -> None:
        """Change a document that this transaction has read."""
        self._written[key] = document

    @property
    def keys(self) -> list[str]:
        """The keys of what this transaction writes."""
        return list(self._written)

    def commit(self) -> bool:
        """Write all or none; return False when somebody else has changed one of them since it was read.

        A document that was written as it had been read counts too, so what was decided by it is still true.
        """
        if all(document == self._found[key][0] for key, document in self._written.items()):
            return True
        return self.ledger.put(
            *(written(key, document, expected_revision=self._found[key][1]) for key, document in self._written.items())
        )


def wait_at_random(tries: int) -> None:
    """Wait the longer the more tries there were, and each caller another while, so that many at once come through."""
    longest = min(_FIRST_PAUSE_SECONDS * 2**tries, _LONGEST_PAUSE_SECONDS)
    time.sleep(SystemRandom().uniform(0, longest))


def change_together(
    ledger: Ledger, step: Callable[[Documents], _Result], *, pause: Callable[[int], None] = wait_at_random
) -> _Result:
    """Let `step` change documents that belong together, and return its result.

    If somebody else writes in between, it starts over with what they wrote. Raises `LedgerBusy`, what reading raises
    and what `step` raises.
    """
    keys: list[str] = []
    for tries in range(MOST_TRIES):
        documents = Documents(ledger)
        result = step(documents)
        if documents.commit():
            return result
        keys = documents.keys
        pause(tries)
    raise LedgerBusy(" with ".join(keys))
