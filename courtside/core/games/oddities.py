"""Rows that can be set aside without losing the rest: which ones, and why."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from courtside.core.games.checks import Mask, codes, first_with_same_id, points
from courtside.core.games.quarantine import Oddity

LOWEST_SCORE, HIGHEST_SCORE = 30, 250
OPENING = (10, 1)  # no season has opened before October
CLOSING = (10, 20)  # the longest, 2019-20, lasted until October


def find_oddities(games: pa.Table) -> Mapping[Oddity, Mask]:
    """Return for each oddity the rows it concerns; a row may have several.

    Rows that are odd in themselves do not make others odd: of two games of a team on one day, the first
    that is otherwise sound stays.
    """
    home, away = points(games)
    low, high = np.minimum(home, away), np.maximum(home, away)
    odd = {
        Oddity.REPEATED: first_with_same_id(games) != np.arange(games.num_rows),
        Oddity.SCORE: (low < LOWEST_SCORE) | (high > HIGHEST_SCORE),
        Oddity.OUT_OF_SEASON: out_of_season(games),
    }
    odd[Oddity.TWICE_A_DAY] = _twice_a_day(games, aside=np.any(list(odd.values()), axis=0))
    return odd


def out_of_season(games: pa.Table, *, shift: int = 0) -> Mask:
    """Games dated outside the season they claim (plus `shift` years)."""
    year = games["season"].to_numpy().astype(np.int64) + shift
    day = games["game_date"].to_numpy().astype("datetime64[D]")
    return np.asarray((day < _day_of(year - 1, *OPENING)) | (day > _day_of(year, *CLOSING)))


def _day_of(year: np.ndarray, month: int, day: int) -> np.ndarray:
    months = (year - 1970).astype("datetime64[Y]").astype("datetime64[M]") + np.timedelta64(month - 1, "M")
    return months.astype("datetime64[D]") + np.timedelta64(day - 1, "D")


def _twice_a_day(games: pa.Table, *, aside: Mask) -> Mask:
    """The later games of a team on one day, in the table's order, ignoring the rows set `aside`."""
    team = codes(pa.chunked_array([*games["home_team"].chunks, *games["away_team"].chunks]))
    day = games["game_date"].to_numpy().astype("datetime64[D]").astype(np.int64)
    team_day = (np.tile(day, 2) * (int(team.max()) + 1) + team).reshape(2, -1)
    keys, counts = np.unique(team_day[:, ~aside], return_counts=True)
    contested = keys[counts > 1]
    twice = np.zeros(games.num_rows, bool)
    taken: set[int] = set()
    for row in np.flatnonzero(np.isin(team_day, contested).any(axis=0) & ~aside):
        pair = set(team_day[:, row].tolist())
        twice[row] = bool(pair & taken)
        if not twice[row]:
            taken |= pair
    return twice
