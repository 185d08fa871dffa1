"""Which rows are predicted as of a day: those whose label is still to come.

These are the rows from that day on, as far ahead as the contract says, labelled already or not, and earlier ones that
have no label yet and may still get one. Rows without times are predicted while they have no label.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from courtside.contracts import lake_keys
from courtside.contracts.days import shifted
from courtside.contracts.errors import BadInput
from courtside.core.dataset import Dataset
from courtside.core.drift.reading import ALL_DAYS, Days
from courtside.core.features import build_features
from courtside.core.games.schema import GAMES_SCHEMA
from courtside.core.rows import within
from courtside.core.rows.ids import NoIds, id_columns_of, ids_of
from courtside.core.rows.sorting_out import sort_out
from courtside.core.tasks import is_labelled
from courtside.workflows.games import GameRows
from courtside.workflows.ports import Lake
from courtside.workflows.predict.apart import Room
from courtside.workflows.predict.counted_files import counted_files
from courtside.workflows.row_source import NoRows
from courtside.workflows.rows import ReadFile, reason, rows_within, usable_files

NO_HISTORY = "no earlier game of one of its teams, so it has no features"
SCORES = ("home_points", "away_points")


@dataclass(frozen=True, slots=True)
class Unusable:
    """Rows of one file that cannot be predicted: their ids, as far as they have some, and why each cannot."""

    file: str
    ids: tuple[str | None, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file of which nothing could be read, and why."""

    file: str
    reason: str

    def __str__(self) -> str:
        """Say it in a sentence."""
        return f"{self.file} was left out: {self.reason}"


Coming = ReadFile | Unusable | Unreadable
"""Rows of a file to predict, rows of one that cannot be predicted, or a file that could not be read."""


def days_looked_at(as_of: date, dataset: Dataset) -> Days:
    """Return the days in which a row that is predicted as of a day may lie."""
    if dataset.time_column is None:
        return ALL_DAYS
    first = shifted(as_of, timedelta(days=1) - dataset.label_delay)
    return Days(min(as_of, first), shifted(as_of, dataset.predict.ahead + timedelta(days=1)))


def coming_rows(as_of: date, *, lake: Lake, dataset: Dataset, room: Room) -> Iterator[Coming]:
    """Yield the rows to predict as of a day, file by file; there may be none.

    A table's files are not in memory together; `room` is for what has to be known of all of them. Raises `NoIds`,
    `NothingReadable`, `FilesDiffer` and `LoadsDamaged`.
    """
    if not id_columns_of(dataset):
        raise NoIds(dataset.name)
    days = days_looked_at(as_of, dataset)
    if dataset.builder is None:
        yield from _of_table(as_of, days, lake=lake, dataset=dataset, room=room)
        return
    try:
        files, quarantined = usable_files(days, lake=lake, dataset=dataset)
    except NoRows:
        return
    for each in quarantined:
        yield Unreadable(each.file, each.reason)
    yield from _of_games(as_of, days, files, lake=lake, dataset=dataset)


def _of_table(as_of: date, days: Days, *, lake: Lake, dataset: Dataset, room: Room) -> Iterator[Coming]:
    for file in counted_files(days, lake=lake, dataset=dataset, room=room):
        if not isinstance(file, ReadFile):
            yield Unreadable(file.file, file.reason)
            continue
        try:
            rows = _awaited(within(file.table, dataset.time_column, days), as_of, dataset)
        except (pa.ArrowException, KeyError) as error:
            yield Unreadable(file.name, str(error).splitlines()[0])
            continue
        good, wrong = _sorted_out(ReadFile(file.name, rows), dataset)
        yield good
        yield wrong


def _sorted_out(file: ReadFile, dataset: Dataset) -> tuple[ReadFile, Unusable]:
    """Return the rows of a file that can be predicted, and those that cannot, which may be all of them."""
    try:
        found = sort_out(file.table, dataset)
        ids_of(found.good, dataset)  # raises for ids that cannot be told apart
        own = found.wrong.select(list(range(2, found.wrong.num_columns)))  # rows may have a `reason` of their own
        wrong = Unusable(
            file.name,
            tuple(ids_of(own, dataset).to_pylist()),
            tuple(map(str, found.wrong.column(1).to_pylist())),
        )
    except (BadInput, pa.ArrowException, KeyError) as error:
        why = reason(error) if isinstance(error, BadInput) else str(error).splitlines()[0]
        rows = file.table.num_rows
        return ReadFile(file.name, file.table.slice(0, 0)), Unusable(file.name, (None,) * rows, (why,) * rows)
    return ReadFile(file.name, found.good), wrong


def _awaited(rows: pa.Table, as_of: date, dataset: Dataset) -> pa.Table:
    """Return the rows whose label is still to come as of a day."""
    awaited: Any = pc.invert(is_labelled(rows, dataset.target))
    if dataset.time_column is not None:
        days = rows.column(dataset.time_column).cast(pa.date32(), safe=False)
        awaited = pc.or_(awaited, pc.greater_equal(days, pa.scalar(as_of)))
    return rows.filter(awaited)


def _of_games(as_of: date, days: Days, files: Sequence[ReadFile], *, lake: Lake, dataset: Dataset) -> Iterator[Coming]:
    games, unreadable = games_known(as_of, days, files, lake=lake, dataset=dataset)
    built = within(build_features(games, dataset=dataset), "game_date", days)
    features = built.filter(built.column(dataset.target).is_null())
    coming = within(games.filter(games.column(SCORES[0]).is_null()), "game_date", days)
    without = sorted({*ids_of(coming, dataset).to_pylist()}.difference(ids_of(features, dataset).to_pylist()))
    name = lake.uri(lake_keys.GAMES_PREFIX)
    yield ReadFile(name, features)
    yield Unusable(name, tuple(without), (NO_HISTORY,) * len(without))
    yield from unreadable


def games_known(
    as_of: date, days: Days, files: Sequence[ReadFile], *, lake: Lake, dataset: Dataset
) -> tuple[pa.Table, list[Unreadable]]:
    """Return all games before the end of `days` as they are known as of a day, and the files that are unreadable."""
    played = rows_within(Days(end=days.end), files, dataset=dataset)
    scheduled, unreadable = _scheduled(days, lake=lake)
    scores = set(zip(*_keys(played), strict=True))
    waiting = [key not in scores for key in zip(*_keys(scheduled), strict=True)]
    games = pa.concat_tables([played, scheduled.filter(pa.array(waiting, pa.bool_()))])
    return _without_later_scores(games, as_of), unreadable


def _scheduled(days: Days, *, lake: Lake) -> tuple[pa.Table, list[Unreadable]]:
    """Return the games of these days' seasons that have no score yet, and the files that are unreadable."""
    tables, unreadable = [GAMES_SCHEMA.empty_table()], []
    for key in lake.keys(lake_keys.COMING_GAMES_PREFIX):
        season = lake_keys.season_of_coming(key)
        # A season is named by the year in which it ends.
        if season is None or not (days.start and days.end and days.start.year <= season <= days.end.year + 1):
            continue
        try:
            tables.append(GameRows().read(key, lake.read(key)))
        except BadInput as error:
            unreadable.append(Unreadable(lake.uri(key), reason(error)))
    return pa.concat_tables(tables), unreadable


def _keys(games: pa.Table) -> tuple[list[Any], list[Any]]:
    return games.column("season").to_pylist(), games.column("game_id").to_pylist()


def _without_later_scores(games: pa.Table, as_of: date) -> pa.Table:
    """Return games as they are known as of a day: those from that day on are still to be played."""
    later: Any = pc.greater_equal(games.column("game_date"), pa.scalar(as_of))
    for name in SCORES:
        field_, column = games.schema.field(name), games.column(name)
        known = pc.if_else(later, pa.scalar(None, field_.type), column)
        games = games.set_column(games.schema.get_field_index(name), field_, known)
    return games
