"""Who is champion: the ledger decides, and the registry's aliases and the drift reference follow it.

Every move is one conditional write, so two that happen at once cannot interleave: one of them finds the champion
changed. What follows the ledger is applied until it agrees with it, whoever applies it.
"""

from dataclasses import dataclass
from datetime import datetime

from courtside.contracts import lake_keys, ledger_keys
from courtside.contracts.errors import CourtsideError
from courtside.contracts.records import ChampionPointer, ChampionReference, Reign, TrainingRecord
from courtside.workflows.documents import read, written
from courtside.workflows.ports import Lake, Ledger, LedgerWrite, Registry
from courtside.workflows.training_records import record_of_version


class ChampionChanged(CourtsideError):
    """Another champion is in production than the one a step was decided about."""

    def __init__(self, *, expected: str | None, found: str | None) -> None:
        self.expected = expected
        self.found = found
        super().__init__(
            f"the champion is {_named(found)}, but this was decided about {_named(expected)}: somebody moved it "
            "meanwhile, so nothing was changed. `courtside versions history` shows who; train or decide again"
        )


def _named(version: str | None) -> str:
    return f"version {version}" if version else "nobody"


@dataclass(frozen=True, slots=True)
class Move:
    """A change of champion: to which version (None: to none), and why, by which rule, by whom."""

    version: str | None
    rule: str
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class Production:
    """The champion of one stage and its history in the ledger; the registry and the lake's drift reference follow."""

    ledger: Ledger
    registry: Registry
    lake: Lake

    def champion(self) -> ChampionPointer:
        """Return who is champion; before the ledger's first entry, whom the registry names."""
        return self._current()[0]

    def history(self) -> list[Reign]:
        """Return what was champion from when to when, oldest first."""
        entries = self.ledger.entries(ledger_keys.HISTORY_PREFIX)
        return [Reign.model_validate_json(entry.document) for entry in entries]

    def move(self, move: Move, *, expected: str | None, now: datetime) -> ChampionPointer:
        """Make the move if `expected` is champion, and let the rest follow; a move already made is only finished.

        Raises `ChampionChanged`, and `TrainingRecordMissing` before anything is changed.
        """
        before, revision = self._current()
        if before.version != move.version:
            if before.version != expected:
                raise ChampionChanged(expected=expected, found=before.version)
            if not self.ledger.put(*self._writes(before, revision, move, now=now)):
                raise ChampionChanged(expected=expected, found=self.champion().version)
        return self.settle()

    def settle(self) -> ChampionPointer:
        """Make aliases and drift reference what the ledger says, until it says nothing else any more."""
        while True:
            pointer, revision = self._current()
            self.registry.appoint(pointer.version, previous=pointer.previous, reason=pointer.reason)
            if pointer.version is not None:
                self._publish_reference(pointer.version)
            if self._current()[1] == revision:
                return pointer

    def _publish_reference(self, version: str) -> None:
        """Point drift checks at the profile of the training that made the champion."""
        reference = _reference(version, record_of_version(version, lake=self.lake, registry=self.registry))
        self.lake.write(lake_keys.CHAMPION_REFERENCE, reference.model_dump_json(indent=2).encode())

    def _writes(self, before: ChampionPointer, revision: int, move: Move, *, now: datetime) -> list[LedgerWrite]:
        """Return what one move changes: the pointer, the end of one reign and the beginning of the next."""
        key = ledger_keys.history(now, move.version or "none")
        pointer = ChampionPointer(version=move.version, previous=before.version, reason=move.reason, history_key=key)
        writes = [written(ledger_keys.CHAMPION, pointer, expected_revision=revision), *self._ended(before, now=now)]
        if move.version is not None:
            record = record_of_version(move.version, lake=self.lake, registry=self.registry)
            reign = Reign(
                version=move.version,
                training_id=record.training_id,
                since=now,
                rule=move.rule,
                reason=move.reason,
                by=move.by,
            )
            writes.append(written(key, reign, expected_revision=0))
        return writes

    def _ended(self, before: ChampionPointer, *, now: datetime) -> list[LedgerWrite]:
        if before.history_key is None:
            return []
        reign, revision = read(self.ledger, before.history_key, Reign)
        if reign is None:
            return []
        return [written(before.history_key, reign.model_copy(update={"until": now}), expected_revision=revision)]

    def _current(self) -> tuple[ChampionPointer, int]:
        pointer, revision = read(self.ledger, ledger_keys.CHAMPION, ChampionPointer)
        if pointer is not None:
            return pointer, revision
        # A stage from before the ledger, or one without any champion yet.
        known = ChampionPointer(
            version=self.registry.champion_version(),
            previous=self.registry.previous_version(),
            reason="known to the registry before the ledger was",
        )
        return known, 0


def _reference(version: str, record: TrainingRecord) -> ChampionReference:
    return ChampionReference(
        version=version,
        training_id=record.training_id,
        profile_key=lake_keys.training_profile(record.training_id),
        dataset=record.dataset,
        importances=record.importances,
    )
