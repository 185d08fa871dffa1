"""A reader of the legacy files that works as the notebooks do and also checks that all files belong to one training."""

import hashlib

from courtside.contracts import lake_keys
from courtside.contracts.records import LegacySet
from courtside.workflows.lake_documents import read_document
from courtside.workflows.ports import Lake


class LegacySetMixed(Exception):
    """Some files do not belong to the training that `set.json` names."""


def read_legacy_set(*, lake: Lake) -> dict[str, bytes]:
    described = read_document(LegacySet, lake_keys.LEGACY_SET, lake=lake)
    files = {name: lake.read(f"{lake_keys.LEGACY_MODELS_PREFIX}{name}") for name in described.sha256}
    foreign = [name for name in files if hashlib.sha256(files[name]).hexdigest() != described.sha256[name]]
    if foreign:
        raise LegacySetMixed(f"{', '.join(sorted(foreign))} not of training {described.training_id}")
    return files
