"""The 16 features the NBA models have always used, from a table of games."""

from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from courtside.core.features.arrays import Floats
from courtside.core.features.builders.builder import Builder
from courtside.core.features.rest import rest_days
from courtside.core.features.rolling import trailing_mean
from courtside.core.features.season_phase import season_phase
from courtside.core.features.team_games import TeamGames

ROLLING_GAMES = 10
SATURDAY = 5


def build_nba_features(games: pa.Table) -> pa.Table:
    """Return one row per game: ids, date, season, teams, the 16 features and `home_win`, in date order.

    `games` has the canonical columns (`courtside.core.games`). A game is left out when a side has never
    played before, as it then has no history at all. No feature looks at the game's own score or at any
    later game. A game without a score yet has no `home_win`; it counts for the rest of the games after it, as it is in
    the schedule, and for nothing else.
    """
    games = games.sort_by([("game_date", "ascending"), ("game_id", "ascending")])
    columns = _team_columns(games) | _calendar_columns(games.column("game_date"))
    home_win = pc.greater(games.column("home_points"), games.column("away_points")).cast(pa.int8())
    kept = {name: games.column(name) for name in ("game_id", "game_date", "season", "home_team", "away_team")}
    made: dict[str, Any] = {**kept, **columns, "home_win": home_win}
    table = pa.table(made)
    known = ~(np.isnan(columns["home_rolling_ppg"]) | np.isnan(columns["away_rolling_ppg"]))
    return table.filter(pa.array(known))


def _team_columns(games: pa.Table) -> dict[str, Floats]:
    team = TeamGames.of(games)
    margin = team.scored - team.allowed
    rest = rest_days(team.day, team.season, team.start)
    mean = partial(trailing_mean, start=team.start, window=ROLLING_GAMES, known=team.played)
    per_team: dict[str, Floats] = {
        "rolling_win_pct": mean((margin > 0).astype(np.int64)),
        "rolling_ppg": mean(team.scored),
        "rolling_papg": mean(team.allowed),
        "rolling_margin": mean(margin),
        "rest_days": rest,
        "back_to_back": (rest == 0).astype(np.float64),
    }
    sides = {name: team.unsorted(values) for name, values in per_team.items()}
    return {
        f"{side}_{name}": pair[place] for place, side in enumerate(("home", "away")) for name, pair in sides.items()
    }


def _calendar_columns(day: Any) -> dict[str, Floats]:
    month = pc.month(day).to_numpy().astype(np.float64)
    weekday = pc.day_of_week(day).to_numpy().astype(np.float64)
    return {
        "month": month,
        "day_of_week": weekday,
        "is_weekend": (weekday >= SATURDAY).astype(np.float64),
        "season_phase": season_phase(month),
    }


BUILDER = Builder("nba", build_nba_features, seasons_before=1)
