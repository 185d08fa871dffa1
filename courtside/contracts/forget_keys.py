"""Where it is written down in the lake that an id was erased; what is written there never names the id.

As in `lake_keys`, a name that could lead out of its prefix raises `NameUnusable`.
"""

import re

from courtside.contracts import lake_keys
from courtside.contracts.key_names import key_name

_ERASED = "erased.json"


def forgotten(model: str) -> str:
    """Prefix of the records of what was erased from a model's data, one for each time."""
    return f"{lake_keys.records(model)}forgotten/"


def forgotten_record(model: str, name: str) -> str:
    """Key of the record of one erasure; they sort by time."""
    return f"{forgotten(model)}{key_name(name, 'the name of an erasure')}.json"


def erased_of_table(dataset: str) -> str:
    """Key of the note of which files of a table had rows erased, which readers of the table pass over."""
    return f"{lake_keys.tables(dataset)}_{_ERASED}"


def erased_under_seal(model: str, sha256: str) -> str:
    """Key of the note of which files under a seal had rows erased; no training can write there."""
    return f"{lake_keys.sealed(model, sha256)}{_ERASED}"


def is_forgotten_record(key: str) -> bool:
    """Return whether a key is one of `forgotten_record`'s."""
    return re.fullmatch(rf"{re.escape(lake_keys.MODELS_PREFIX)}[^/]+/forgotten/[^/]+\.json", key) is not None


def is_about_erasures(key: str) -> bool:
    """Return whether what lies under a key says that something was erased."""
    return is_forgotten_record(key) or key.rpartition("/")[2] in {_ERASED, f"_{_ERASED}"}
