"""The ledger: small documents that several processes change."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One document under a key, and how often it was written (1, 2, …)."""

    key: str
    document: str
    revision: int


@dataclass(frozen=True, slots=True)
class LedgerWrite:
    """A document to write if its key still has the revision that was read (0: there must be none yet)."""

    key: str
    document: str
    expected_revision: int


class Ledger(Protocol):
    """Small documents that several processes change: every write names the revision it expects."""

    def get(self, key: str) -> LedgerEntry | None:
        """Return the newest document under `key`, or None."""
        ...

    def entries(self, *prefixes: str) -> list[LedgerEntry]:
        """Return every entry whose key starts with one of the prefixes, by prefix and key; each ends with a slash."""
        ...

    def put(self, *writes: LedgerWrite) -> bool:
        """Write all or none; return False when a revision was not as expected."""
        ...
