"""Features from ratings of teams: how good both sides are, how sure that is, and what their schedules cost them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from courtside.core.features.arenas import Places, home_places, is_neutral, neutral_places
from courtside.core.features.arrays import Floats, Ints
from courtside.core.features.builders.builder import Builder
from courtside.core.features.elo import elo_ratings
from courtside.core.features.margin_ratings import margin_ratings
from courtside.core.features.matchups import Matchups
from courtside.core.features.rest import rest_days
from courtside.core.features.rolling import trailing_mean
from courtside.core.features.season_phase import season_phase
from courtside.core.features.team_games import TeamGames

RECENT_GAMES = 20
WEEK = 7
DECIMALS = 6
"""Ratings are rounded so that the last bits, which depend on the processor, tell no two rows apart."""
_KEPT = ("game_id", "game_date", "season", "home_team", "away_team")


def build_nba_ratings(games: pa.Table) -> pa.Table:
    """Return one row per game: ids, date, season, teams, features from ratings and schedules, and `home_win`.

    `games` has the canonical columns (`courtside.core.games`); rows come in date order. A game is left out when a side
    has never played before. No feature looks at a score of the game's own day or of a later one. A game without a score
    yet has no `home_win`; it counts for rest, travel and density of the games after it, and for nothing else.
    """
    games = games.sort_by([("game_date", "ascending"), ("game_id", "ascending")])
    matchups, team = Matchups.of(games), TeamGames.of(games)
    schedule = _Schedule.of(games, team)
    sides = schedule.columns()
    tired = (sides["home_back_to_back"], sides["away_back_to_back"])
    rated = margin_ratings(matchups, tired=tired, neutral=schedule.neutral.astype(np.float64))
    home, away = elo_ratings(matchups)
    columns: dict[str, Any] = {
        "expected_margin": rated.expected_margin,
        "rating_uncertainty": rated.uncertainty,
        "elo_difference": home - away,
        **sides,
        "is_playoff": games.column("is_playoff").cast(pa.float64()).to_numpy(),
        "season_phase": season_phase(pc.month(games.column("game_date")).to_numpy().astype(np.float64)),
    }
    made: dict[str, Any] = {name: games.column(name) for name in _KEPT}
    made |= {name: np.round(values, DECIMALS) for name, values in columns.items()}
    made["home_win"] = pc.greater(games.column("home_points"), games.column("away_points")).cast(pa.int8())
    return pa.table(made).filter(pa.array(schedule.both_have_played))


@dataclass(frozen=True, slots=True)
class _Schedule:
    """What the schedule says: each team's games, the places where they are, and where each team is at home.

    `places` and `homes` are those of the sorted rows of `team`, shape (2n,); `neutral` is of the games, shape (n,).
    """

    team: TeamGames
    places: Places
    homes: Places
    neutral: Any

    @classmethod
    def of(cls, games: pa.Table, team: TeamGames) -> "_Schedule":
        season = games.column("season").to_numpy().astype(np.int64)
        neutral = is_neutral(games.column("game_date").cast(pa.int32()).to_numpy().astype(np.int64))
        home, away = (
            home_places(games.column(name).cast(pa.string()).to_numpy(), season) for name in ("home_team", "away_team")
        )
        where = neutral_places(neutral.size).where(neutral, home)
        return cls(team, _twice(where, where, team.row), _twice(home, away, team.row), neutral)

    @property
    def both_have_played(self) -> Any:
        """Tell which games are no side's first, shape (n,)."""
        home, away = self.team.unsorted((np.arange(self.team.row.size) > self.team.start).astype(np.float64))
        return (home > 0) & (away > 0)

    def columns(self) -> dict[str, Floats]:
        """Return the features of both sides."""
        team, opening = self.team, self._season_start()
        rest = rest_days(team.day, team.season, team.start)
        form = trailing_mean(team.scored - team.allowed, start=opening, window=RECENT_GAMES, known=team.played)
        per_team = {
            "recent_margin": np.nan_to_num(form),  # before a season's first game nothing is known against a team
            "rest_days": rest,
            "back_to_back": (rest == 0).astype(np.float64),
            "games_last_week": self._games_last_week(),
            "travel_km": self._came_from(opening).km_to(self.places),
            "time_zones": self.places.hours - self.homes.hours,
        }
        sides = {name: team.unsorted(values) for name, values in per_team.items()}
        made = {
            f"{side}_{name}": pair[place] for place, side in enumerate(("home", "away")) for name, pair in sides.items()
        }
        del made["home_time_zones"]  # hardly anybody is at home in another time zone
        return made

    def _season_start(self) -> Ints:
        """Return the sorted index of the first game of each row's team in its season."""
        team, here = self.team, np.arange(self.team.row.size)
        begins = (here == team.start) | (team.season != team.season[np.maximum(here - 1, 0)])
        return np.maximum.accumulate(np.where(begins, here, 0))

    def _games_last_week(self) -> Floats:
        """Return how many games a team had in the `WEEK` days before the day of each, shape (2n,)."""
        team, here = self.team, np.arange(self.team.row.size)
        span = int(team.day.max(initial=0) - team.day.min(initial=0)) + WEEK + 1
        when = team.start * span + team.day - team.day.min(initial=0)  # grows from row to row, over all teams
        found: Floats = (here - np.searchsorted(when, when - WEEK)).astype(np.float64)
        return found

    def _came_from(self, opening: Ints) -> Places:
        """Return where a team played last in the season, or its home before it did."""
        here = np.arange(opening.size)
        return self.homes.where(here == opening, self.places.at(np.maximum(here - 1, 0)))


def _twice(home: Places, away: Places, row: Ints) -> Places:
    """Return the places of home and away sides in the order of sorted rows."""
    both = ((getattr(home, name), getattr(away, name)) for name in ("latitude", "longitude", "hours"))
    return Places(*(np.concatenate(pair)[row] for pair in both))


BUILDER = Builder("nba_ratings", build_nba_ratings, seasons_before=None)
