"""Decide when the demo's story takes place."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from courtside.contracts.errors import BadInput
from courtside.contracts.events import Window

LAST_KNOWN_SEASON = 2010
QUIET_SEASON = 2011
CHANGED_SEASON = 2019
# A first training needs some seasons to learn from and three to be the reference.
FIRST_NEEDED_SEASON = 2005


class SeasonsMissing(BadInput):
    """The games do not cover the seasons that the demo's story needs."""

    def __init__(self, missing: list[int], *, found: tuple[int, int]) -> None:
        self.missing = missing
        super().__init__(
            f"the demo needs the seasons {FIRST_NEEDED_SEASON} to {CHANGED_SEASON} (named by the year they end in); "
            f"the games cover {found[0]} to {found[1]} and lack {', '.join(map(str, missing))}; "
            "give a file that has them, or leave --games away to use simulated games"
        )


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """The data known at the first training, and the two windows that are checked after it."""

    first_as_of: date
    quiet: Window
    changed: Window


def season_window(season: int) -> Window:
    """Return the year from 1 July to 1 July in which a season is played."""
    return Window(start=date(season - 1, 7, 1), end=date(season, 7, 1))


def plan_for(games: pa.Table) -> DemoPlan:
    """Return the plan if the games cover it; raises `SeasonsMissing`."""
    seasons = np.unique(games.column("season").to_numpy()).tolist()
    missing = [season for season in range(FIRST_NEEDED_SEASON, CHANGED_SEASON + 1) if season not in seasons]
    if missing:
        raise SeasonsMissing(missing, found=(seasons[0], seasons[-1]))
    return DemoPlan(
        first_as_of=season_window(LAST_KNOWN_SEASON).end,
        quiet=season_window(QUIET_SEASON),
        changed=season_window(CHANGED_SEASON),
    )
