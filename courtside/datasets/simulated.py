"""A seeded simulator of NBA seasons: the default input of the demo, and data that anyone may have.

It keeps from the real thing: the number of teams and games by season, the calendar with its lockouts
and the 2020 bubble, rest and back-to-backs, published scoring levels (so regime changes are in it), a
declining home advantage, and team strengths that drift. Team and player results are invented.
"""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa

from courtside.core.games import GAMES_SCHEMA
from courtside.datasets.simulation.league import FIRST_SEASON, FRANCHISES, LAST_SEASON
from courtside.datasets.simulation.season import SeasonGames, play_season

ALL_SEASONS = range(FIRST_SEASON, LAST_SEASON + 1)


def simulate_games(seed: int = 7, *, seasons: Iterable[int] = ALL_SEASONS) -> pa.Table:
    """Simulate whole seasons, regular and playoffs, in `GAMES_SCHEMA`, ordered by date, then id.

    A season's games depend on the seed and the season only, whichever other seasons are asked for.

    Args:
        seed: any integer from 0.
        seasons: years the seasons end, from `ALL_SEASONS` (1980 to 2025: 55,000 games in about a second).

    Raises:
        ValueError: a season outside `ALL_SEASONS`.
    """
    wanted = sorted(set(seasons))
    unknown = [season for season in wanted if season not in ALL_SEASONS]
    if unknown:
        raise ValueError(f"no published figures for seasons {unknown}; ask for {FIRST_SEASON} to {LAST_SEASON}")
    tables = [_as_table(season, play_season(seed, season)) for season in wanted]
    return pa.concat_tables(tables).combine_chunks() if tables else GAMES_SCHEMA.empty_table()


def _as_table(season: int, games: SeasonGames) -> pa.Table:
    codes = np.array([team.code for team in FRANCHISES])
    home, away = codes[games.home], codes[games.away]
    written = np.char.replace(np.datetime_as_string(games.date, unit="D"), "-", "")
    game_id = np.char.add(np.char.add(written, home), away)
    order = np.argsort(game_id, kind="stable")  # ids begin with the date
    columns = [
        game_id,
        games.date.astype("datetime64[D]"),
        np.full(len(game_id), season, np.int16),
        home,
        away,
        games.home_points,
        games.away_points,
        games.is_playoff,
    ]
    arrays = [pa.array(column[order], field.type) for column, field in zip(columns, GAMES_SCHEMA, strict=True)]
    return pa.table(arrays, schema=GAMES_SCHEMA)
