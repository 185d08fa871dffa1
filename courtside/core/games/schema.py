"""The canonical games table: one row per game, ordered by date, then game_id."""

import pyarrow as pa

_FIELDS: list[tuple[str, pa.DataType]] = [
    ("game_id", pa.string()),
    ("game_date", pa.date32()),
    ("season", pa.int16()),  # the year the season ends
    ("home_team", pa.string()),
    ("away_team", pa.string()),
    ("home_points", pa.int16()),
    ("away_points", pa.int16()),
    ("is_playoff", pa.bool_()),
]
GAMES_SCHEMA = pa.schema(_FIELDS)
GAME_COLUMNS: tuple[str, ...] = tuple(GAMES_SCHEMA.names)
CANCELLED = "is_cancelled"
"""A column that a file may have besides: which of its games without a score will not be played."""
