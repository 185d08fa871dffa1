"""Write which rows came when: one file a load, written once, whoever loaded it and however often that broke off."""

import pyarrow as pa

from courtside.contracts import lake_keys
from courtside.contracts.errors import BadInput
from courtside.contracts.loads import Load, LoadState
from courtside.core.dataset import Dataset
from courtside.core.drift.reading import ALL_DAYS
from courtside.core.games.history import changes_of_last, revisions_table
from courtside.core.games.merge import game_rows
from courtside.core.parquet import parquet_content
from courtside.core.rows.arrival_log import Delivery, logged
from courtside.core.rows.overlap import identity
from courtside.core.rows.revisions import earlier
from courtside.workflows.game_seasons import loaded_games
from courtside.workflows.loads import days_of_load, read_loads
from courtside.workflows.ports import Lake, ObjectMissing
from courtside.workflows.rows import rows_of


def log_loads(*, lake: Lake, dataset: Dataset) -> list[str]:
    """Write what the log of arrived rows lacks, and return the new keys; raises `LoadsDamaged`."""
    loads, _ = read_loads(rows_of(dataset).prefix, lake=lake)
    there, written = set(lake.keys(lake_keys.arrived_rows(dataset.name))), []
    for place, load in enumerate(loads.loads):
        key = lake_keys.arrived_load(dataset.name, load.loaded_at.date(), load.id)
        if load.state is not LoadState.LOADED or key in there:
            continue
        before = [each for each in loads.loads[:place] if each.state.counts]
        brought = _of_table if dataset.builder is None else _of_games
        table = brought(load, before, lake=lake, dataset=dataset)
        if table is not None and lake.claim(key, parquet_content(table)):
            written.append(key)
    return written


def _of_table(load: Load, before: list[Load], *, lake: Lake, dataset: Dataset) -> pa.Table | None:
    columns, days = identity(dataset), days_of_load(load) if dataset.time_column else ALL_DAYS
    beside = [each for each in before if columns and days_of_load(each).meets(days)]
    found = [(each, table) for each in beside if (table := _rows(each, lake=lake, dataset=dataset)) is not None]
    table = _rows(load, lake=lake, dataset=dataset)
    if table is None:
        return None
    revisions, first = earlier(table, [rows.select(columns) for _, rows in found], identity=columns)
    return logged(
        table,
        _delivery(load),
        revisions=[int(each) + 1 for each in revisions],
        first_seen=[load.loaded_at if at < 0 else found[at][0].loaded_at for at in first],
    )


def _of_games(load: Load, before: list[Load], *, lake: Lake, dataset: Dataset) -> pa.Table | None:
    beside = [each for each in before if not set(each.seasons).isdisjoint(load.seasons)]
    found = [(each, _rows(each, lake=lake, dataset=dataset)) for each in (*beside, load)]
    if found[-1][1] is None:
        return None
    changes = changes_of_last(
        (each.loaded_at, loaded_games(each, game_rows(table))) for each, table in found if table is not None
    )
    return logged(
        revisions_table(changes),
        _delivery(load),
        revisions=[each.revision for each in changes],
        first_seen=[each.first_seen for each in changes],
    )


def _rows(load: Load, *, lake: Lake, dataset: Dataset) -> pa.Table | None:
    """Return the rows of a load, None where its file is gone or damaged: the doctor and every reader say so."""
    try:
        return rows_of(dataset).read(load.key, lake.read(load.key))
    except (ObjectMissing, BadInput):
        return None


def _delivery(load: Load) -> Delivery:
    return Delivery(load.id, load.loaded_at, load.file, load.etag)
