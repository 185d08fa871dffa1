"""Games in the lake, one parquet file per season: the rows of datasets whose features are built from games."""

import io
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from courtside.contracts import lake_keys
from courtside.core.drift.errors import MissingColumns
from courtside.core.drift.reading import Days, UnreadableFile, unreadable
from courtside.core.drift.reading.foreign import Ends
from courtside.core.drift.reading.table import is_table_file
from courtside.core.games.schema import GAMES_SCHEMA
from courtside.core.parquet import parquet_content
from courtside.core.rows import require_times
from courtside.workflows.ports import Lake
from courtside.workflows.row_source import NoRows


class NoGames(NoRows):
    """The lake holds no games for the days that were asked for."""

    def __init__(self, wanted: str) -> None:
        super().__init__(wanted, what="games", command="courtside games load")


@dataclass(frozen=True, slots=True)
class GameRows:
    """The games of all seasons; features look back on `seasons_before` seasons before the first one (None: on all)."""

    seasons_before: int | None = None
    prefix: ClassVar[str] = lake_keys.GAMES_PREFIX

    def holds(self, key: str, days: Days) -> bool:
        """Say whether a season's games were played in these days, or features look back on them from there."""
        season = lake_keys.season_of(key)
        if season is None:  # somebody put the file there: its days are known only once it is read
            return is_table_file(key.removeprefix(self.prefix))
        # A season is named by the year it ends in and begins the year before: later seasons hold nothing yet.
        looks_back = self.seasons_before
        early = days.start is not None and looks_back is not None and season < days.start.year - looks_back
        late = days.end is not None and season > days.end.year + 1
        return not (early or late)

    def read(self, key: str, content: bytes) -> pa.Table:
        """Return one file's games; raises `UnreadableFile`, `MissingColumns`."""
        try:
            table = pq.read_table(io.BytesIO(content))
        except (pa.ArrowException, OSError, MemoryError) as error:
            raise unreadable(key, error, ends=Ends.of(content)) from error
        missing = [name for name in GAMES_SCHEMA.names if name not in table.column_names]
        if missing:
            raise MissingColumns(missing, table.column_names)
        try:
            return table.select(GAMES_SCHEMA.names).cast(GAMES_SCHEMA)
        except (pa.ArrowException, KeyError) as error:
            raise UnreadableFile(
                key, f"its columns are not those of games ({str(error).splitlines()[0]}); load them again"
            ) from error

    def check(self, table: pa.Table) -> None:
        """Raise `TimesMissing` for games without a date; everything else is validated when games are loaded."""
        require_times(table, "game_date")

    def none(self, wanted: str) -> NoGames:
        """Return the error that says how to load games."""
        return NoGames(wanted)


def store_games(games: pa.Table, *, lake: Lake) -> list[str]:
    """Write a validated games table into a lake of its own, one file per season, replacing existing ones.

    Return the keys.
    """
    keys = []
    for season in np.unique(games.column("season").to_numpy()).tolist():
        keys.append(lake_keys.games(season))
        lake.write(keys[-1], parquet_content(games.filter(pc.equal(games.column("season"), season))))
    return keys
