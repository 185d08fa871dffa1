"""Where everything lies in the lake bucket: this, and `training_keys`, `scoring_keys` and `drift_keys`, spell its keys.

No key is built from a name that could lead out of its prefix: every function here that takes a name raises
`NameUnusable` for such a name.
"""

import re
from datetime import date, datetime

from courtside.contracts.key_names import key_name

GAMES_PREFIX = "games/"
COMING_GAMES_PREFIX = "games/_coming/"
TABLES_PREFIX = "tables/"
INCOMING_PREFIX = "incoming/"
MODELS_PREFIX = "models/"
ARCHIVE_PREFIX = "archive/"
"""Prefix of all that people query, and of the decisions that some of it is made from."""
ARRIVED_PREFIX = "archive/arrivals/"
WATCH_PREFIX = "watch/"
INCIDENTS_PREFIX = "incidents/"
"""Prefix of the incidents of the stage itself; those of a model lie among its records."""
DRIFT_ROWS_PREFIX = "archive/drift/"
PREDICTIONS_PREFIX = "archive/predictions/"
LABELS_PREFIX = "archive/labels/"
PERFORMANCE_PREFIX = "archive/performance/"
EVIDENCE_PREFIX = "archive/evidence/"
PROMISE_TESTS_PREFIX = "archive/promise_tests/"
ESTIMATES_PREFIX = "archive/estimates/"
DECISIONS_PREFIX = "archive/decisions/"
DECISION_ROWS_PREFIX = "archive/decision_rows/"
INCIDENT_ROWS_PREFIX = "archive/incident_rows/"
PRODUCTION_ROWS_PREFIX = "archive/production_rows/"
RUN_ROWS_PREFIX = "archive/run_rows/"
TRACKING_BACKUPS_PREFIX = "backups/tracking/"
QUERY_RESULTS_PREFIX = "queries/"
"""Prefix of what queries on Athena found, until it expires."""
LEGACY_MODELS_PREFIX = "ml-models/"
LEGACY_FEATURES_PREFIX = "ml-features/"
LEGACY_STAGED_PREFIX = "ml-models/.staged/"
LEGACY_SET = "ml-models/set.json"
"""Whose the legacy files are, and their SHA-256: written last, so that it tells a whole set from a mixed one."""
_BACKFILLED, _BY_HAND = "-backfill", "manual-"
BACKUP_NAME = "%Y-%m-%dT%H%M%SZ.zip"


def games(season: int) -> str:
    """Key of one season's games (the year the season ends)."""
    return f"{GAMES_PREFIX}season={season}/games.parquet"


def season_of(key: str) -> int | None:
    """Season in a games key, the inverse of `games`; None where its folder names none."""
    season = key.removeprefix(f"{GAMES_PREFIX}season=").split("/", 1)[0]
    return int(season) if season.isdecimal() else None


def coming_games(season: int) -> str:
    """Key of one season's games that have no score yet; readers of games pass over it."""
    return f"{COMING_GAMES_PREFIX}season={season}.parquet"


def season_of_coming(key: str) -> int | None:
    """Season in a key of coming games, the inverse of `coming_games`; None for any other key."""
    season = key.removeprefix(f"{COMING_GAMES_PREFIX}season=").removesuffix(".parquet")
    return int(season) if season.isdecimal() else None


def contracts(model: str) -> str:
    """Prefix of the contracts that a model had, one object for each."""
    return f"{records(model)}contract/"


def contract(model: str, version: int, sha256: str) -> str:
    """Key of one contract of a model; what lies there is never replaced by another one."""
    return f"{contracts(model)}v{version}-{sha256[:12]}.yaml"


def incoming(model: str) -> str:
    """Prefix of the files that a model's rows arrive in."""
    return f"{INCOMING_PREFIX}{_model(model)}/"


def model_of_incoming(key: str) -> str:
    """Name of the model whose files arrive where a key lies below `incoming`; empty for a file that lies beside."""
    return key.partition("/")[0] if "/" in key else ""


def models_due(round_name: str) -> str:
    """Key of the list of the models that are due in one round of the watch."""
    return f"{_round(round_name)}.json"


def settled_round(round_name: str) -> str:
    """Prefix of what one round of the watch did with each model."""
    return f"{_round(round_name)}/"


def settled(round_name: str, model: str) -> str:
    """Key of what one round of the watch did with one model."""
    return f"{settled_round(round_name)}{_model(model)}.json"


def arrivals(model: str) -> str:
    """Prefix of the records of the files that arrived, one each."""
    return f"{records(model)}arrivals/"


def arrival(model: str, arrival_id: str) -> str:
    """Key of the record of one file that arrived."""
    return f"{arrivals(model)}{key_name(arrival_id, 'the id of an arrival')}.json"


def quarantines(model: str) -> str:
    """Prefix of all that a model's files set aside."""
    return f"{records(model)}quarantine/"


def quarantine(model: str, quarantine_id: str) -> str:
    """Prefix of a file that could not be used, whole or in part, with its report."""
    return f"{quarantines(model)}{key_name(quarantine_id, 'the id of a quarantined file')}/"


def incidents(model: str) -> str:
    """Prefix of the incidents of a model, or of the stage itself if the model is empty."""
    return f"{records(model)}{INCIDENTS_PREFIX}" if model else INCIDENTS_PREFIX


def incident(model: str, incident_id: str) -> str:
    """Key of the record of one incident, as it is in the end."""
    return f"{incidents(model)}{key_name(incident_id, 'the id of an incident')}.json"


def arrived_rows(model: str) -> str:
    """Prefix of the rows that came, by day, in a folder that query engines can read."""
    return f"{ARRIVED_PREFIX}model={_model(model)}/"


def arrived_load(model: str, day: date, load_id: str) -> str:
    """Key of what one load brought that was new or changed, and when; it is written once."""
    return f"{arrived_rows(model)}dt={day.isoformat()}/{_load(load_id)}.parquet"


def tables(dataset: str) -> str:
    """Prefix of the files of a dataset that brings its own table."""
    return f"{TABLES_PREFIX}{key_name(dataset, 'the name of a dataset')}/"


def loads(prefix: str) -> str:
    """Key of the record of what was loaded under a prefix; readers of tables pass over names that begin with ``_``."""
    return f"{prefix}_loads.json"


def loaded_games(load_id: str) -> str:
    """Key of the games of one load, from which the seasons are made."""
    return f"{GAMES_PREFIX}_loads/{_load(load_id)}.parquet"


def loaded_table(dataset: str, load_id: str) -> str:
    """Key of a file that was loaded into a dataset's table."""
    return f"{tables(dataset)}{_load(load_id)}.parquet"


def arriving_table(dataset: str, load_id: str) -> str:
    """Key of a file that is being loaded, until it is known to fit the others."""
    return f"{tables(dataset)}_arriving/{_load(load_id)}.parquet"


ARRIVING_TABLES = f"{TABLES_PREFIX}*/_arriving/*"
"""What a permission on the files that are being loaded is granted on."""


def unloaded_table(dataset: str, load_id: str) -> str:
    """Key of a file that was taken back out of a dataset's table."""
    return f"{tables(dataset)}_unloaded/{_load(load_id)}.parquet"


def seals(model: str) -> str:
    """Prefix of all that was sealed of a model."""
    return f"{records(model)}sealed/"


def sealed(model: str, sha256: str) -> str:
    """Prefix of what lies under a seal: no training can write there."""
    return f"{seals(model)}{sha256}/"


def champion_reference(model: str) -> str:
    """Key of the document that says what a model's drift is measured against."""
    return f"{records(model)}reference/champion.json"


def drift_rows_of(model: str) -> str:
    """Prefix of a model's drift reports, one row per feature."""
    return f"{DRIFT_ROWS_PREFIX}model={_model(model)}/"


def backfilled_check(check_id: str) -> str:
    """Return the id of the same check computed later: it must not stand in the way of the scheduled one's alert."""
    return f"{check_id}{_BACKFILLED}"


def is_backfilled(decision_key: str) -> bool:
    """Say whether a decision's key belongs to a check that was computed later, so that nobody was told anything."""
    return decision_key.endswith(f"{_BACKFILLED}.json")


def decided_by_hand(name: str) -> str:
    """Return the id, in place of a check's, of something that a person decided."""
    return f"{_BY_HAND}{name}"


def is_by_hand(decision_key: str) -> bool:
    """Say whether a decision's key belongs to something that a person decided."""
    return decision_key.rpartition("/")[2].startswith(_BY_HAND)


def decisions(model: str) -> str:
    """Prefix of the decisions about a model."""
    return f"{DECISIONS_PREFIX}model={_model(model)}/"


def decision(model: str, day: date, check_id: str) -> str:
    """Key of one logged decision."""
    return f"{decisions(model)}dt={day.isoformat()}/{_check(check_id)}.json"


def decision_of(key: str) -> tuple[date, str] | None:
    """Return day and id of the check in a decision's key, the inverse of `decision`; None for any other key."""
    found = re.fullmatch(rf"{re.escape(DECISIONS_PREFIX)}model=[^/]+/dt=(\d{{4}}-\d\d-\d\d)/([^/]+)\.json", key)
    try:
        return None if found is None else (date.fromisoformat(found[1]), found[2])
    except ValueError:  # digits that are not a day: no check wrote this
        return None


def predictions(model: str) -> str:
    """Prefix of a model's predictions, by the day as of which they were made; each day is a log."""
    return f"{PREDICTIONS_PREFIX}model={_model(model)}/"


def labels(model: str) -> str:
    """Prefix of a model's labels, by the day on which they were known; each day is a log."""
    return f"{LABELS_PREFIX}model={_model(model)}/"


def performance(model: str) -> str:
    """Prefix of what was stated about a model's performance, by the first day of the window; each day is a log."""
    return f"{PERFORMANCE_PREFIX}model={_model(model)}/"


def evidence(model: str) -> str:
    """Prefix of what promise tests of a model count, by the first day of the window; each day is a log."""
    return f"{EVIDENCE_PREFIX}model={_model(model)}/"


def promise_tests(model: str) -> str:
    """Prefix of what promise tests of a model said, by the day as of which they looked; each day is a log."""
    return f"{PROMISE_TESTS_PREFIX}model={_model(model)}/"


def estimates(model: str) -> str:
    """Prefix of a model's estimated performance, by the first day of the window; each day is a log."""
    return f"{ESTIMATES_PREFIX}model={_model(model)}/"


def tracking_backup(made_at: datetime) -> str:
    """Key of one copy of the tracking database; they sort by time."""
    return f"{TRACKING_BACKUPS_PREFIX}{made_at:{BACKUP_NAME}}"


def records(model: str) -> str:
    """Prefix of everything that is recorded about one model."""
    return f"{MODELS_PREFIX}{_model(model)}/"


def all_of(model: str) -> tuple[str, ...]:
    """Prefixes of all that the lake holds of one model alone; games belong to every model that learns from them."""
    scored = (predictions, labels, performance, evidence, promise_tests, estimates)
    archived = (key(model) for key in (arrived_rows, drift_rows_of, decisions, *scored))
    derived = (DECISION_ROWS_PREFIX, INCIDENT_ROWS_PREFIX, PRODUCTION_ROWS_PREFIX, RUN_ROWS_PREFIX)
    rows = (f"{prefix}model={_model(model)}/" for prefix in derived)
    return (records(model), tables(model), incoming(model), *archived, *rows)


def _model(model: str) -> str:
    """Return the name; permissions are granted on the keys of all models (``*``)."""
    return model if model == "*" else key_name(model, "the name of a model")


def _round(name: str) -> str:
    return f"{WATCH_PREFIX}{key_name(name, 'the name of a round')}"


def _load(load_id: str) -> str:
    return key_name(load_id, "the id of a load")


def _check(check_id: str) -> str:
    return key_name(check_id, "the id of a drift check")
