"""Games into the lake, one parquet file a season, and out of it again."""

import io
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from courtside.contracts import lake_keys
from courtside.contracts.errors import CourtsideError
from courtside.core.drift.quarantine import QuarantinedFile, TableSide
from courtside.core.drift.reading import NothingReadable
from courtside.core.games.schema import GAMES_SCHEMA
from courtside.workflows.ports import Lake


class NoGames(CourtsideError):
    """The lake holds no games for what was asked."""

    def __init__(self, wanted: str) -> None:
        self.wanted = wanted
        super().__init__(f"the lake holds no games {wanted}; load some with `courtside games load`")


def store_games(games: pa.Table, *, lake: Lake) -> list[str]:
    """Write a validated games table, one file a season, replacing those seasons; return the keys."""
    keys = []
    for season in np.unique(games.column("season").to_numpy()).tolist():
        content = io.BytesIO()
        pq.write_table(games.filter(pc.equal(games.column("season"), season)), content, compression="zstd")
        keys.append(lake_keys.games(season))
        lake.write(keys[-1], content.getvalue())
    return keys


def read_games(*, lake: Lake, until: date, since_season: int | None = None) -> pa.Table:
    """Read all games before the day `until`, of the seasons from `since_season` on; raises `NoGames`."""
    keys = _keys(lake, until, since_season)
    return _before(until, [pq.read_table(io.BytesIO(lake.read(key))) for key in keys])


def read_usable_games(*, lake: Lake, until: date, since_season: int) -> tuple[pa.Table, tuple[QuarantinedFile, ...]]:
    """Read the same games, setting files aside that cannot be used; raises `NoGames`, `NothingReadable`."""
    tables, quarantined = [], []
    for key in _keys(lake, until, since_season):
        try:
            table = pq.read_table(io.BytesIO(lake.read(key)))
            tables.append(table.select(GAMES_SCHEMA.names).cast(GAMES_SCHEMA))
        except (pa.ArrowException, OSError, KeyError) as error:
            reason = f"unreadable: {str(error).splitlines()[0]}"
            quarantined.append(QuarantinedFile(lake.uri(key), TableSide.CURRENT, reason))
    if quarantined and not tables:
        raise NothingReadable(lake.uri(lake_keys.GAMES_PREFIX), quarantined)
    return _before(until, tables), tuple(quarantined)


def _keys(lake: Lake, until: date, since_season: int | None) -> list[str]:
    return [key for key in lake.keys(lake_keys.GAMES_PREFIX) if _wanted(key, since_season, until)]


def _before(until: date, tables: list[pa.Table]) -> pa.Table:
    if not tables:
        raise NoGames(f"before {until}")
    games = pa.concat_tables(tables)
    games = games.filter(pc.less(games.column("game_date"), pa.scalar(until, pa.date32())))
    if games.num_rows == 0:
        raise NoGames(f"before {until}")
    return games


def _wanted(key: str, since_season: int | None, until: date) -> bool:
    season = lake_keys.season_of(key)
    # A season is named by the year it ends in and begins the year before: later ones hold nothing yet.
    return (since_season is None or season >= since_season) and season <= until.year + 1
