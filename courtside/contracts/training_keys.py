"""Where all that a training leaves lies in the lake bucket: the only place that spells a key of a training.

All other keys of the lake are in `lake_keys`. As there, a name that could lead out of its prefix raises `NameUnusable`.
"""

import re

from courtside.contracts import lake_keys
from courtside.contracts.key_names import key_name

MANIFEST_NAME = "manifest.json"
RECORD_NAME = "record.json"
SMOKE_NAME = "smoke.parquet"
PROFILE_NAME = "reference.profile"
_CARD_PAGE = "card.html"
_VERDICT = "gate.json"
_SPOOL = "spool/"
_SPOOLED_RUN = "run.json"


def trainings(model: str) -> str:
    """Prefix of all that a model's trainings leave."""
    return f"{lake_keys.records(model)}training/"


def training_manifest(model: str, training_id: str) -> str:
    """Key of the manifest that says which data one training uses, byte for byte."""
    return _key(model, training_id, MANIFEST_NAME)


def legacy_staged(training_id: str) -> str:
    """Prefix of a training's legacy files until all of them are there."""
    return f"{lake_keys.LEGACY_STAGED_PREFIX}{_training_id(training_id)}/"


def training_legacy(model: str, training_id: str) -> str:
    """Prefix of a training's legacy files, by their keys, until its challenger is promoted."""
    return _key(model, training_id, "legacy/")


def training_spool(model: str, training_id: str) -> str:
    """Prefix of a training's runs while the tracking server is away."""
    return _key(model, training_id, _SPOOL)


def spooled_run(model: str, training_id: str) -> str:
    """Key of the document that says what a spool holds.

    It is written last and removed first, as proof of a whole spool.
    """
    return f"{training_spool(model, training_id)}{_SPOOLED_RUN}"


def is_spooled_run(key: str) -> bool:
    """Tell whether a key is one that `spooled_run` gives."""
    return _is_of_training(key, f"{_SPOOL}{_SPOOLED_RUN}")


def spooled_rows(model: str, training_id: str) -> str:
    """Key of the holdout's features in a spool."""
    return f"{training_spool(model, training_id)}rows.parquet"


def spooled_models(model: str, training_id: str) -> str:
    """Prefix of the models in a spool, in their libraries' formats."""
    return f"{training_spool(model, training_id)}models/"


def spooled_attachments(model: str, training_id: str) -> str:
    """Prefix of the other files in a spool that its runs are to have."""
    return f"{training_spool(model, training_id)}attachments/"


def training_card(model: str, training_id: str) -> str:
    """Key of the model card as data, what its other forms are made from."""
    return _key(model, training_id, "card.json")


def training_card_page(model: str, training_id: str) -> str:
    """Key of the model card as a page."""
    return _key(model, training_id, _CARD_PAGE)


def is_training_card_page(key: str) -> bool:
    """Tell whether a key is one that `training_card_page` gives."""
    return _is_of_training(key, _CARD_PAGE)


def training_card_text(model: str, training_id: str) -> str:
    """Key of the model card as Markdown."""
    return _key(model, training_id, "card.md")


def training_smoke(model: str, training_id: str) -> str:
    """Key of the known rows, with the challenger's predictions, that a smoke check repeats."""
    return _key(model, training_id, SMOKE_NAME)


def training_record(model: str, training_id: str) -> str:
    """Key of the record of what one training did."""
    return _key(model, training_id, RECORD_NAME)


def training_profile(model: str, training_id: str) -> str:
    """Key of the drift reference of one training."""
    return _key(model, training_id, PROFILE_NAME)


def training_holdout(model: str, training_id: str) -> str:
    """Key of what challenger and champion predict for the same newest rows."""
    return _key(model, training_id, "holdout.parquet")


def training_verdict(model: str, training_id: str) -> str:
    """Key of the gate's verdict."""
    return _key(model, training_id, _VERDICT)


def judged_training(key: str) -> str | None:
    """Return the training whose verdict of the gate lies under a key, None for any other key."""
    found = re.fullmatch(rf"{lake_keys.MODELS_PREFIX}[^/]+/training/([^/]+)/{re.escape(_VERDICT)}", key)
    return found[1] if found else None


def _key(model: str, training_id: str, name: str) -> str:
    return f"{trainings(model)}{_training_id(training_id)}/{name}"


def _training_id(training_id: str) -> str:
    """Return the id; permissions are granted on the keys of all trainings (``*``)."""
    return training_id if training_id == "*" else key_name(training_id, "the id of a training")


def _is_of_training(key: str, name: str) -> bool:
    return re.fullmatch(rf"{lake_keys.MODELS_PREFIX}[^/]+/training/[^/]+/{re.escape(name)}", key) is not None
