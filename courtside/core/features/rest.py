"""Days of rest before a game."""

import numpy as np

from courtside.core.features.arrays import Floats, Ints

MOST_REST_DAYS = 7


def rest_days(day: Ints, season: Ints, start: Ints) -> Floats:
    """Days since the team's last game minus one, capped at 7; 7 at a season's first game.

    `day` counts days since an epoch, `start[i]` is where row i's team begins; all shape (n,), sorted by team and day.
    """
    here = np.arange(day.size)
    before = np.maximum(here - 1, 0)
    opening = (here == start) | (season != season[before])
    rest = np.clip(day - day[before] - 1, 0, MOST_REST_DAYS)
    return np.where(opening, MOST_REST_DAYS, rest).astype(np.float64)
