"""Read a training's rows exactly as its manifest names them: the same bytes, or none at all."""

import hashlib

from courtside.contracts.errors import BadInput
from courtside.contracts.forget_keys import erased_of_table
from courtside.contracts.records import DataManifest, ErasedFiles, FrozenObject
from courtside.core.dataset import Dataset
from courtside.workflows.forget.notes import erased_files
from courtside.workflows.ports import Lake, ObjectMissing
from courtside.workflows.rows import ReadFile, TrainingFeatures, rows_before, rows_of, training_features


class DataChanged(BadInput):
    """An object is no longer what was frozen."""

    def __init__(self, training_id: str, frozen: FrozenObject, problem: str) -> None:
        self.training_id = training_id
        self.frozen = frozen
        version = "" if frozen.version_id is None else f" (version {frozen.version_id})"
        super().__init__(
            f"training {training_id} was frozen with {frozen.key}{version}, which {problem}; put the object of SHA-256 "
            f"{frozen.sha256} back, or start a training under a new id, which freezes what is in the lake now"
        )


class DataErased(DataChanged):
    """An object had rows erased because a person asked for it, so the training cannot be repeated any more."""

    def __init__(self, training_id: str, frozen: FrozenObject, erased: ErasedFiles) -> None:
        self.training_id = training_id
        self.frozen = frozen
        self.at = erased.at
        BadInput.__init__(
            self,
            f"training {training_id} was frozen with {frozen.key}, from which rows were erased on request "
            f"({erased.at:%Y-%m-%d}), so it cannot be repeated; start a training under a new id, which freezes what is "
            "in the lake now",
        )


def frozen_features(manifest: DataManifest, *, lake: Lake, dataset: Dataset) -> TrainingFeatures:
    """Return the features of exactly the rows that `manifest` names; raises `DataChanged` and `DataErased`."""
    source = rows_of(dataset)
    files = [
        ReadFile(
            lake.uri(frozen.key),
            source.read(frozen.key, _content(manifest.training_id, frozen, lake, dataset.name)),
            frozen.revises,
        )
        for frozen in manifest.objects
    ]
    rows = rows_before(manifest.as_of, files, dataset=dataset)
    return training_features(rows, dataset=dataset, newest_rows=manifest.newest_rows)


def _content(training_id: str, frozen: FrozenObject, lake: Lake, dataset: str) -> bytes:
    try:
        content = lake.read(frozen.key, version_id=frozen.version_id)
    except ObjectMissing as error:
        raise _changed(training_id, frozen, "is no longer in the lake", lake=lake, dataset=dataset) from error
    if hashlib.sha256(content).hexdigest() != frozen.sha256:
        raise _changed(training_id, frozen, "holds other bytes now", lake=lake, dataset=dataset)
    return content


def _changed(training_id: str, frozen: FrozenObject, problem: str, *, lake: Lake, dataset: str) -> DataChanged:
    note = erased_files(erased_of_table(dataset), lake=lake)
    if note is not None and frozen.key in note.files:
        return DataErased(training_id, frozen, note)
    return DataChanged(training_id, frozen, problem)
