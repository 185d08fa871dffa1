"""What cannot be true of any game: a row that fails here has no meaning, so the table is refused."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from courtside.core.games.errors import (
    GamesDuplicated,
    GamesScoreNegative,
    GamesScoreTied,
    GamesSeasonShort,
    GamesTeamPlaysItself,
)
from courtside.core.games.schema import GAME_COLUMNS

Mask = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.int64]


def refuse_impossible(games: pa.Table, source: str, *, rows: Positions) -> None:
    """Raise for a team that plays itself, negative or equal scores, and one id for different games.

    `rows` number the games as a person sees them in the source.
    """
    home, away = points(games)
    itself = np.asarray(pc.equal(games["home_team"], games["away_team"]))
    for error, bad in (
        (GamesTeamPlaysItself, itself),
        (GamesScoreNegative, (home < 0) | (away < 0)),
        (GamesScoreTied, home == away),
    ):
        if bad.any():
            raise error(source, rows=rows[bad].tolist())
    first = first_with_same_id(games)
    conflicting = _differs_from(games, first)
    if conflicting.any():
        ids = games["game_id"].filter(pa.array(conflicting)).to_pylist()
        raise GamesDuplicated(
            source,
            rows=rows[conflicting].tolist(),
            game_ids=list(dict.fromkeys(map(str, ids))),
            sharing=rows[np.isin(first, first[conflicting])].tolist(),
        )


def refuse_short_seasons(games: pa.Table, source: str, *, minimum: int, rows: Positions) -> None:
    """Raise for a season below `minimum` games; the newest may have just begun. `rows` number the games."""
    season = games["season"].to_numpy()
    seasons, counts = np.unique(season, return_counts=True)
    for year, count in zip(seasons[:-1].tolist(), counts[:-1].tolist(), strict=True):
        if count < minimum:
            at_fault: Sequence[int] = sorted(rows[season == year].tolist())
            raise GamesSeasonShort(source, season=year, games=count, minimum=minimum, rows=at_fault)


def points(games: pa.Table) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.int16]]:
    """Home and away points as arrays."""
    return games["home_points"].to_numpy(), games["away_points"].to_numpy()


def first_with_same_id(games: pa.Table) -> Positions:
    """For each row, the position of the first row with its game_id (its own, where ids are unique)."""
    code = codes(games["game_id"])
    _, first = np.unique(code, return_index=True)
    return first[code].astype(np.int64)


def codes(column: "pa.ChunkedArray[Any]") -> npt.NDArray[np.int32]:
    """Text as integers from 0, numbered by first appearance."""
    return np.asarray(column.combine_chunks().dictionary_encode().indices)


def ambiguous(games: pa.Table, columns: Sequence[str]) -> Mask:
    """Return the rows whose game_id another row has with other values in `columns`, which hold no nulls."""
    first = first_with_same_id(games)
    return np.isin(first, first[_differs_from(games, first, columns)])


def _differs_from(games: pa.Table, other: Positions, columns: Sequence[str] = GAME_COLUMNS[1:]) -> Mask:
    differs = np.zeros(games.num_rows, bool)
    for name in columns:
        column = games[name]
        values = codes(column) if pa.types.is_string(column.type) else column.to_numpy()
        differs |= values != values[other]
    return differs
