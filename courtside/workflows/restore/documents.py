"""The documents of the ledger, brought back to a moment from a table that AWS made of that moment."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Protocol

from courtside.contracts import ledger_keys
from courtside.contracts.records import RetrainingLockState, TrainingSlots, UndoneTrainings
from courtside.workflows.ledger_documents import LedgerDocumentDamaged, parsed
from courtside.workflows.ledger_transactions import change
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
    """Return whether a document does not simply come back as it was at another moment.

    Locks and slots say what runs now: of them only the newest data that a lock's model was trained on is brought back.
    What restores have undone comes back with what the next one undoes besides.
    """
    return _kind_of_now(key) is not None


def _kind_of_now(key: str) -> type[RetrainingLockState | TrainingSlots | UndoneTrainings] | None:
    if key == ledger_keys.TRAINING_SLOTS:
        return TrainingSlots
    if key.endswith(f"/{ledger_keys.UNDONE_TRAININGS}"):
        return UndoneTrainings
    return RetrainingLockState if _is_lock(key) else None


def _is_lock(key: str) -> bool:
    return key.endswith(f"/{ledger_keys.RETRAINING_LOCK}")


@dataclass(frozen=True, slots=True)
class _Difference:
    """What stands between the documents as they are and as they were."""

    written: list[LedgerEntry]
    removed: list[str]
    trained: dict[str, date | None]
    """Locks, each with the day of the newest data that had been trained on."""

    @property
    def keys(self) -> list[str]:
        return [*(each.key for each in self.written), *self.removed, *self.trained]


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
        then = self.ledger.everything_at(moment)
        found = self._difference(then)
        return Change(
            self.name,
            moment,
            len(found.written) + len(found.trained),
            len(found.removed),
            "point-in-time recovery",
            partial(self._make, then, moment),
            partial(self._differs, then),
        )

    def _difference(self, then: Sequence[LedgerEntry]) -> _Difference:
        everything = self.ledger.everything()
        now, past = _by_key(everything), _by_key(then)
        return _Difference(
            [each for key, each in past.items() if now.get(key) != each],
            [key for key in now if key not in past] + [each.key for each in everything if _is_damaged(each)],
            _trained(everything, then),
        )

    def _make(self, then: Sequence[LedgerEntry], moment: datetime) -> None:
        found = self._difference(then)
        self.ledger.overwrite(found.written)
        self.ledger.remove(found.removed)
        for key, day in found.trained.items():
            change(self.current, key, RetrainingLockState(), partial(_trained_until, day))
        # What was noted since is of restores that are undone themselves, as by one that mends a wrong moment.
        noted = [each for entry in then for each in _undone(entry)]
        models = [each.key.partition("/")[0] for each in self.ledger.everything() if _is_note(each)]
        note_undone((*noted, *reversed(self.trainings_since(moment))), ledger=self.current, models=models)

    def _differs(self, then: Sequence[LedgerEntry]) -> bool:
        return not all(map(ledger_keys.is_of_posts, self._difference(then).keys))


def _trained(now: Sequence[LedgerEntry], then: Sequence[LedgerEntry]) -> dict[str, date | None]:
    """Return the locks whose newest data was of another day, which a next training must be newer than, and that day."""
    known, past = _newest_data(now), _newest_data(then)
    return {key: past.get(key) for key in sorted({*known, *past}) if known.get(key) != past.get(key)}


def _newest_data(entries: Sequence[LedgerEntry]) -> dict[str, date | None]:
    locks = (each for each in entries if _is_lock(each.key) and not _is_damaged(each))
    return {each.key: parsed(each, RetrainingLockState).trained_as_of for each in locks}


def _trained_until(day: date | None, state: RetrainingLockState) -> tuple[RetrainingLockState, None]:
    return state.model_copy(update={"trained_as_of": day}), None


def _undone(entry: LedgerEntry) -> tuple[str, ...]:
    """Return what restores had undone by an entry, if it says that."""
    return parsed(entry, UndoneTrainings).executions if _is_note(entry) and not _is_damaged(entry) else ()


def _is_note(entry: LedgerEntry) -> bool:
    return _kind_of_now(entry.key) is UndoneTrainings


def _is_damaged(entry: LedgerEntry) -> bool:
    """Return whether it is of now, and nobody can read it any more; a lock without its document is free."""
    kind = _kind_of_now(entry.key)
    if kind is None:
        return False
    try:
        parsed(entry, kind)
    except LedgerDocumentDamaged:
        return True
    return False


def _by_key(entries: Sequence[LedgerEntry]) -> Mapping[str, LedgerEntry]:
    return {each.key: each for each in entries if not is_of_now(each.key)}
