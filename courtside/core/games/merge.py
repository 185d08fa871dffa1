"""Several loads of games become one table: a later load replaces what was loaded before, game by game."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import pyarrow as pa

from courtside.contracts.errors import BadInput
from courtside.core.games.schema import GAME_COLUMNS, GAMES_SCHEMA

_EXAMPLES = 3
_LONGEST_SHOWN = 40


class GameKey(NamedTuple):
    """What makes two rows the same game: an id need not be unique beyond its season."""

    season: int
    game_id: str


class GameRow(NamedTuple):
    """One row of games, in the order of `GAME_COLUMNS`."""

    game_id: str
    game_date: date
    season: int
    home_team: str
    away_team: str
    home_points: int | None
    away_points: int | None
    is_playoff: bool

    @property
    def key(self) -> GameKey:
        """The game that it belongs to."""
        return GameKey(self.season, self.game_id)

    @property
    def has_score(self) -> bool:
        """Whether the game was played."""
        return self.home_points is not None and self.away_points is not None


Games = Mapping[GameKey, GameRow]


@dataclass(frozen=True, slots=True)
class LoadedGames:
    """The rows of one load; with `replaces`, its seasons keep nothing that was loaded before it.

    `cancelled` are games that will not be played: those without a score are no longer expected.
    """

    rows: tuple[GameRow, ...]
    replaces: bool = False
    cancelled: frozenset[GameKey] = frozenset()


class GamesClash(BadInput):
    """Games cannot be in the lake together with those that are there: pairs of one there and a new one, and why.

    `row_reason` says in a few words what is wrong with each of the new ones, which are `keys`.
    """

    row_reason = ""

    def __init__(self, pairs: list[tuple[GameRow, GameRow]], problem: str) -> None:
        self.keys = tuple(new.key for _, new in pairs)
        self.game_ids = tuple(new.game_id for _, new in pairs)
        super().__init__(problem)


class GameIdReused(GamesClash):
    """A game has the id that another game of its season has in the lake, and would replace that one."""

    row_reason = "the game_id of another game in the lake"

    def __init__(self, pairs: list[tuple[GameRow, GameRow]]) -> None:
        shown = "; ".join(
            f"{_cut(new.game_id)} is {_told(old)} there and {_told(new)} here" for old, new in pairs[:_EXAMPLES]
        )
        super().__init__(
            pairs,
            f"{len(pairs)} games have the id of another game of their season in the lake ({shown}); give every game "
            "of a season an id of its own, or first take the wrong load back (`courtside games loads` lists them)",
        )


class GamePlayedTwice(GamesClash):
    """A game is in the lake already under another id, so that it would count twice."""

    row_reason = "a team that plays in another game of the lake on the same day"

    def __init__(self, pairs: list[tuple[GameRow, GameRow]]) -> None:
        shown = "; ".join(
            f"{_told(new)} is {_cut(new.game_id)} here, and {_cut(old.game_id)} has {_told(old)}"
            for old, new in pairs[:_EXAMPLES]
        )
        super().__init__(
            pairs,
            f"{len(pairs)} games are of a team that plays on the same day in another game of the lake ({shown}); give "
            "a game the id that it has there, or first take the wrong load back (`courtside games loads` lists them)",
        )


def game_rows(table: pa.Table) -> tuple[GameRow, ...]:
    """Return the rows of a table in `GAMES_SCHEMA`."""
    return tuple(map(GameRow._make, zip(*(table.column(name).to_pylist() for name in GAME_COLUMNS), strict=True)))


def games_table(rows: Iterable[GameRow]) -> pa.Table:
    """Return rows as a table in `GAMES_SCHEMA`, ordered by date, then id."""
    ordered = sorted(rows, key=lambda row: (row.game_date, row.game_id))
    columns = zip(*ordered, strict=True) if ordered else [()] * len(GAME_COLUMNS)
    return pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, GAMES_SCHEMA, strict=True)],
        schema=GAMES_SCHEMA,
    )


def merge(loads: Iterable[LoadedGames]) -> dict[GameKey, GameRow]:
    """Return what all loads hold together, given with later ones last.

    A row without a score never replaces one with a score.
    """
    merged: dict[GameKey, GameRow] = {}
    for load in loads:
        if load.replaces:
            seasons = {row.season for row in load.rows}
            merged = {key: row for key, row in merged.items() if key.season not in seasons}
        for row in load.rows:
            if row.has_score or row.key not in merged or not merged[row.key].has_score:
                merged[row.key] = row
        for key in load.cancelled:
            if key in merged and not merged[key].has_score:
                del merged[key]
    return merged


def refuse_clashes(rows: Iterable[GameRow], *, among: Games) -> None:
    """Raise `GameIdReused` or `GamePlayedTwice` for rows that would replace, or repeat, another game."""
    loaded = {row.key: row for row in rows}
    reused = [(among[key], row) for key, row in loaded.items() if key in among and _teams(among[key]) != _teams(row)]
    if reused:
        raise GameIdReused(reused)
    playing = {
        (row.season, row.game_date, team): row
        for key, row in among.items()
        if key not in loaded
        for team in _teams(row)
    }
    twice = {
        row.key: (playing[(row.season, row.game_date, team)], row)
        for row in loaded.values()
        for team in _teams(row)
        if (row.season, row.game_date, team) in playing
    }
    if twice:
        raise GamePlayedTwice(list(twice.values()))


def _teams(row: GameRow) -> frozenset[str]:
    return frozenset((row.home_team, row.away_team))


def _told(row: GameRow) -> str:
    return f"{_cut(row.away_team)} at {_cut(row.home_team)} on {row.game_date}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
