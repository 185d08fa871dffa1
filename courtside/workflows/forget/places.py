"""Every place in the lake where a row of a model, or its id, may lie, and what is done there to erase it."""

import re
from dataclasses import dataclass
from enum import Enum

from courtside.contracts import dashboard_keys, forget_keys, lake_keys, scoring_keys, training_keys
from courtside.workflows.quarantine import ORIGINAL
from courtside.workflows.sealed_models import LEGACY


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


def _matching(pattern: str) -> re.Pattern[str]:
    """Return what finds the keys below a pattern like those that permissions are granted on."""
    return re.compile(re.escape(pattern).replace(r"\*", "[^/]+"))


_FIRST, _LAST = 0, 2
_SEALS, _SET_ASIDE = lake_keys.sealed("*", "*"), lake_keys.quarantines("*")
_ORIGINAL = f"{_SET_ASIDE}*/{ORIGINAL}"
_ORIGINALS, _SPOOLED_ROWS = _matching(_ORIGINAL), _matching(training_keys.spooled_rows("*", "*"))
_PLACES = {
    f"{_SEALS}{training_keys.SMOKE_NAME}": Place("sealed known rows", Treatment.WITHOUT_COPIES, _FIRST),
    f"{_SEALS}{LEGACY}{lake_keys.LEGACY_FEATURES_PREFIX}": Place("sealed features", Treatment.CLEANED),
    _SEALS: Place("sealed models", Treatment.LOOKED_AT),
    training_keys.training_smoke("*", "*"): Place("known rows", Treatment.WITHOUT_COPIES, _FIRST),
    training_keys.spooled_models("*", "*"): Place("models that wait", Treatment.LOOKED_AT),
    training_keys.trainings("*"): Place("trainings", Treatment.CLEANED),
    lake_keys.contracts("*"): Place("contracts", Treatment.LOOKED_AT),
    forget_keys.forgotten("*"): Place("records of erasures", Treatment.LOOKED_AT),
    _ORIGINAL: Place("files set aside", Treatment.REMOVED),
    _SET_ASIDE: Place("rows set aside", Treatment.CLEANED),
    lake_keys.incidents("*"): Place("incidents", Treatment.CLEANED),
    scoring_keys.label_loads("*"): Place("loads of labels", Treatment.CLEANED),
    lake_keys.records("*"): Place("other records", Treatment.CLEANED),
    lake_keys.INCOMING_PREFIX: Place("files that arrived", Treatment.REMOVED),
    lake_keys.TABLES_PREFIX: Place("the table", Treatment.CLEANED, _LAST),
    lake_keys.ARRIVED_PREFIX: Place("archive: arrivals", Treatment.CLEANED, _LAST),
    lake_keys.PREDICTIONS_PREFIX: Place("archive: predictions", Treatment.CLEANED),
    lake_keys.LABELS_PREFIX: Place("archive: labels", Treatment.CLEANED),
    lake_keys.ARCHIVE_PREFIX: Place("archive: other tables", Treatment.CLEANED),
    dashboard_keys.DASHBOARD_PREFIX: Place("dashboard", Treatment.CLEANED),
    lake_keys.LEGACY_FEATURES_PREFIX: Place("features for older readers", Treatment.CLEANED),
    lake_keys.WATCH_PREFIX: Place("rounds", Treatment.CLEANED),
    lake_keys.TRACKING_BACKUPS_PREFIX: Place("backups of the tracking database", Treatment.REMOVED),
    lake_keys.QUERY_RESULTS_PREFIX: Place("results of queries", Treatment.REMOVED),
}
"""By patterns of keys; the first that fits counts."""
_FOUND = tuple((_matching(pattern), place) for pattern, place in _PLACES.items())


def sources(model: str) -> tuple[str, ...]:
    """Return the prefixes whose rows have ids and features: copies without ids are found by them."""
    return (lake_keys.tables(model), lake_keys.arrived_rows(model))


def others(model: str, *, legacy_set: bool) -> tuple[str, ...]:
    """Return all other prefixes below which something of a model may lie, one with a legacy set or one without."""
    legacy = (lake_keys.LEGACY_FEATURES_PREFIX,) if legacy_set else ()
    own = [each for each in lake_keys.all_of(model) if each not in sources(model)]
    of_all_models = (lake_keys.WATCH_PREFIX, lake_keys.TRACKING_BACKUPS_PREFIX, lake_keys.QUERY_RESULTS_PREFIX)
    return (*own, *legacy, dashboard_keys.pages(model), *of_all_models)


def is_of_model(key: str, model: str) -> bool:
    """Say whether an object below these prefixes is the model's, or of all models."""
    return not key.startswith(lake_keys.WATCH_PREFIX) or key.endswith(f"/{model}.json")


def place_of(key: str) -> Place:
    """Return what kind of object lies under a key of the lake."""
    return next((place for pattern, place in _FOUND if pattern.match(key)), Place("others", Treatment.LOOKED_AT))


def seal_and_path(key: str, model: str) -> tuple[str, str] | None:
    """Return the SHA-256 of the seal and the path of a file under one of a model's seals; None for any other key."""
    sha256, _, path = key.removeprefix(lake_keys.seals(model)).partition("/")
    return (sha256, path) if key.startswith(lake_keys.seals(model)) and path else None


def is_of_spool(key: str) -> bool:
    """Say whether a key is that of rows that wait for the tracking server."""
    return _SPOOLED_ROWS.fullmatch(key) is not None


def is_of_many_formats(key: str) -> bool:
    """Say whether an object is a file as people wrote it."""
    return key.startswith(lake_keys.INCOMING_PREFIX) or _ORIGINALS.match(key) is not None
