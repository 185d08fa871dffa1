"""What each load changed about the games, in the order in which the loads came."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from courtside.core.games.merge import GameKey, GameRow, LoadedGames, games_table, merge
from courtside.core.games.schema import CANCELLED


@dataclass(frozen=True, slots=True)
class GameRevision:
    """A game as a load left it: how often it had been told by then (from 1), and when for the first time."""

    row: GameRow
    revision: int
    first_seen: datetime
    cancelled: bool = False


def changes_of_last(loads: Iterable[tuple[datetime, LoadedGames]]) -> list[GameRevision]:
    """Return the games that the last of the loads brought or changed, ordered by date, then id."""
    told: dict[GameKey, int] = {}
    first: dict[GameKey, datetime] = {}
    games: dict[GameKey, GameRow] = {}
    found: list[GameRevision] = []
    for at, load in loads:
        before, games = games, merge([LoadedGames(tuple(games.values())), load])
        changed = [key for key in {*before, *games} if before.get(key) != games.get(key)]
        for key in changed:
            told[key] = told.get(key, 0) + 1
            first.setdefault(key, at)
        found = [
            GameRevision(games.get(key) or before[key], told[key], first[key], cancelled=key not in games)
            for key in changed
        ]
    return sorted(found, key=lambda each: (each.row.game_date, each.row.game_id))


def revisions_table(revisions: Iterable[GameRevision]) -> pa.Table:
    """Return the games of revisions in `GAMES_SCHEMA`, and whether each was taken out of the schedule."""
    listed = list(revisions)
    table = games_table(each.row for each in listed)
    return table.append_column(CANCELLED, pa.array([each.cancelled for each in listed], pa.bool_()))
