"""Each game seen twice, once from each team's side, in the order in which the team plays them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from courtside.core.features.arrays import Floats, Ints


@dataclass(frozen=True, slots=True)
class TeamGames:
    """Two rows per game (n games → 2n rows), sorted by team, then date.

    `row` maps a sorted row back to its place before sorting: rows 0…n-1 are the home sides in the
    games' order, rows n…2n-1 the away sides. `start` is the sorted index of the row's team's first game. Games that are
    not `played` have no score yet: points of 0.
    """

    row: Ints
    start: Ints
    season: Ints
    day: Ints
    scored: Ints
    allowed: Ints
    played: NDArray[np.bool_]

    @classmethod
    def of(cls, games: pa.Table) -> "TeamGames":
        """Stack and sort a games table; ties in date are broken by the games' own order."""
        sides = [games.column(name).cast(pa.string()).chunks for name in ("home_team", "away_team")]
        teams = pa.chunked_array([chunk for chunks in sides for chunk in chunks])
        team = pc.rank(teams, tiebreaker="dense").to_numpy().astype(np.int64)
        day = _twice(_days(games))
        order = np.lexsort((day, team))
        first = np.flatnonzero(np.diff(team[order], prepend=-1))
        start = np.repeat(first, np.diff(first, append=team.size))
        home_points, away_points = _ints(games, "home_points"), _ints(games, "away_points")
        return cls(
            row=order,
            start=start,
            season=_twice(_ints(games, "season"))[order],
            day=day[order],
            scored=np.concatenate((home_points, away_points))[order],
            allowed=np.concatenate((away_points, home_points))[order],
            played=_twice(_played(games))[order],
        )

    def unsorted(self, values: Floats) -> tuple[Floats, Floats]:
        """Split sorted per-row values into (home, away), each in the games' order."""
        placed = np.empty_like(values)
        placed[self.row] = values
        half = values.size // 2
        return placed[:half], placed[half:]


def _ints(games: pa.Table, name: str) -> Ints:
    points: Any = games.column(name)
    found: Ints = points.fill_null(0).to_numpy().astype(np.int64)
    return found


def _played(games: pa.Table) -> NDArray[np.bool_]:
    scores = [games.column(name).is_valid() for name in ("home_points", "away_points")]
    return pc.and_(*scores).to_numpy()


def _days(games: pa.Table) -> Ints:
    return games.column("game_date").cast(pa.int32()).to_numpy().astype(np.int64)


def _twice(values: NDArray[Any]) -> NDArray[Any]:
    return np.concatenate((values, values))
