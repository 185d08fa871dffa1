"""The objects of a bucket, brought back to a moment from the versions that the bucket has kept of them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby, takewhile
from typing import Protocol

from courtside.contracts import forget_keys, lake_keys
from courtside.contracts.records import ForgottenRecord
from courtside.workflows.ports import ObjectVersion, VersionedLake
from courtside.workflows.restore.errors import MomentNotKept
from courtside.workflows.restore.stores import Change

VERSIONS = "object versions"
_NOTE = (
    "rows of {model} were erased on request after that moment: they stay erased, and files that were rewritten stay as "
    "they are. The ledger may name their ids again: run `courtside forget --model {model}` with them once more"
)


class PastLake(VersionedLake, Protocol):
    """A lake that says for how long it keeps earlier versions."""

    def old_versions_days(self) -> int | None:
        """Return for how many days an object's earlier versions are kept, None if for ever."""
        ...


@dataclass(frozen=True, slots=True)
class Difference:
    """What stands between the objects as they are and as they were; no version with content is lost by it."""

    unmarked: tuple[ObjectVersion, ...]
    """Marks of removals, without which an object's version of the moment is the newest again, with its old id."""
    copied: tuple[ObjectVersion, ...]
    removed: tuple[str, ...]

    @property
    def objects(self) -> int:
        """How many objects come back, or get an earlier content."""
        return len({each.key for each in (*self.unmarked, *self.copied)})


def difference(versions: Iterable[ObjectVersion], moment: datetime, *, lasts: Callable[[str], bool]) -> Difference:
    """Return what to change so that each object is as it was; of what `lasts`, only a removal since then is undone.

    `versions` are sorted by key, the newest of each first.
    """
    unmarked: list[ObjectVersion] = []
    copied: list[ObjectVersion] = []
    removed: list[str] = []
    for key, found in groupby(versions, lambda each: each.key):
        kept = list(found)
        now, then = kept[0], _version_of(kept, moment)
        marks = list(takewhile(lambda each: each.removed, kept))
        if lasts(key):
            unmarked += marks if marks and len(marks) < len(kept) and marks[-1].written_at > moment else ()
        elif then is None:
            removed += () if now.removed else (key,)
        elif marks and kept[len(marks)] is then:
            unmarked += marks
        elif now.removed or then.stamp != now.stamp:
            copied.append(then)
    return Difference(tuple(unmarked), tuple(copied), tuple(removed))


def _version_of(versions: Sequence[ObjectVersion], moment: datetime) -> ObjectVersion | None:
    """Return the version that readers got at a moment, None if there was no object.

    S3 notes whole seconds: of a version and a mark of one second, which is not the newest of all, the version counts,
    because what comes back needlessly is removed more easily than what stays lost.
    """
    known = [each for each in versions if each.written_at <= moment]
    then = max(known, key=lambda each: (each.written_at, each.newest, not each.removed), default=None)
    return None if then is None or then.removed else then


def lasts(key: str) -> bool:
    """Return whether an object is not of the stage's own time: what others sent, backups, and notes of erasures.

    An erased row cannot come back, so what says that it was erased must not go.
    """
    outside = (lake_keys.INCOMING_PREFIX, lake_keys.TRACKING_BACKUPS_PREFIX, lake_keys.QUERY_RESULTS_PREFIX)
    return key.startswith(outside) or forget_keys.is_about_erasures(key)


@dataclass(frozen=True, slots=True)
class Objects:
    """The objects of one bucket."""

    name: str
    lake: PastLake
    now: datetime

    def look(self, moment: datetime) -> Change:
        """Return what changes if every object is brought back; raises `MomentNotKept`."""
        days = self.lake.old_versions_days()
        earliest = self.now - timedelta(days=days) if days is not None else None
        if moment > self.now or (earliest is not None and moment < earliest):
            raise MomentNotKept(self.name, moment, earliest=earliest or moment, latest=self.now)
        found, erased = self._difference(moment)
        notes = tuple(sorted({_NOTE.format(model=each.model) for each in erased}))
        make, differs = partial(self._make, moment), partial(self._differs, moment)
        return Change(self.name, moment, found.objects, len(found.removed), VERSIONS, make, differs, notes)

    def _difference(self, moment: datetime) -> tuple[Difference, list[ForgottenRecord]]:
        """Return what to change, and what was erased since."""
        versions = self.lake.versions("")
        erased = self._erased_since(versions, moment)
        rewritten = {key for each in erased if each.ended_at is not None for key in each.rewritten}
        # Nobody knows what an erasure that broke off has rewritten: where a version of the moment is there, it counts.
        then = {each.key for each in versions if each.written_at <= moment}
        rewritten |= {key for each in erased for key in each.rewritten if key not in then}
        return difference(versions, moment, lasts=lambda key: lasts(key) or key in rewritten), erased

    def _erased_since(self, versions: Sequence[ObjectVersion], moment: datetime) -> list[ForgottenRecord]:
        """Return what was erased on request since: the versions of the moment are gone, so what is there now stays."""
        records = [each for each in versions if forget_keys.is_forgotten_record(each.key) and not each.removed]
        newest = {each.key: each for each in reversed(records)}  # even one that was removed, as when a lake is lost
        # A record is written again when all is erased; S3 says when that was, by whose clock the versions are known.
        since = (each for each in newest.values() if each.written_at > moment)
        found = (self.lake.read(each.key, version_id=each.version_id) for each in since)
        return list(map(ForgottenRecord.model_validate_json, found))

    def _differs(self, moment: datetime) -> bool:
        found, _ = self._difference(moment)
        return bool(found.objects or found.removed)

    def _make(self, moment: datetime) -> None:
        """Let what was there come back before anything goes, so that a run that breaks off leaves too much."""
        found, _ = self._difference(moment)
        self.lake.remove_versions(found.unmarked)
        self.lake.write_again(found.copied)
        self.lake.remove(found.removed)
