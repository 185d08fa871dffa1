"""Windows of a table whose rows have no times: each load is one, and its day is the one on which it was loaded."""

from courtside.contracts import training_keys
from courtside.contracts.errors import CourtsideError
from courtside.contracts.loads import Load, LoadState
from courtside.contracts.records import ChampionReference, DataManifest
from courtside.core.dataset import Dataset
from courtside.core.drift.reading import Days
from courtside.workflows.lake_documents import read_document
from courtside.workflows.loads import days_of_load, read_loads
from courtside.workflows.ports import Lake, ObjectMissing
from courtside.workflows.rows import rows_of


class NoNewLoad(CourtsideError):
    """The champion was trained on every load of these days."""

    def __init__(self, dataset: str, days: Days, champion: str) -> None:
        self.days = days
        since = f" from {days.start}" if days.start else ""
        super().__init__(
            f"champion version {champion} was trained on every load of {dataset}{since} before {days.end}; rows "
            f"without times are checked load by load, so load new ones with `courtside tables load --model {dataset}`"
        )


def newest_load(champion: ChampionReference, days: Days, *, lake: Lake, dataset: Dataset) -> Load:
    """Return the newest load of these days that the champion was not trained on; raises `NoNewLoad`, `LoadsDamaged`."""
    trained = frozen_keys(dataset.name, champion.training_id, lake=lake) or ()
    loads, _ = read_loads(rows_of(dataset).prefix, lake=lake)
    for load in reversed(loads.loads):
        if load.state is LoadState.LOADED and load.key not in trained and days.meets(days_of_load(load)):
            return load
    raise NoNewLoad(dataset.name, days, champion.version)


def frozen_keys(model: str, training_id: str, *, lake: Lake) -> set[str] | None:
    """Return the objects that a training without times was made on, None for another, or one that is not known."""
    try:
        manifest = read_document(DataManifest, training_keys.training_manifest(model, training_id), lake=lake)
    except ObjectMissing:
        return None
    return None if manifest.first_day else {each.key for each in manifest.objects}
