"""Which models a stage looks after: the ledger names each with its contract, and the contract lies in the lake.

The contract is written before the ledger names it, under a key of its own content, so whoever follows the ledger finds
what was added, or is told that somebody changed it by hand.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from courtside.contracts import lake_keys, ledger_keys
from courtside.contracts.errors import CourtsideError
from courtside.contracts.records import StageModel, StagePlace
from courtside.contracts.versioned import TooNew
from courtside.core.dataset import Dataset
from courtside.datasets.catalog import DatasetInvalid, parse_dataset
from courtside.workflows.ledger_documents import LedgerDocumentDamaged, parsed, read
from courtside.workflows.ledger_transactions import Documents, change_together
from courtside.workflows.ports import Lake, Ledger, ObjectMissing
from courtside.workflows.stage_model_errors import (
    ContractChanged,
    ModelNotNamed,
    ModelRemoved,
    ModelUnknown,
    NoModel,
    PlaceOfAnother,
    TaskDiffers,
    VersionNotRaised,
)


class Added(StrEnum):
    """What came of adding a contract."""

    NEW = "added"
    CHANGED = "changed"
    AGAIN = "added again"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class StageListing:
    """The models of a stage by name, and those whose entries cannot be read, each with the reason."""

    models: tuple[StageModel, ...]
    unreadable: Mapping[str, CourtsideError]

    @property
    def names(self) -> list[str]:
        """The names of all of them, sorted."""
        return sorted([*(each.name for each in self.models), *self.unreadable])


@dataclass(frozen=True, slots=True)
class StageModels:
    """The models of one stage; contracts that were read once are kept while the process lives.

    Errors name the stage's models where the caller `may_list` them, which people may and most functions may not.
    """

    ledger: Ledger
    lake: Lake
    may_list: bool = True
    _warm: dict[str, Dataset] = field(default_factory=dict, compare=False, repr=False)

    def add(self, content: bytes, *, source: str, by: str, now: datetime) -> tuple[StageModel, Added]:
        """Put a contract into the stage, as a new model or in place of the model's contract before.

        A contract that says the same changes nothing, except that it mends one that was changed by hand. Errors about
        the content call it `source`. Raises `DatasetInvalid`, `TooNew`, `TaskDiffers`, `VersionNotRaised`,
        `PlaceOfAnother` and `LedgerBusy`.
        """
        dataset = parse_dataset(source, content)
        entry, key = self._entry(dataset, content, by=by, now=now), ledger_keys.stage_model(dataset.name)

        def step(documents: Documents) -> tuple[StageModel, Added]:
            before = documents.find(key, StageModel)
            after = self._added(before, entry, dataset)
            _take_places(documents, dataset)
            if after.sha256 == entry.sha256:
                self.lake.write(entry.contract_key, content)
            documents.write(key, after)
            return after, _outcome(before, after)

        return change_together(self.ledger, step)

    def list(self) -> StageListing:
        """Return the stage's models, without those that were removed; one that cannot be read hides no other."""
        models, unreadable = [], {}
        for entry in self.ledger.entries(*ledger_keys.STAGE_MODELS):
            try:
                models.append(parsed(entry, StageModel))
            except (LedgerDocumentDamaged, TooNew) as error:
                unreadable[ledger_keys.stage_model_of(entry.key)] = error
        kept = [each for each in models if each.removed_at is None]
        return StageListing(tuple(sorted(kept, key=lambda each: each.name)), unreadable)

    def show(self, model: str) -> StageModel:
        """Return one of the stage's models; raises `ModelUnknown`, and `ModelRemoved` for one that was."""
        found, _ = read(self.ledger, ledger_keys.stage_model(model), StageModel)
        return self._required(model, found)

    def only(self, *, of_games: bool | None = None) -> str:
        """Return the name of the stage's only model, or of the only one of games, or of a table of its own.

        A model whose entry cannot be read counts, as nobody knows that it is not the one that is meant.
        Raises `NoModel` and `ModelNotNamed`.
        """
        listing = self.list()
        others = {each.name for each in listing.models if of_games not in {None, each.builder is not None}}
        known = [name for name in listing.names if name not in others]
        if not known:
            kinds = {None: "model", True: "model of games", False: "model of a table"}
            raise NoModel(kinds[of_games], listing.names)
        if len(known) > 1:
            raise ModelNotNamed(known)
        return known[0]

    def dataset(self, model: str) -> Dataset:
        """Return the contract of one of the stage's models.

        Raises `ModelUnknown`, `ContractChanged`, and `DatasetInvalid` or `TooNew` for one that this Courtside cannot
        read.
        """
        return self.said_by(self.show(model))

    def said_by(self, entry: StageModel) -> Dataset:
        """Return the contract that an entry names; raises as `dataset`, but for `ModelUnknown`."""
        if entry.sha256 not in self._warm:
            self._warm[entry.sha256] = parse_dataset(self.lake.uri(entry.contract_key), self.contract(entry))
        return self._warm[entry.sha256]

    def contract(self, entry: StageModel) -> bytes:
        """Return the YAML of a model's contract as it was added; raises `ContractChanged`."""
        uri = self.lake.uri(entry.contract_key)
        try:
            content = self.lake.read(entry.contract_key)
        except ObjectMissing as error:
            raise ContractChanged(entry.name, uri, "there is nothing") from error
        if (found := sha256(content).hexdigest()) != entry.sha256:
            raise ContractChanged(entry.name, uri, f"its SHA-256 is {found[:12]}…, not {entry.sha256[:12]}…")
        return content

    def pause(self, model: str) -> StageModel:
        """Let rounds pass over a model until it is resumed; doing it twice changes nothing. Raises `ModelUnknown`."""
        return self._update(model, paused=True)

    def resume(self, model: str) -> StageModel:
        """Let rounds look at a model again; raises `ModelUnknown`."""
        return self._update(model, paused=False)

    def remove(self, model: str, *, now: datetime) -> StageModel:
        """Let the stage forget a model, whose contracts and data stay where they are; raises `ModelUnknown`.

        One that was removed before stays removed since then.
        """

        def step(found: StageModel | None) -> StageModel:
            if found is not None and found.removed_at is not None:
                return found
            return self._required(model, found).model_copy(update={"removed_at": now})

        return self._change(model, step)

    def _entry(self, dataset: Dataset, content: bytes, *, by: str, now: datetime) -> StageModel:
        digest = sha256(content).hexdigest()
        return StageModel(
            name=dataset.name,
            version=dataset.version,
            sha256=digest,
            contract_key=lake_keys.contract(dataset.name, dataset.version, digest),
            added_at=now,
            added_by=by,
            task=dataset.task,
            builder=dataset.builder,
            owner=dataset.owner,
            alerts=dataset.alerts,
        )

    def _added(self, found: StageModel | None, entry: StageModel, dataset: Dataset) -> StageModel:
        """Return the model's entry with the contract of `entry`."""
        if found is None:
            return entry
        paused = found.paused and found.removed_at is None
        back = found.model_copy(update={"removed_at": None, "paused": paused})
        if entry.sha256 == found.sha256:
            return back
        before = self._says(found)
        if before == dataset:
            return back
        # Who is told, and where rows arrive, may change within one version.
        alike = before is not None and before.contract == dataset.contract
        if found.task != entry.task and self._has_learned(entry.name):
            raise TaskDiffers(entry.name, entry.task, before=found.task)
        if entry.version <= found.version and not alike:
            raise VersionNotRaised(entry.name, entry.version, before=found.version)
        return entry.model_copy(update={"paused": paused})

    def _has_learned(self, model: str) -> bool:
        """Tell whether the lake holds anything of a model that is of its task: versions, predictions or labels."""
        of_its_task = (lake_keys.seals(model), lake_keys.predictions(model), lake_keys.labels(model))
        return not self.may_list or any(self.lake.keys(prefix) for prefix in of_its_task)

    def _says(self, entry: StageModel) -> Dataset | None:
        """Return what the model's contract says; None where that cannot be read, so that another one can replace it."""
        try:
            return parse_dataset(entry.contract_key, self.contract(entry))
        except (ContractChanged, DatasetInvalid, TooNew):
            return None

    def _update(self, model: str, **update: object) -> StageModel:
        return self._change(model, lambda found: self._required(model, found).model_copy(update=update))

    def _required(self, model: str, found: StageModel | None) -> StageModel:
        if found is None:
            raise ModelUnknown(model, self._known())
        if found.removed_at is not None:
            kept = self.may_list and bool(self.lake.keys(found.contract_key))
            contract = self.lake.uri(found.contract_key) if kept else None
            raise ModelRemoved(model, found.removed_at, self._known(), contract=contract)
        return found

    def _known(self) -> Sequence[str] | None:
        return self.list().names if self.may_list else None

    def _change(self, model: str, step: Callable[[StageModel | None], StageModel]) -> StageModel:
        """Write the entry that `step` makes of the one that is there, and return it."""

        def one(documents: Documents) -> StageModel:
            after = step(documents.find(key, StageModel))
            documents.write(key, after)
            return after

        key = ledger_keys.stage_model(model)
        return change_together(self.ledger, one)


def _take_places(documents: Documents, dataset: Dataset) -> None:
    """Note that its places outside its own keys are this model's; raises `PlaceOfAnother`."""
    places = [("registered_model", dataset.place.registered_model), ("experiment", dataset.place.experiment)]
    if dataset.legacy_set:
        places.append(("legacy_set", lake_keys.LEGACY_MODELS_PREFIX.rstrip("/")))
    for kind, name in places:
        note, key = StagePlace(model=dataset.name), ledger_keys.place(kind, name)
        found = documents.read(key, note)
        if found.model != dataset.name:
            raise PlaceOfAnother(dataset.name, kind, name, found.model)
        documents.write(key, note)


def _outcome(before: StageModel | None, after: StageModel) -> Added:
    if before is None:
        return Added.NEW
    if before.removed_at is not None:
        return Added.AGAIN
    return Added.UNCHANGED if after == before else Added.CHANGED
