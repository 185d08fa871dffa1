"""Documents of the ledger that are changed by compare and swap, one or several as one."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import SystemRandom
from typing import TypeVar, cast

from courtside.contracts.events import Payload
from courtside.workflows.ledger_documents import LedgerBusy, LedgerDocumentDamaged, read, written
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
    _found: dict[str, tuple[Payload | None, int]] = field(default_factory=dict)
    _written: dict[str, Payload] = field(default_factory=dict)

    def find(self, key: str, kind: type[_Document], *, anew: bool = False) -> _Document | None:
        """Return a document as this transaction wrote it, or as it is; None where there is none.

        With `anew` a damaged one is none. Raises `LedgerDocumentDamaged` and `TooNew`.
        """
        if key in self._written:
            return cast("_Document", self._written[key])
        try:
            self._found[key] = read(self.ledger, key, kind)
        except LedgerDocumentDamaged as error:
            if not anew:
                raise
            self._found[key] = None, error.revision
        return cast("_Document | None", self._found[key][0])

    def read(self, key: str, empty: _Document, *, anew: bool = False) -> _Document:
        """Return a document as `find` does, but `empty` where there is none, or `anew` where it was damaged."""
        found = self.find(key, type(empty), anew=anew)
        if found is not None:
            return found
        self._found[key] = empty, self._found[key][1]
        return empty

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


def change(
    ledger: Ledger,
    key: str,
    empty: _Document,
    step: Callable[[_Document], tuple[_Document, _Result]],
    *,
    anew: bool = False,
) -> _Result:
    """Apply `step` to one document (`empty` if there is none), write what it returns first, and return the second.

    A document that was damaged is begun `anew` where nothing is lost by that. Raises as `change_together`.
    """

    def one(documents: Documents) -> _Result:
        after, result = step(documents.read(key, empty, anew=anew))
        documents.write(key, after)
        return result

    return change_together(ledger, one)
