"""Typed documents in the ledger, changed by compare and swap."""

from collections.abc import Callable
from typing import TypeVar

from pydantic import ValidationError

from courtside.contracts.errors import CourtsideError
from courtside.contracts.events import Payload
from courtside.workflows.ports import Ledger, LedgerEntry, LedgerWrite

MOST_TRIES = 20

_Document = TypeVar("_Document", bound=Payload)
_Result = TypeVar("_Result")


class LedgerBusy(CourtsideError):
    """Others changed a document during every attempt to change it."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"others changed {key} at each attempt to change it; try again")


class LedgerDocumentDamaged(CourtsideError):
    """A document of the ledger is not what Courtside writes there."""

    def __init__(self, key: str, detail: str, *, revision: int) -> None:
        self.key = key
        self.detail = detail
        self.revision = revision
        super().__init__(
            f"the ledger's document {key} is not what Courtside writes there ({detail}): somebody changed it by hand. "
            "Put back what it said before; the table's point-in-time recovery has it"
        )


def read(ledger: Ledger, key: str, kind: type[_Document]) -> tuple[_Document | None, int]:
    """Return a document and its revision; (None, 0) where there is none. Raises `LedgerDocumentDamaged`, `TooNew`."""
    entry = ledger.get(key)
    return (None, 0) if entry is None else (parsed(entry, kind), entry.revision)


def parsed(entry: LedgerEntry, kind: type[_Document]) -> _Document:
    """Return the document of an entry; raises `LedgerDocumentDamaged`, and `TooNew` for one of a newer Courtside."""
    try:
        return kind.model_validate_json(entry.document)
    except ValidationError as error:
        raise LedgerDocumentDamaged(entry.key, error.errors()[0]["msg"], revision=entry.revision) from error


def written(key: str, document: Payload, *, expected_revision: int) -> LedgerWrite:
    """Return the write of a document."""
    return LedgerWrite(key, document.model_dump_json(), expected_revision)


def change(
    ledger: Ledger,
    key: str,
    empty: _Document,
    step: Callable[[_Document], tuple[_Document, _Result]],
    *,
    anew: bool = False,
) -> _Result:
    """Apply `step` to what is there (`empty` if nothing is), write the document it returns, and return its result.

    If somebody else writes in between, it starts over with what they wrote. A document that was damaged is begun `anew`
    where nothing is lost by that. Raises `LedgerBusy`, what `read` raises and what `step` raises.
    """
    for _ in range(MOST_TRIES):
        try:
            found, revision = read(ledger, key, type(empty))
        except LedgerDocumentDamaged as error:
            if not anew:
                raise
            found, revision = None, error.revision
        before = found if found is not None else empty
        after, result = step(before)
        if after == before or ledger.put(written(key, after, expected_revision=revision)):
            return result
    raise LedgerBusy(key)
