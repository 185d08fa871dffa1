"""Find the training behind a registered version."""

from courtside.contracts import training_keys
from courtside.contracts.errors import CourtsideError
from courtside.contracts.records import TrainingRecord
from courtside.workflows.lake_documents import read_document
from courtside.workflows.ports import Lake, ObjectMissing, Registry


class TrainingRecordMissing(CourtsideError):
    """The lake holds no record of the training that made a version."""

    def __init__(self, version: str) -> None:
        self.version = version
        super().__init__(
            f"the lake holds no record of the training that made version {version}, so its drift reference is unknown"
        )


def record_of_version(version: str, *, model: str, lake: Lake, registry: Registry) -> TrainingRecord:
    """Return the record of the training that registered `version`; raises `TrainingRecordMissing`."""
    training_id = registry.training_of(version)
    if training_id is None:
        raise TrainingRecordMissing(version)
    try:
        return read_document(TrainingRecord, training_keys.training_record(model, training_id), lake=lake)
    except ObjectMissing as error:
        raise TrainingRecordMissing(version) from error
