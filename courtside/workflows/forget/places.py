"""Every place in the lake where a row of a model, or its id, may lie, and what is done there to erase it."""

import re
from dataclasses import dataclass
from enum import Enum

from courtside.contracts import dashboard_keys, lake_keys, training_keys


class Treatment(Enum):
    """What erases a row from an object that holds it."""

    CLEANED = "rewritten"
    """Written again without it; the earlier versions that hold it are removed."""
    WITHOUT_COPIES = "rewritten by features"
    """As `CLEANED`, by rows of features that are the same as those of its rows, as there are no ids."""
    REMOVED = "removed"
    """Removed with all versions."""
    LOOKED_AT = "not changed"
    """Only searched: what lies there is guarded by its SHA-256, or is of no kind that anything can be taken out of."""


@dataclass(frozen=True, slots=True)
class Place:
    """A kind of object: its name for people, what is done there, and in which turn.

    What is found by rows of other places has its turn before these, so that a run that broke off can be repeated.
    """

    name: str
    treatment: Treatment
    turn: int = 1


_FIRST, _LAST = 0, 2
_SEAL = re.compile(rf"{lake_keys.MODELS_PREFIX}[^/]+/sealed/[^/]+/")
_OF_TRAININGS = rf"{lake_keys.MODELS_PREFIX}[^/]+/training/[^/]+/"
_SPOOLED_ROWS = re.compile(rf"{_OF_TRAININGS}spool/rows\.parquet")
_PLACES = (
    (
        rf"{_SEAL.pattern}{re.escape(training_keys.SMOKE_NAME)}",
        Place("sealed known rows", Treatment.WITHOUT_COPIES, _FIRST),
    ),
    (rf"{_SEAL.pattern}legacy/.*\.parquet$", Place("sealed features", Treatment.CLEANED)),
    (_SEAL.pattern, Place("sealed models", Treatment.LOOKED_AT)),
    (rf"{_OF_TRAININGS}{re.escape(training_keys.SMOKE_NAME)}$", Place("known rows", Treatment.WITHOUT_COPIES, _FIRST)),
    (rf"{_OF_TRAININGS}spool/models/", Place("models that wait", Treatment.LOOKED_AT)),
    (_OF_TRAININGS, Place("trainings", Treatment.CLEANED)),
    (rf"{lake_keys.MODELS_PREFIX}[^/]+/contract/", Place("contracts", Treatment.LOOKED_AT)),
    (rf"{lake_keys.MODELS_PREFIX}[^/]+/forgotten/", Place("records of erasures", Treatment.LOOKED_AT)),
    (rf"{lake_keys.MODELS_PREFIX}[^/]+/quarantine/[^/]+/original/", Place("files set aside", Treatment.REMOVED)),
    (rf"{lake_keys.MODELS_PREFIX}[^/]+/quarantine/", Place("rows set aside", Treatment.CLEANED)),
    (rf"{lake_keys.MODELS_PREFIX}[^/]+/(?P<name>[^/]+)/", Place("records: {name}", Treatment.CLEANED)),
    (lake_keys.INCOMING_PREFIX, Place("files that arrived", Treatment.REMOVED)),
    (lake_keys.TABLES_PREFIX, Place("the table", Treatment.CLEANED, _LAST)),
    (lake_keys.ARRIVED_PREFIX, Place("archive: arrivals", Treatment.CLEANED, _LAST)),
    (r"archive/(?P<name>[^/]+)/", Place("archive: {name}", Treatment.CLEANED)),
    (dashboard_keys.DASHBOARD_PREFIX, Place("dashboard", Treatment.CLEANED)),
    (lake_keys.LEGACY_FEATURES_PREFIX, Place("features for older readers", Treatment.CLEANED)),
    (lake_keys.WATCH_PREFIX, Place("rounds", Treatment.CLEANED)),
    (lake_keys.TRACKING_BACKUPS_PREFIX, Place("backups of the tracking database", Treatment.REMOVED)),
)


def sources(model: str) -> tuple[str, ...]:
    """Return the prefixes whose rows have ids and features: copies without ids are found by them."""
    return (lake_keys.tables(model), lake_keys.arrived_rows(model))


def others(model: str, *, legacy_set: bool) -> tuple[str, ...]:
    """Return all other prefixes below which something of a model may lie, one with a legacy set or one without."""
    legacy = (lake_keys.LEGACY_FEATURES_PREFIX,) if legacy_set else ()
    own = [each for each in lake_keys.all_of(model) if each not in sources(model)]
    return (*own, *legacy, dashboard_keys.pages(model), lake_keys.WATCH_PREFIX, lake_keys.TRACKING_BACKUPS_PREFIX)


def is_of_model(key: str, model: str) -> bool:
    """Say whether an object below these prefixes is the model's, or of all models."""
    return not key.startswith(lake_keys.WATCH_PREFIX) or key.endswith(f"/{model}.json")


def place_of(key: str) -> Place:
    """Return what kind of object lies under a key of the lake."""
    for pattern, place in _PLACES:
        if found := re.match(pattern, key):
            return Place(place.name.format(**found.groupdict()), place.treatment, place.turn)
    return Place("other objects", Treatment.LOOKED_AT)


def seal_and_path(key: str) -> tuple[str, str, str] | None:
    """Return model, SHA-256 of the seal and path of a file under a seal; None for any other key."""
    found = re.fullmatch(rf"{lake_keys.MODELS_PREFIX}([^/]+)/sealed/([^/]+)/(.+)", key)
    return None if found is None else (found[1], found[2], found[3])


def is_of_spool(key: str) -> bool:
    """Say whether a key is that of rows that wait for the tracking server."""
    return _SPOOLED_ROWS.fullmatch(key) is not None


def is_of_many_formats(key: str) -> bool:
    """Say whether an object is a file as people wrote it."""
    return key.startswith(lake_keys.INCOMING_PREFIX) or "/original/" in key
