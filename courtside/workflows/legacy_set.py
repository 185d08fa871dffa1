"""The legacy files as one set: staged, checked and only then moved to where they are read.

`set.json` is written last and names the SHA-256 of every file. A reader that checks it never takes files of two
trainings for one set; a reader that does not may see a mixed set for as long as the store needs to move six objects.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from courtside.contracts import lake_keys, training_keys
from courtside.contracts.errors import CourtsideError
from courtside.contracts.records import LegacySet
from courtside.workflows.lake_documents import read_document
from courtside.workflows.ports import Lake

_SET_NAME = lake_keys.LEGACY_SET.removeprefix(lake_keys.LEGACY_MODELS_PREFIX)


class LegacyFilesDamaged(CourtsideError):
    """A staged file is not what was written; what was published before is untouched."""

    def __init__(self, training_id: str, name: str) -> None:
        self.training_id = training_id
        self.name = name
        super().__init__(f"{name} of training {training_id} arrived damaged in the lake; train again")


@dataclass(frozen=True, slots=True)
class LegacyFiles:
    """What a training leaves for readers of the old names: the models' set, and the features it was fitted on.

    Both map file names to contents.
    """

    model: str
    training_id: str
    models: Mapping[str, bytes]
    features: Mapping[str, bytes]

    @classmethod
    def of(cls, model: str, training_id: str, files: Mapping[str, bytes]) -> Self:
        """Return the files that `keep` wrote, by their keys below `training_keys.training_legacy`."""
        models, features = (
            {key.removeprefix(prefix): content for key, content in files.items() if key.startswith(prefix)}
            for prefix in (lake_keys.LEGACY_MODELS_PREFIX, lake_keys.LEGACY_FEATURES_PREFIX)
        )
        return cls(model, training_id, models, features)

    def keep(self, *, lake: Lake) -> None:
        """Write them beside the training's record, where nobody mistakes them for the files in use."""
        for prefix, files in self._by_prefix():
            for name, content in files.items():
                lake.write(f"{training_keys.training_legacy(self.model, self.training_id)}{prefix}{name}", content)

    def publish(self, *, lake: Lake) -> None:
        """Replace the files in use, unless there is no model among these; raises `LegacyFilesDamaged`."""
        if not self.models:  # old readers know models of two classes only, and keep the last ones
            return
        # The set comes last: whatever it names is taken for published, and so are the features.
        for name, content in self.features.items():
            lake.write(f"{lake_keys.LEGACY_FEATURES_PREFIX}{name}", content)
        publish_legacy_set(self.training_id, self.models, lake=lake)

    def _by_prefix(self) -> tuple[tuple[str, Mapping[str, bytes]], ...]:
        return (lake_keys.LEGACY_MODELS_PREFIX, self.models), (lake_keys.LEGACY_FEATURES_PREFIX, self.features)


def publish_legacy_set(training_id: str, files: Mapping[str, bytes], *, lake: Lake) -> None:
    """Replace the legacy files (by name) with a training's, after finishing or undoing what a crash left.

    Raises `LegacyFilesDamaged`.
    """
    recover_legacy_set(lake=lake)
    staged = training_keys.legacy_staged(training_id)
    described = LegacySet(training_id=training_id, sha256={name: _sha256(files[name]) for name in files})
    for name, content in files.items():
        lake.write(f"{staged}{name}", content)
    for name, expected in described.sha256.items():
        if _sha256(lake.read(f"{staged}{name}")) != expected:
            raise LegacyFilesDamaged(training_id, name)
    # From here on, a crash is rolled forward.
    lake.write(f"{staged}{_SET_NAME}", _document(described))
    _finish(described, lake=lake)


def recover_legacy_set(*, lake: Lake) -> None:
    """Roll a set that was staged whole forward, and one that was not back."""
    left = lake.keys(lake_keys.LEGACY_STAGED_PREFIX)
    for key in left:
        if key.endswith(f"/{_SET_NAME}"):
            _finish(read_document(LegacySet, key, lake=lake), lake=lake)
    if left:
        lake.remove(lake.keys(lake_keys.LEGACY_STAGED_PREFIX))


def _finish(described: LegacySet, *, lake: Lake) -> None:
    staged = training_keys.legacy_staged(described.training_id)
    there = set(lake.keys(staged))
    names = [name for name in described.sha256 if f"{staged}{name}" in there]
    lake.move({f"{staged}{name}": f"{lake_keys.LEGACY_MODELS_PREFIX}{name}" for name in names})
    lake.write(lake_keys.LEGACY_SET, _document(described))
    lake.remove([f"{staged}{_SET_NAME}"])


def _document(described: LegacySet) -> bytes:
    return described.model_dump_json(indent=2).encode()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
