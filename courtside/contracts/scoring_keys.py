"""Where predictions, labels and what was said about performance lie in the lake, below the prefixes of `lake_keys`.

As there, a name that could lead out of its prefix raises `NameUnusable`.
"""

import re
from datetime import date

from courtside.contracts import lake_keys
from courtside.contracts.key_names import key_name


def unpredictable(model: str) -> str:
    """Prefix of all rows of a model that could not be predicted, beside what its files set aside."""
    return f"{lake_keys.quarantines(model)}predictions/"


def unpredictable_rows(model: str, day: date, digest: str) -> str:
    """Prefix of the rows that could not be predicted as of a day and were not known before, with their report."""
    return f"{unpredictable(model)}{day.isoformat()}-{key_name(digest, 'a digest of rows')}/"


def label_loads(model: str) -> str:
    """Prefix of the records of the labels that people loaded, one for each load."""
    return f"{lake_keys.records(model)}labels/"


def label_load(model: str, load_id: str) -> str:
    """Key of the record of one load of labels; it is written last."""
    return f"{label_loads(model)}{_load(load_id)}.json"


def begun_label_load(model: str, load_id: str) -> str:
    """Key of the note that a load of labels was begun, and after what."""
    return f"{label_loads(model)}_begun/{_load(load_id)}.json"


def performance_progress(model: str) -> str:
    """Key of the note of what the last check of a model's performance took into account; queries pass over it."""
    return f"{lake_keys.performance(model)}_progress.json"


def sequences(model: str) -> str:
    """Key of the note of how far a model's promise tests have counted; queries pass over it."""
    return f"{lake_keys.evidence(model)}_sequences.json"


def day_of_log(prefix: str, day: date) -> str:
    """Prefix of one day of an archive that is a log, such as `lake_keys.predictions` or `labels`."""
    return f"{prefix}dt={day.isoformat()}/"


def file_of_log(prefix: str, day: date, number: int) -> str:
    """Key of one file of a day's log; they are numbered from 1, and sort by their number."""
    return f"{day_of_log(prefix, day)}{number:06d}.parquet"


def log_file_of(key: str) -> tuple[date, int] | None:
    """Return day and number of a log's file, the inverse of `file_of_log`; None for any other key."""
    found = re.search(r"/dt=(\d{4}-\d\d-\d\d)/(\d{6,})\.parquet$", key)
    try:
        return None if found is None else (date.fromisoformat(found[1]), int(found[2]))
    except ValueError:  # digits that are not a day
        return None


def merged_file_of_log(prefix: str, day: date, first: int, last: int) -> str:
    """Key of one file that holds what several files of a day's log held, from one number to another."""
    return f"{day_of_log(prefix, day)}{first:06d}-{last:06d}.parquet"


def merged_log_file_of(key: str) -> tuple[date, int, int] | None:
    """Return day and numbers of a merged file, the inverse of `merged_file_of_log`; None for any other key."""
    found = re.search(r"/dt=(\d{4}-\d\d-\d\d)/(\d{6,})-(\d{6,})\.parquet$", key)
    try:
        return None if found is None else (date.fromisoformat(found[1]), int(found[2]), int(found[3]))
    except ValueError:  # digits that are not a day
        return None


def _load(load_id: str) -> str:
    return key_name(load_id, "the id of a load")
