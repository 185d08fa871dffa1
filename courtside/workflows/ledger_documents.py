"""Typed documents in the ledger, changed by compare and swap."""

from collections.abc import Callable
from typing import TypeVar

from courtside.contracts.errors import CourtsideError
from courtside.contracts.events import Payload
from courtside.workflows.ports import Ledger, LedgerWrite

MOST_TRIES = 20

_Document = TypeVar("_Document", bound=Payload)
_Result = TypeVar("_Result")


class LedgerBusy(CourtsideError):
    """Others changed a document during every attempt to change it."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"{key} was changed by others {MOST_TRIES} times in a row; try again")


def read(ledger: Ledger, key: str, kind: type[_Document]) -> tuple[_Document | None, int]:
    """Return a document and its revision; (None, 0) where there is none."""
    entry = ledger.get(key)
    return (None, 0) if entry is None else (kind.model_validate_json(entry.document), entry.revision)


def written(key: str, document: Payload, *, expected_revision: int) -> LedgerWrite:
    """Return the write of a document."""
    return LedgerWrite(key, document.model_dump_json(), expected_revision)


def change(
    ledger: Ledger, key: str, empty: _Document, step: Callable[[_Document], tuple[_Document, _Result]]
) -> _Result:
    """Apply `step` to what is there (`empty` if nothing is), write the document it returns, and return its result.

    If somebody else writes in between, it starts over with what they wrote. Raises `LedgerBusy` and what `step` raises.
    """
    for _ in range(MOST_TRIES):
        found, revision = read(ledger, key, type(empty))
        before = found if found is not None else empty
        after, result = step(before)
        if after == before or ledger.put(written(key, after, expected_revision=revision)):
            return result
    raise LedgerBusy(key)
