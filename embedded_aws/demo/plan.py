"""Decide when the demo's story takes place."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from courtside.contracts.errors import BadInput
from courtside.contracts.events import Window
from courtside.core.performance.windows import window_of

LAST_KNOWN_SEASON = 2010
QUIET_SEASON = 2011
CHANGED_SEASON = 2019
FOUR_WEEKS = timedelta(weeks=4)
# A first training needs some seasons to learn from and three to be the reference.
FIRST_NEEDED_SEASON = 2005
# The season after the change is predicted.
LAST_NEEDED_SEASON = 2020


class SeasonsMissing(BadInput):
    """The games do not cover the seasons that the demo's story needs."""

    def __init__(self, missing: list[int], *, found: tuple[int, int]) -> None:
        self.missing = missing
        super().__init__(
            f"the demo needs the seasons {FIRST_NEEDED_SEASON} to {LAST_NEEDED_SEASON} (named by the year they end "
            f"in); the games cover {found[0]} to {found[1]} and lack {', '.join(map(str, missing))}; "
            "give a file that has them, or leave --games away to use simulated games"
        )


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """The data known at the first training, the two windows that are checked after it, and sixteen weeks that follow.

    Four of these weeks are predicted before the retraining, and four after it; two models of the same games predict
    the `later` eight as well.
    """

    first_as_of: date
    quiet: Window
    changed: Window
    before: Window
    after: Window
    later: Window


def season_window(season: int) -> Window:
    """Return the year from 1 July to 1 July in which a season is played."""
    return Window(start=date(season - 1, 7, 1), end=date(season, 7, 1))


def plan_for(games: pa.Table) -> DemoPlan:
    """Return the plan if the games cover it; raises `SeasonsMissing`."""
    seasons = np.unique(games.column("season").to_numpy()).tolist()
    missing = [season for season in range(FIRST_NEEDED_SEASON, LAST_NEEDED_SEASON + 1) if season not in seasons]
    if missing:
        raise SeasonsMissing(missing, found=(seasons[0], seasons[-1]))
    before = window_of(date(CHANGED_SEASON, 12, 1), FOUR_WEEKS)
    after = window_of(before.end, FOUR_WEEKS)
    return DemoPlan(
        first_as_of=season_window(LAST_KNOWN_SEASON).end,
        quiet=season_window(QUIET_SEASON),
        changed=season_window(CHANGED_SEASON),
        before=before,
        after=after,
        later=Window(start=after.end, end=after.end + 2 * FOUR_WEEKS),
    )
