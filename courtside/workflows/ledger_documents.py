"""Typed documents in the ledger."""

from typing import TypeVar

from pydantic import ValidationError

from courtside.contracts.errors import CourtsideError
from courtside.contracts.events import Payload
from courtside.workflows.ports import Ledger, LedgerEntry, LedgerWrite

_Document = TypeVar("_Document", bound=Payload)


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
