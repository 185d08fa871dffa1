"""The training that is due by schedule: how old the champion's data is, and whether there are newer rows."""

from datetime import date, timedelta

from courtside.contracts import training_keys
from courtside.contracts.records import ChampionReference, DataManifest, DueFacts
from courtside.core.dataset import Dataset
from courtside.core.drift.reading import Days
from courtside.core.rhythm import training_due
from courtside.workflows.lake_documents import read_document
from courtside.workflows.load_windows import NoNewLoad, newest_load
from courtside.workflows.ports import Lake, ObjectMissing
from courtside.workflows.row_days import days_with_rows


def due_training(
    champion: ChampionReference, *, today: date, newest: date | None, lake: Lake, dataset: Dataset
) -> DueFacts | None:
    """Return the training that the contract's `retrain.every` asks for by `today`, None where it asks for none.

    `newest` is the newest row's day where a check knows it. A champion whose training left no manifest has no age, so
    none is due. Raises what a check raises for files that cannot be read.
    """
    if dataset.retrain.every is None or (known_until := data_until(dataset.name, champion.data_of, lake=lake)) is None:
        return None
    since = training_due(known_until, every=dataset.retrain.every, today=today)
    if since is None:
        return None
    if dataset.time_column is None:
        newer = _has_new_load(champion, today, lake=lake, dataset=dataset)
    elif newest is not None:
        newer = newest >= known_until
    else:
        newer = known_until < today and bool(days_with_rows(Days(known_until, today), lake=lake, dataset=dataset))
    return DueFacts(since=since, data_until=known_until, newer=newer)


def data_until(model: str, training_id: str, *, lake: Lake) -> date | None:
    """Return the day before which the data of a training ends, None where it left no manifest.

    The data of rows without times ends with the training's day.
    """
    key = training_keys.training_manifest(model, training_id)
    try:
        manifest = read_document(DataManifest, key, lake=lake)
    except ObjectMissing:
        return None
    if manifest.last_day is None:
        return manifest.as_of
    return date.max if manifest.last_day == date.max else manifest.last_day + timedelta(days=1)


def _has_new_load(champion: ChampionReference, today: date, *, lake: Lake, dataset: Dataset) -> bool:
    try:
        newest_load(champion, Days(None, today + timedelta(days=1)), lake=lake, dataset=dataset)
    except NoNewLoad:
        return False
    return True
