"""Which version is champion: the ledger decides, and aliases, legacy files and drift reference follow it.

Every move is one conditional write, so two moves at once cannot interleave: one of them finds the champion changed.
The lock of a training that makes a move is in that write too, so one that was stopped or overtaken moves nothing.
What follows the ledger is applied until it agrees with the ledger, whoever applies it. Whatever could make that fail
for good is checked before the ledger is written; the next attempt finishes what breaks off afterwards.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from courtside.contracts import lake_keys, ledger_keys, training_keys
from courtside.contracts.errors import CourtsideError
from courtside.contracts.records import ChampionPointer, ChampionReference, LegacySet, Reign, TrainingRecord
from courtside.workflows.ledger_documents import LedgerBusy, parsed, read, written
from courtside.workflows.ledger_transactions import MOST_TRIES
from courtside.workflows.legacy_set import LegacyFiles
from courtside.workflows.ports import Lake, Ledger, LedgerEntry, LedgerWrite, ObjectMissing, Registry
from courtside.workflows.production_errors import ChampionChanged, MadeBefore, MoveUnfinished, NeverChampion
from courtside.workflows.retraining_fence import fence
from courtside.workflows.sealed_models import (
    LEGACY,
    ReferenceUnreadable,
    SealedModel,
    reference_in_use,
    seal,
    sealed_model,
)
from courtside.workflows.training_records import record_of_version


@dataclass(frozen=True, slots=True)
class Move:
    """A change of champion: to which sealed version, why, by which rule, and by whom.

    A move that is made `once` follows from an event: if the event is delivered again after somebody else moved on, it
    is refused. One that a training makes happens only while that `holder` has the retraining lock.
    """

    sealed: SealedModel
    rule: str
    reason: str
    by: str
    once: bool = False
    holder: str | None = None


@dataclass(frozen=True, slots=True)
class Production:
    """The champion of one model and its history in the ledger; registry, legacy files and drift reference follow.

    `ledger` is the model's own part of it.
    """

    model: str
    ledger: Ledger
    registry: Registry
    lake: Lake

    def champion(self) -> ChampionPointer:
        """Return the champion; before the ledger's first entry, the one that the registry names."""
        return self._current()[0]

    def history(self) -> list[Reign]:
        """Return which version was champion from when to when, oldest first; raises `LedgerDocumentDamaged`."""
        return [parsed(entry, Reign) for entry in self.ledger.entries(ledger_keys.HISTORY_PREFIX)]

    def sealed(self, version: str) -> SealedModel:
        """Return a version under the seal it was last champion with; a version that never was champion is sealed now.

        Raises `SealBroken` and what `seal` raises.
        """
        digest = self._digest(version)
        return (
            seal(version, model=self.model, lake=self.lake, registry=self.registry)
            if digest is None
            else self._opened(digest)
        )

    def once_champion(self, version: str) -> SealedModel:
        """Return a version under the seal it was last champion with; raises `NeverChampion` and `SealBroken`."""
        digest = self._digest(version)
        if digest is None:
            raise NeverChampion(self.model, version)
        return self._opened(digest)

    def record_of(self, version: str) -> TrainingRecord:
        """Return the record of the training behind a version; for one that was champion, as it was sealed.

        Raises `SealBroken`, `VersionMissing` and `TrainingRecordMissing`.
        """
        digest = self._digest(version)
        if digest is None:
            return record_of_version(version, model=self.model, lake=self.lake, registry=self.registry)
        return self._opened(digest).record()

    def move(self, move: Move, *, expected: str | None, now: datetime) -> ChampionPointer:
        """Make the move if `expected` is champion, and let the rest follow; a move already made is only finished.

        A champion whose entry in the history is gone gets another one.

        Before anything is changed it raises `ChampionChanged`, `MadeBefore`, `VersionMissing`, `SealBroken`,
        `LeaseLost`, `LedgerBusy` and `TrackingUnavailable`, and `MoveUnfinished` after the ledger was written.
        """
        for _ in range(MOST_TRIES):
            before, revision = self._current()
            there = (before.version, before.sha256) == (move.sealed.version, move.sealed.sha256)
            if there and self._reign(before) is not None:
                break
            if before.version not in {expected, move.sealed.version}:
                raise ChampionChanged(self.model, expected=expected, found=before.version)
            if move.once and self.ledger.get(ledger_keys.promotion(move.sealed.training_id)) is not None:
                raise MadeBefore(self.model, move.sealed.version, found=before.version)
            self._require_followable(move.sealed)
            # A store may also refuse because somebody else is writing: the champion shows whether that was a move.
            held = [] if move.holder is None else [fence(self.ledger, self.model, move.holder)]
            if self.ledger.put(*self._writes(before, revision, move, now=now), *held):
                break
        else:
            raise LedgerBusy(ledger_keys.CHAMPION)
        try:
            return self.settle()
        except CourtsideError as error:
            raise MoveUnfinished(move.sealed.version, error) from error

    def settle(self) -> ChampionPointer:
        """Make aliases, legacy files and drift reference agree with the ledger, until it says nothing new."""
        while True:
            pointer, revision = self._current()
            self.registry.appoint(pointer.version, previous=pointer.previous, reason=pointer.reason)
            if pointer.version is not None:
                self._follow(pointer.version, pointer)
            if self._current()[1] == revision:
                return pointer

    def broke_off(self) -> str | None:
        """Return the rule of the last move if something does not follow it yet; None if everything does."""
        pointer = self.champion()
        try:
            reference = reference_in_use(self.model, lake=self.lake)
        except ReferenceUnreadable:
            reference = None
        # The reference is written last.
        if reference is not None and reference.version == pointer.version:
            return None
        reign = self._reign(pointer)
        return None if reign is None else reign.rule

    def _reign(self, pointer: ChampionPointer) -> Reign | None:
        """Return the champion's entry in the history, None for one that is older than the ledger."""
        return None if pointer.history_key is None else read(self.ledger, pointer.history_key, Reign)[0]

    def _require_followable(self, sealed: SealedModel) -> None:
        """Check everything that the move will read, before anything is changed."""
        self.registry.training_of(sealed.version)
        if sealed.record().referenced:
            sealed.read(training_keys.PROFILE_NAME)
        sealed.files(LEGACY)

    def _follow(self, version: str, pointer: ChampionPointer) -> None:
        """Publish the champion's legacy files and point drift checks at its profile."""
        digest = pointer.sha256
        if digest is None:  # champion since before versions were sealed
            record = record_of_version(version, model=self.model, lake=self.lake, registry=self.registry)
            profile = training_keys.training_profile(self.model, record.training_id)
        else:
            sealed = self._opened(digest)
            record, profile = sealed.record(), f"{lake_keys.sealed(self.model, digest)}{training_keys.PROFILE_NAME}"
            _publish_legacy(sealed, lake=self.lake)
        reference = ChampionReference(
            version=version,
            training_id=record.training_id,
            profile_key=profile if record.referenced else None,
            dataset=record.dataset,
            importances=record.importances,
            sha256=digest,
            fitted_by=None if record.recalibrates is None else record.recalibrates.training_id,
            previous=pointer.previous,
            since=reign.since if (reign := self._reign(pointer)) else None,
        )
        self.lake.write(lake_keys.champion_reference(self.model), reference.model_dump_json(indent=2).encode())

    def _writes(self, before: ChampionPointer, revision: int, move: Move, *, now: datetime) -> list[LedgerWrite]:
        """Return what one move changes: the pointer, the end of one reign and the beginning of the next."""
        version, sha256 = move.sealed.version, move.sealed.sha256
        ending = self._ending(before, version)
        # Entries sort by time, so one that whoever moves writes by a clock that is behind must not lie before the last.
        since = max([now, *(reign.since + timedelta.resolution for _, reign in ending)])
        key = ledger_keys.history(since, version)
        # The same champion, now under a seal, keeps its predecessor.
        previous = before.previous if before.version == version else before.version
        pointer = ChampionPointer(
            version=version, previous=previous, reason=move.reason, history_key=key, sha256=sha256
        )
        recalibrates = move.sealed.record().recalibrates
        reign = Reign(
            version=version,
            training_id=move.sealed.training_id,
            since=since,
            rule=move.rule,
            reason=move.reason,
            by=move.by,
            sha256=sha256,
            recalibrates=None if recalibrates is None else recalibrates.version,
        )
        noted = [key, ledger_keys.promotion(move.sealed.training_id)] if move.once else [key]
        return [
            written(ledger_keys.CHAMPION, pointer, expected_revision=revision),
            *(_ended(*each, at=since) for each in ending),
            *(written(each, reign, expected_revision=0) for each in noted),
        ]

    def _ending(self, before: ChampionPointer, version: str) -> list[tuple[LedgerEntry, Reign]]:
        """Return the reign that ends: the pointer's, or those that are open because the pointer is gone."""
        entries = [(each, parsed(each, Reign)) for each in self._entries_to_end(before, version)]
        return [each for each in entries if before.history_key is not None or each[1].until is None]

    def _entries_to_end(self, before: ChampionPointer, version: str) -> list[LedgerEntry]:
        if before.history_key is not None:
            found = self.ledger.get(before.history_key)
            return [] if found is None else [found]
        # Only people make the champion champion again, to repair a pointer; functions may not look through all entries.
        return self.ledger.entries(ledger_keys.HISTORY_PREFIX) if before.version == version else []

    def _digest(self, version: str) -> str | None:
        digests = [reign.sha256 for reign in self.history() if reign.version == version and reign.sha256]
        return digests[-1] if digests else None

    def _opened(self, digest: str) -> SealedModel:
        return sealed_model(self.model, digest, lake=self.lake)

    def _current(self) -> tuple[ChampionPointer, int]:
        pointer, revision = read(self.ledger, ledger_keys.CHAMPION, ChampionPointer)
        if pointer is not None:
            return pointer, revision
        # The stage is older than the ledger, or has no champion yet.
        known = ChampionPointer(
            version=self.registry.champion_version(),
            previous=self.registry.previous_version(),
            reason="the registry named it before there was a ledger",
        )
        return known, 0


def _ended(entry: LedgerEntry, reign: Reign, *, at: datetime) -> LedgerWrite:
    return written(entry.key, reign.model_copy(update={"until": at}), expected_revision=entry.revision)


def _publish_legacy(sealed: SealedModel, *, lake: Lake) -> None:
    prefix = f"{LEGACY}{lake_keys.LEGACY_MODELS_PREFIX}"
    files = sealed.contents.files
    wanted = LegacySet(
        training_id=sealed.training_id,
        sha256={path.removeprefix(prefix): files[path] for path in files if path.startswith(prefix)},
    )
    if wanted.sha256 and wanted != _legacy_set(lake):
        LegacyFiles.of(sealed.model, sealed.training_id, sealed.files(LEGACY)).publish(lake=lake)


def _legacy_set(lake: Lake) -> LegacySet | None:
    try:
        return LegacySet.model_validate_json(lake.read(lake_keys.LEGACY_SET))
    except (ObjectMissing, ValueError):
        return None
