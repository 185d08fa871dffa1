"""The documents of the ledger, brought back to a moment from a table that AWS made of that moment."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol

from courtside.contracts import ledger_keys
from courtside.contracts.records import RetrainingLockState, TrainingSlots
from courtside.workflows.ledger_documents import LedgerDocumentDamaged, parsed
from courtside.workflows.ports import Ledger, LedgerEntry
from courtside.workflows.restore.errors import MomentNotKept
from courtside.workflows.restore.stores import Change
from courtside.workflows.undone_trainings import note_undone

NAME = "ledger"


class PastLedger(Protocol):
    """A ledger that can be seen as it was, and written as it was: no revision is compared."""

    def restorable(self) -> tuple[datetime, datetime]:
        """Return the earliest and the latest moment that it can be seen at; raises `LedgerDeleted`."""
        ...

    def everything(self) -> list[LedgerEntry]:
        """Return every entry as it is now."""
        ...

    def everything_at(self, moment: datetime) -> list[LedgerEntry]:
        """Return every entry as it was at a moment; this may take half an hour."""
        ...

    def overwrite(self, entries: Sequence[LedgerEntry]) -> None:
        """Write entries with their own revisions, whatever is there."""
        ...

    def remove(self, keys: Sequence[str]) -> None:
        """Remove entries."""
        ...


def is_of_now(key: str) -> bool:
    """Return whether a document says what runs now, or is done by now, whatever was at another moment.

    Those are locks and slots, and what restores have undone.
    """
    return key == ledger_keys.TRAINING_SLOTS or _is_lock(key) or key.endswith(f"/{ledger_keys.UNDONE_TRAININGS}")


def _is_lock(key: str) -> bool:
    return key.endswith(f"/{ledger_keys.RETRAINING_LOCK}")


@dataclass(frozen=True, slots=True)
class Documents:
    """The documents of the ledger."""

    ledger: PastLedger
    current: Ledger
    trainings_since: Callable[[datetime], Sequence[str]]
    """Returns the executions of trainings that ran after a moment, and are undone by coming back to it."""
    name: str = NAME

    def look(self, moment: datetime) -> Change:
        """Return what changes if every document is brought back; raises `MomentNotKept` and `LedgerDeleted`."""
        earliest, latest = self.ledger.restorable()
        if not earliest <= moment <= latest:
            raise MomentNotKept(self.name, moment, earliest=earliest, latest=latest)
        then = _by_key(self.ledger.everything_at(moment))
        written, removed = self._difference(then)
        source, make = "point-in-time recovery", partial(self._make, then, moment)
        return Change(self.name, moment, len(written), len(removed), source, make, partial(self._differs, then))

    def _difference(self, then: Mapping[str, LedgerEntry]) -> tuple[list[LedgerEntry], list[str]]:
        """Return the entries that have to be written, and the keys of those that have to go."""
        everything = self.ledger.everything()
        now = _by_key(everything)
        written = [each for key, each in then.items() if now.get(key) != each]
        removed = [key for key in now if key not in then]
        return written, removed + [each.key for each in everything if _is_damaged(each)]

    def _make(self, then: Mapping[str, LedgerEntry], moment: datetime) -> None:
        note_undone(self.trainings_since(moment), ledger=self.current)
        written, removed = self._difference(then)
        self.ledger.overwrite(written)
        self.ledger.remove(removed)

    def _differs(self, then: Mapping[str, LedgerEntry]) -> bool:
        written, removed = self._difference(then)
        return not all(ledger_keys.is_of_posts(key) for key in (*(each.key for each in written), *removed))


def _is_damaged(entry: LedgerEntry) -> bool:
    """Return whether it is a lock or the slots, and nobody can read it any more; without its document it is free."""
    slots = entry.key == ledger_keys.TRAINING_SLOTS
    if not slots and not _is_lock(entry.key):
        return False
    try:
        parsed(entry, TrainingSlots if slots else RetrainingLockState)
    except LedgerDocumentDamaged:
        return True
    return False


def _by_key(entries: Sequence[LedgerEntry]) -> Mapping[str, LedgerEntry]:
    return {each.key: each for each in entries if not is_of_now(each.key)}
