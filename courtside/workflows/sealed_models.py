"""A version under seal: its files where no training can write, found by the digest of all of them.

A training can overwrite what it has logged at any time. What becomes champion is therefore copied first, and whatever
loads it later names the digest that was decided about: other bytes are refused, whoever wrote them.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from pydantic import ValidationError

from courtside.contracts import lake_keys, training_keys
from courtside.contracts.errors import CourtsideError
from courtside.contracts.forget_keys import erased_under_seal
from courtside.contracts.records import ChampionReference, SealedFiles, TrainingRecord
from courtside.core.dataset import Dataset
from courtside.workflows.forget.notes import erased_files
from courtside.workflows.ports import (
    Champion,
    Lake,
    ModelNotTrusted,
    Models,
    ModelUnusable,
    ObjectMissing,
    Registry,
    Tracking,
)
from courtside.workflows.training_records import record_of_version

MODEL, LEGACY = "model/", "legacy/"


class SealBroken(CourtsideError):
    """A file under a seal is not what was sealed."""

    def __init__(self, model: str, sha256: str, path: str, problem: str) -> None:
        self.model = model
        self.sha256 = sha256
        self.path = path
        self.problem = problem
        super().__init__(
            f"{lake_keys.sealed(model, sha256)}{path} {problem}, so it was not used: somebody changed what was "
            "promoted. Restore the object's earlier version in the lake, or go back to another version with "
            f"`courtside versions rollback --to VERSION --model {model}`"
        )


class CannotBeSealed(CourtsideError):
    """A version lacks something that its promotion needs."""

    def __init__(self, model: str, version: str, problem: str) -> None:
        self.model = model
        self.version = version
        self.problem = problem
        super().__init__(
            f"version {version} cannot become champion of {model}: {problem}; train again with "
            f"`courtside retrain --model {model}`"
        )


@dataclass(frozen=True, slots=True)
class SealedModel:
    """A version's files under a seal; each is checked when it is read."""

    model: str
    sha256: str
    contents: SealedFiles
    lake: Lake

    @property
    def version(self) -> str:
        """Its version in the registry."""
        return self.contents.version

    @property
    def training_id(self) -> str:
        """The training that made it."""
        return self.contents.training_id

    def read(self, path: str) -> bytes:
        """Return one file; raises `SealBroken`."""
        expected = self.contents.files.get(path)
        if expected is None:
            raise SealBroken(self.model, self.sha256, path, "was never sealed")
        return _checked(self.model, self.sha256, path, expected, lake=self.lake)

    def files(self, folder: str) -> dict[str, bytes]:
        """Return the files of a folder (`MODEL`, `LEGACY`) by their paths in it; raises `SealBroken`."""
        paths = [path for path in self.contents.files if path.startswith(folder)]
        return {path.removeprefix(folder): self.read(path) for path in paths}

    def record(self) -> TrainingRecord:
        """Return the record of its training as it was when it was sealed; raises `SealBroken`."""
        return TrainingRecord.model_validate_json(self.read(training_keys.RECORD_NAME))

    def opened(self, models: Models) -> Champion:
        """Load it; raises `SealBroken` and `ModelUnusable`."""
        files = self.files(MODEL)
        try:
            return models.opened(self.version, files)
        except ModelUnusable as error:
            raise error.of(self.model) from error.__cause__


def seal(version: str, *, model: str, lake: Lake, registry: Registry) -> SealedModel:
    """Copy a version's files under their digest and return the seal; the same files always give the same seal.

    Raises `VersionMissing`, `TrainingRecordMissing`, `CannotBeSealed` and `TrackingUnavailable`.
    """
    record = record_of_version(version, model=model, lake=lake, registry=registry)
    if record.challenger_version != version:
        raise CannotBeSealed(
            model, version, f"the record of training {record.training_id} names another version as its own"
        )
    files = {f"{MODEL}{path}": content for path, content in registry.model_files(version).items()}
    if not files:
        raise CannotBeSealed(model, version, "its model's files are gone from the tracking server's artifacts")
    files |= _of_training(version, record, model=model, lake=lake)
    contents = SealedFiles(
        version=version,
        training_id=record.training_id,
        files={path: _sha256(files[path]) for path in sorted(files)},
    )
    manifest = json.dumps(contents.model_dump(), indent=2, sort_keys=True).encode()
    digest = _sha256(manifest)
    # The manifest comes last, so a copy that broke off has none.
    for path, content in (*files.items(), (training_keys.MANIFEST_NAME, manifest)):
        lake.write(f"{lake_keys.sealed(model, digest)}{path}", content)
    return SealedModel(model, digest, contents, lake)


def _of_training(version: str, record: TrainingRecord, *, model: str, lake: Lake) -> dict[str, bytes]:
    training_id = record.training_id
    needed = {training_keys.SMOKE_NAME: training_keys.training_smoke(model, training_id)}
    if record.referenced:
        needed[training_keys.PROFILE_NAME] = training_keys.training_profile(model, training_id)
    files = {training_keys.RECORD_NAME: record.model_dump_json(indent=2).encode()}
    for path, key in needed.items():
        try:
            files[path] = lake.read(key)
        except ObjectMissing as error:
            raise CannotBeSealed(model, version, f"its training left no {path} ({key})") from error
    legacy = training_keys.training_legacy(model, training_id)
    return files | {f"{LEGACY}{key.removeprefix(legacy)}": lake.read(key) for key in lake.keys(legacy)}


def sealed_model(model: str, sha256: str, *, lake: Lake) -> SealedModel:
    """Return the seal with a digest; its manifest is checked here, each file when it is read.

    Raises `SealBroken`.
    """
    manifest = _checked(model, sha256, training_keys.MANIFEST_NAME, sha256, lake=lake)
    return SealedModel(model, sha256, SealedFiles.model_validate_json(manifest), lake)


def all_sealed(model: str, *, lake: Lake) -> Iterator[SealedModel]:
    """Yield what lies under a seal, in the order of the digests."""
    prefix = lake_keys.seals(model)
    for key in lake.keys(prefix):
        digest, _, path = key.removeprefix(prefix).partition("/")
        if path == training_keys.MANIFEST_NAME:
            with suppress(SealBroken):  # one that somebody changed is no seal, and must hide no other
                yield sealed_model(model, digest, lake=lake)


def drift_profile(champion: ChampionReference, *, lake: Lake) -> bytes:
    """Return the profile that drift is measured against.

    Raises `NoReference`, `SealBroken`, or `ObjectMissing` without a seal.
    """
    if champion.profile_key is None:
        raise NoReference(champion.dataset, champion.version)
    if champion.sha256 is None:
        return lake.read(champion.profile_key)
    return sealed_model(champion.dataset, champion.sha256, lake=lake).read(training_keys.PROFILE_NAME)


def champion_model(model: str, *, lake: Lake, tracking: Tracking) -> Champion | None:
    """Load the champion: on a stage as it was sealed, else the one that the registry names.

    Returns None where there is none yet. Raises `SealBroken`, `ModelUnusable`, `ReferenceUnreadable` and
    `TrackingUnavailable`.
    """
    reference = reference_in_use(model, lake=lake)
    if reference is None or reference.sha256 is None:
        return tracking.champion()
    return sealed_model(model, reference.sha256, lake=lake).opened(tracking)


def reading_for_champion(dataset: Dataset, *, lake: Lake, tracking: Tracking) -> Dataset:
    """Return the contract, which also reads what only the champion needs, where rows still have it.

    Raises what `champion_model` raises.
    """
    reference = reference_in_use(dataset.name, lake=lake)
    if reference is None or reference.sha256 is None:
        interface = tracking.champion_interface()
    else:
        try:
            interface = sealed_model(dataset.name, reference.sha256, lake=lake).opened(tracking).interface
        except ModelNotTrusted:  # which will not be asked what it predicts either
            interface = None
    return dataset if interface is None else replace(dataset, also=tuple(interface.taken_as))


class NoReference(CourtsideError):
    """The champion was trained without a drift reference."""

    def __init__(self, model: str, version: str) -> None:
        self.model = model
        self.version = version
        super().__init__(
            f"champion version {version} of {model} was trained without a drift reference, so nothing can be compared "
            "with it; to get one, leave `drift: false` out of the contract and train again with "
            f"`courtside retrain --model {model}`"
        )


class ReferenceUnreadable(CourtsideError):
    """The document that names the champion's reference cannot be read."""

    def __init__(self, model: str, detail: str) -> None:
        self.model = model
        self.detail = detail
        super().__init__(
            f"{lake_keys.champion_reference(model)} does not name a champion ({detail}); write it again with "
            f'`courtside versions promote VERSION --reason "repair the reference" --model {model}`: '
            f"`courtside versions history --model {model}` shows which version is champion"
        )


def reference_in_use(model: str, *, lake: Lake) -> ChampionReference | None:
    """Return what the lake says about the champion, or None where it says nothing; raises `ReferenceUnreadable`."""
    try:
        return ChampionReference.model_validate_json(lake.read(lake_keys.champion_reference(model)))
    except ObjectMissing:
        return None
    except ValidationError as error:
        raise ReferenceUnreadable(
            model, f"{error.error_count()} problems, first: {error.errors()[0]['msg']}"
        ) from error


def _checked(model: str, sha256: str, path: str, expected: str, *, lake: Lake) -> bytes:
    try:
        content = lake.read(f"{lake_keys.sealed(model, sha256)}{path}")
    except ObjectMissing as error:
        raise SealBroken(model, sha256, path, "is gone") from error
    found = _sha256(content)
    if found != expected and not _is_erased(model, sha256, path, found, lake=lake):
        raise SealBroken(model, sha256, path, "holds other bytes than were sealed")
    return content


def _is_erased(model: str, sha256: str, path: str, found: str, *, lake: Lake) -> bool:
    """Say whether these bytes are what was left of a file when rows were erased from it on request."""
    note = erased_files(erased_under_seal(model, sha256), lake=lake)
    return note is not None and found in note.files.get(path, ())


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
