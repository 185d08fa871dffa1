"""Labels that come late into a model's own rows: the column of its table that is filled in, the scores of its games."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa

from courtside.contracts import lake_keys
from courtside.contracts.days import shifted
from courtside.core.dataset import Dataset
from courtside.core.drift.reading import ALL_DAYS, Days
from courtside.core.features import build_features
from courtside.core.labels.given import GIVEN, last_of_each, said_by_rows
from courtside.core.rows import within
from courtside.core.rows.ids import id_columns_of
from courtside.workflows.archive_log import labels_log
from courtside.workflows.games import GameRows
from courtside.workflows.label_store import Statement, open_day, places_of
from courtside.workflows.ports import Lake
from courtside.workflows.row_source import NoRows
from courtside.workflows.rows import usable_files

TABLE = "table"
"""The source of labels that a model's own rows have; the others are the ids of loads."""

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class TakenLabels:
    """How many labels the model's own rows brought, and of how many of its rows they say something else now."""

    new: int = 0
    changed: int = 0


def looked_back(dataset: Dataset) -> timedelta:
    """Return how far labels are looked for: twice the contract's delay, and yesterday's at least.

    What comes on a row's own day may come after that day's round.
    """
    return max(2 * dataset.label_delay, _ONE_DAY)


def take_labels(as_of: date, *, lake: Lake, dataset: Dataset, now: datetime) -> TakenLabels:
    """Add the labels that a model's rows have as of a day and that the store does not have of them.

    Of rows with times it looks at those of the days that `looked_back` says. A label that these rows have lost is
    taken back; one that a person has loaded stands until the rows say something new. Raises `NothingReadable`,
    `FilesDiffer`, `LoadsDamaged`, `LogBusy` and `LogDamaged`.
    """
    timed = dataset.time_column is not None
    days = Days(shifted(as_of, -looked_back(dataset)), shifted(as_of, _ONE_DAY)) if timed else ALL_DAYS
    said = last_of_each(pa.concat_tables([GIVEN.empty_table(), *said_by_model(days, lake=lake, dataset=dataset)]))
    if not said.num_rows:
        return TakenLabels()
    log = labels_log(dataset.name, lake=lake)
    places = places_of(log, None if days.start is None else shifted(days.start, -dataset.predict.ahead))
    statement = Statement(TABLE, said.column("id").combine_chunks(), said.column("label").combine_chunks())
    statement.read(log, places)
    differing = np.intersect1d(statement.news(), statement.own.news(statement.labels))
    changed = statement.newest.changed(differing)
    # What a person has said already is said again by the rows, so that it is known when these say something new.
    statement.add_to(log, open_day(as_of, places), lambda: np.arange(said.num_rows), now=now)
    return TakenLabels(len(differing) - changed, changed)


def said_by_model(days: Days, *, lake: Lake, dataset: Dataset) -> Iterator[pa.Table]:
    """Yield what the rows of these days say, in the order in which they came."""
    if dataset.builder is not None:
        yield from _without_score(days, lake=lake, dataset=dataset)
    try:
        files, _ = usable_files(days, lake=lake, dataset=dataset)
    except NoRows:
        return
    tables = [file.table for file in files]
    if dataset.builder is not None:
        tables = [build_features(pa.concat_tables(tables), dataset=dataset)]
    needed = {*id_columns_of(dataset), dataset.target}
    for table in tables:
        if needed <= set(table.column_names):
            yield said_by_rows(within(table, dataset.time_column, days), dataset)


def _without_score(days: Days, *, lake: Lake, dataset: Dataset) -> Iterator[pa.Table]:
    """Yield the games that have no score, as one that was withdrawn has none any more."""
    for key in lake.keys(lake_keys.COMING_GAMES_PREFIX):
        coming = within(GameRows().read(key, lake.read(key)), dataset.time_column, days)
        yield said_by_rows(coming.append_column(dataset.target, pa.nulls(coming.num_rows)), dataset)
