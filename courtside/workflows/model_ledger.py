"""What the ledger holds of one model: every key lies below the model's name, so no two models share a document."""

from dataclasses import dataclass, field

from courtside.contracts import ledger_keys
from courtside.workflows.ports import Ledger, LedgerEntry, LedgerWrite


@dataclass(frozen=True, slots=True)
class ModelLedger:
    """A ledger that puts the name of its model before each key; raises `NameUnusable` for an unusable name."""

    ledger: Ledger
    model: str
    _home: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_home", ledger_keys.of_model(self.model))

    def get(self, key: str) -> LedgerEntry | None:
        """Return the newest document under `key`, or None."""
        found = self.ledger.get(f"{self._home}{key}")
        return None if found is None else self._without_home(found)

    def entries(self, *prefixes: str) -> list[LedgerEntry]:
        """Return every entry whose key starts with one of the prefixes, by prefix and key; each ends with a slash."""
        return [self._without_home(each) for each in self.ledger.entries(*(f"{self._home}{each}" for each in prefixes))]

    def put(self, *writes: LedgerWrite) -> bool:
        """Write all or none; return False when a revision was not as expected."""
        placed = (LedgerWrite(f"{self._home}{each.key}", each.document, each.expected_revision) for each in writes)
        return self.ledger.put(*placed)

    def _without_home(self, entry: LedgerEntry) -> LedgerEntry:
        return LedgerEntry(entry.key.removeprefix(self._home), entry.document, entry.revision)
