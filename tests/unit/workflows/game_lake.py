"""Games to load, and functions that read a lake of games as its readers do."""

import io
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from courtside.core.games import ReadGames, validate_games
from courtside.workflows.game_loads import PREFIX, GamesLoaded, load_games, unload_games
from courtside.workflows.loads import read_loads
from courtside.workflows.ports import Lake
from tests.unit.core.games.game_rows import Row, season_rows

NOW = datetime(2024, 3, 1, tzinfo=UTC)


WHOLE = [*season_rows(2010), *season_rows(2011)]


def given_rows(rows: list[Row]) -> ReadGames:
    return validate_games(pa.Table.from_pylist(rows), min_season_games=0)


def load(rows: list[Row], lake: Lake, **options: Any) -> GamesLoaded:
    when = {"now": NOW, "file": "games.csv", "progress": lambda _: None} | options
    return load_games(given_rows(rows), lake=lake, **when)


def unload(load_id: str, lake: Lake) -> GamesLoaded:
    return unload_games(load_id, lake=lake, now=NOW, progress=lambda _: None)


def games(lake: Lake) -> dict[str, tuple[int, int]]:
    """Return the scores that readers find, keyed by season and id."""
    found = {}
    for key in lake.keys(f"{PREFIX}season="):
        for row in pq.read_table(io.BytesIO(lake.read(key))).to_pylist():
            name = f"{row['season']} {row['game_id']}"
            assert name not in found, f"{name} is in the lake twice"
            found[name] = (row["home_points"], row["away_points"])
    return found


def scored(row: Row, home: int) -> Row:
    return row | {"home_points": home}


def load_ids(lake: Lake) -> list[str]:
    return [each.id for each in read_loads(PREFIX, lake=lake)[0].loads]
