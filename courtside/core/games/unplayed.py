"""Games without a score yet: a schedule lists them with empty scores, or with 0 to 0."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from courtside.core.games.checks import Mask, Positions
from courtside.core.games.convert import Unconvertible, one_array, to_flag
from courtside.core.games.errors import GamesTypeWrong
from courtside.core.games.schema import CANCELLED, GAMES_SCHEMA

SCORES = ("home_points", "away_points")
_NO_SCORE = r"^[+-]?0+(\.0*)?$"


def without_score(table: pa.Table) -> Mask:
    """Say which rows have no score: both are empty, or both are 0, in whatever type they are stored.

    A row with only one score is not among them, because its other score is missing.
    """
    columns = [_plain(table.column(name)) for name in SCORES]
    empty = [np.asarray(column.is_null()) for column in columns]
    zero = [_is_zero(column) for column in columns]
    mask: Mask = (empty[0] & empty[1]) | (zero[0] & zero[1])
    return mask


def with_any_score(table: pa.Table, unplayed: Mask) -> pa.Table:
    """Return the table with a plausible score in those rows, so that their other columns can be read."""
    if not unplayed.any():
        return table
    for name, score in zip(SCORES, (100, 99), strict=True):
        column = _plain(table.column(name))
        if not _holds_scores(
            column.type
        ):  # its type is wrong, as it would be for any other row, and that is reported elsewhere
            continue
        filled = pc.if_else(pa.array(unplayed), pa.scalar(str(score)).cast(column.type), column)
        table = table.set_column(table.column_names.index(name), name, filled)
    return table


def with_empty_scores(games: pa.Table) -> pa.Table:
    """Return converted games with empty scores, in `GAMES_SCHEMA`."""
    for name in SCORES:
        field = GAMES_SCHEMA.field(name)
        games = games.set_column(games.column_names.index(name), field, pa.nulls(games.num_rows, field.type))
    return games


def cancelled_games(games: pa.Table, written: pa.Table, source: str, *, rows: Positions) -> tuple[tuple[int, str], ...]:
    """Return season and id of the games that their rows, as `written`, say are cancelled; an empty cell says nothing.

    `rows` number the games as a person sees them in the source. Raises `GamesTypeWrong` for what is neither 0 nor 1.
    """
    if CANCELLED not in written.column_names or not games.num_rows:
        return ()
    column = _plain(written.column(CANCELLED))
    said = np.flatnonzero(np.asarray(column.is_valid()))
    told = column.take(pa.array(said))
    try:
        flags = np.asarray(to_flag(told)) if len(told) else np.zeros(0, bool)
    except Unconvertible as bad:
        at_fault, samples = rows[said[bad.positions]].tolist(), [str(told[int(at)]) for at in bad.positions[:3]]
        raise GamesTypeWrong(source, CANCELLED, expected="0 or 1", rows=at_fault, samples=samples) from bad
    of = games.take(pa.array(said[flags]))
    return tuple((int(row["season"]), str(row["game_id"])) for row in of.select(["season", "game_id"]).to_pylist())


def _plain(column: Any) -> Any:
    array = one_array(column)
    if pa.types.is_null(array.type):
        return array.cast(pa.int16())
    return array.cast(pa.float64()) if pa.types.is_decimal(array.type) else array


def _holds_scores(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _is_zero(column: Any) -> Mask:
    if not _holds_scores(column.type):
        return np.zeros(len(column), bool)
    if pa.types.is_string(column.type):
        zero = pc.match_substring_regex(column, _NO_SCORE)
    else:
        zero = pc.equal(column, pa.scalar(0).cast(column.type))
    return np.asarray(zero.fill_null(False))
