"""The versions that predict a model's rows: the champion, and the shadows that the contract or a person names."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from courtside.contracts import ledger_keys
from courtside.contracts.errors import CourtsideError
from courtside.contracts.model_card import ModelInterface
from courtside.contracts.records import ApprovalRecord, ChampionPointer, Reign
from courtside.contracts.scoring import Role, ShadowPredictions
from courtside.workflows.ledger_documents import parsed, read
from courtside.workflows.ports import Champion, Lake, Ledger, Models
from courtside.workflows.sealed_models import SealedModel, all_sealed, sealed_model

MOST_WARM = 6
"""How many models are kept in memory; a stage's function serves one model after the other."""


class NotSealed(CourtsideError):
    """A version lies under no seal, so nobody could tell whether its files are the ones that were judged."""

    def __init__(self, version: str, model: str) -> None:
        self.version = version
        self.model = model
        super().__init__(
            f"version {version} of {model} is not under seal, so it predicts nothing: "
            f"`courtside predict --model {model} --version {version}` seals it, and so does "
            f"`courtside versions promote {version} --reason WHY --model {model}`, which makes it champion"
        )


class ReadsUnknown(CourtsideError):
    """A version does not say what it reads."""

    def __init__(self, version: str, model: str) -> None:
        self.version = version
        self.model = model
        super().__init__(
            f"version {version} of {model} does not say which columns it reads, because Courtside did not log it; "
            f"train another one with `courtside retrain --model {model}`"
        )


@dataclass(frozen=True, slots=True)
class Predicting:
    """A version that predicts, in its role; `model` is ready to do so and `interface` says what it reads."""

    version: str
    role: Role
    sha256: str
    model: Champion
    interface: ModelInterface

    def why_learned(self, day: date, time_column: str | None) -> str | None:
        """Say why what it says as of a day of `time_column` may be no prediction, None where it is one.

        It is none of rows that it may have learned from.
        """
        learned = self.interface.learned
        if learned is None:
            return None
        if self.interface.dated_otherwise(time_column):
            return (
                f"version {self.version} learned from rows up to {learned.until} by {self.interface.time_column}, and "
                f"nobody can tell which rows those are by {time_column}"
            )
        if learned.until >= day:
            return f"version {self.version} may have learned from rows of {day} or later"
        return None


@dataclass(frozen=True, slots=True)
class WarmModels:
    """Models that were opened once, by their seals, so that the next round need not read or build them again.

    A seal names the bytes, so what is warm is what the seal says, whatever has happened to the files since.
    `models_for` says what opens a sealed version.
    """

    models_for: Callable[[SealedModel], Models]
    _kept: dict[tuple[str, str], Champion] = field(default_factory=dict, compare=False, repr=False)

    def opened(self, model: str, sha256: str, *, lake: Lake) -> Champion:
        """Return the model under a seal; raises `SealBroken` and `ModelUnusable`."""
        key = (model, sha256)
        found = self._kept.pop(key, None) or self._cold(sealed_model(model, sha256, lake=lake))
        self._kept[key] = found  # the newest comes last
        while len(self._kept) > MOST_WARM:
            del self._kept[next(iter(self._kept))]
        return found

    def _cold(self, sealed: SealedModel) -> Champion:
        return sealed.opened(self.models_for(sealed))


@dataclass(frozen=True, slots=True)
class Versions:
    """A model's versions under seal, by the ledger; `ledger` is the model's own part of it."""

    model: str
    lake: Lake
    ledger: Ledger
    warm: WarmModels

    def pointer(self) -> ChampionPointer | None:
        """Return which version is champion now, None where the ledger names none."""
        found, _ = read(self.ledger, ledger_keys.CHAMPION, ChampionPointer)
        return None if found is None or found.version is None else found

    def champion(self, pointer: ChampionPointer) -> Predicting:
        """Return the champion, ready to predict.

        Raises `NotSealed`, `SealBroken`, `ModelUnusable` and `ReadsUnknown`.
        """
        return self._ready(pointer.version or "", Role.CHAMPION, pointer.sha256)

    def named(self, version: str) -> Predicting:
        """Return a version under seal, ready to predict; raises as `champion`."""
        return self._ready(version, Role.SHADOW, self._sealed(version))

    def shadows(self, pointer: ChampionPointer, named: Sequence[str]) -> Iterator[Predicting | ShadowPredictions]:
        """Yield the shadows that are named (``challenger``, ``previous``, ``12``), or what is wrong with one.

        A name that stands for nothing now, and the champion itself, are passed over; so is a version that was there
        already under another name.
        """
        seen = {pointer.version}
        for name in named:
            find: dict[str, Callable[[], tuple[str | None, str | None]]] = {
                Role.CHALLENGER: self._challenger,
                Role.PREVIOUS: lambda: (pointer.previous, None),
            }
            version, sha256 = find.get(name, lambda name=name: (name, None))()
            if version is None or version in seen:
                continue
            seen.add(version)
            role = Role(name) if name in find else Role.SHADOW
            try:
                yield self._ready(version, role, sha256 or self._sealed(version))
            except CourtsideError as error:
                yield ShadowPredictions(version=version, role=role, problem=str(error))

    def _ready(self, version: str, role: Role, sha256: str | None) -> Predicting:
        if sha256 is None:
            raise NotSealed(version, self.model)
        model = self.warm.opened(self.model, sha256, lake=self.lake)
        if model.interface is None:
            raise ReadsUnknown(version, self.model)
        return Predicting(version, role, sha256, model, model.interface)

    def _challenger(self) -> tuple[str | None, str | None]:
        """Return version and seal of the challenger that waits for a person's answer, None where none waits."""
        entries = self.ledger.entries(ledger_keys.APPROVALS_PREFIX)
        waiting = [each for each in (parsed(entry, ApprovalRecord) for entry in entries) if each.approved is None]
        for record in sorted(waiting, key=lambda each: each.asked_at, reverse=True):
            for sealed in all_sealed(self.model, lake=self.lake):
                if (sealed.version, sealed.training_id) == (record.challenger_version, record.training_id):
                    return sealed.version, sealed.sha256
        return None, None

    def _sealed(self, version: str) -> str | None:
        """Return the seal that a version was last champion with, or else one that it lies under."""
        entries = self.ledger.entries(ledger_keys.HISTORY_PREFIX)
        reigns = [reign for reign in (parsed(entry, Reign) for entry in entries) if reign.version == version]
        if digests := [reign.sha256 for reign in reigns if reign.sha256]:
            return digests[-1]
        return next(
            (sealed.sha256 for sealed in all_sealed(self.model, lake=self.lake) if sealed.version == version), None
        )
