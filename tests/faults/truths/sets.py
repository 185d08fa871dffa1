"""No set of files is half written: whatever names others names none that is missing or changed."""

import hashlib

from courtside.contracts import lake_keys, training_keys
from courtside.contracts.records import DataManifest, TrainingRecord
from courtside.core.parquet import read_parquet_content
from courtside.workflows.sealed_models import sealed_model
from tests.faults.model import Model
from tests.faults.truths.truth import Before, Forgiven, files, truth


@truth
def every_seal_is_whole(model: Model, _: Before, __: Forgiven) -> None:
    lake = model.stage.lake
    seals = lake_keys.seals(model.name)
    for key in lake.keys(seals):
        digest, _, name = key.removeprefix(seals).partition("/")
        if name == training_keys.MANIFEST_NAME:
            sealed = sealed_model(model.name, digest, lake=lake)
            for path in sealed.contents.files:
                sealed.read(path)


@truth
def every_training_that_has_a_record_has_the_rows_that_it_froze(model: Model, _: Before, __: Forgiven) -> None:
    lake = model.stage.lake
    for key in lake.keys(training_keys.trainings(model.name)):
        if key.endswith(f"/{training_keys.RECORD_NAME}"):
            record = TrainingRecord.model_validate_json(lake.read(key))
            manifest = training_keys.training_manifest(model.name, record.training_id)
            for frozen in DataManifest.model_validate_json(lake.read(manifest)).objects:
                content = lake.read(frozen.key, version_id=frozen.version_id)
                assert hashlib.sha256(content).hexdigest() == frozen.sha256


@truth
def every_table_can_be_read(model: Model, _: Before, __: Forgiven) -> None:
    for key in files(model):
        if key.endswith(".parquet") and "/model=" in key:
            read_parquet_content(model.stage.lake.read(key))
