"""Columns of any readable type become the canonical ones; an error names what cannot, with its rows."""

import difflib
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from courtside.core.games import convert
from courtside.core.games.checks import Positions
from courtside.core.games.errors import (
    GamesColumnsMissing,
    GamesColumnsRepeated,
    GamesDateUnparseable,
    GamesTypeWrong,
    GamesValueMissing,
)
from courtside.core.games.schema import GAME_COLUMNS, GAMES_SCHEMA

SHOWN_SAMPLES = 3
EXPECTED = {
    "game_id": "a text id",
    "game_date": "a date written YYYY-MM-DD",
    "season": "the year the season ends (a whole number such as 1980)",
    "home_team": "a team code",
    "away_team": "a team code",
    "home_points": "a whole number",
    "away_points": "a whole number",
    "is_playoff": "0 or 1",
}


def require_columns(found: Sequence[str], source: str) -> None:
    """Raise `GamesColumnsMissing` or `GamesColumnsRepeated` unless each column is there exactly once."""
    missing = [name for name in GAME_COLUMNS if name not in found]
    if missing:
        raise GamesColumnsMissing(source, missing=missing, renamed=_near_names(missing, found), found=found)
    repeated = [name for name in GAME_COLUMNS if list(found).count(name) > 1]
    if repeated:
        raise GamesColumnsRepeated(source, repeated=repeated)


def _near_names(missing: Sequence[str], found: Sequence[str]) -> dict[str, str]:
    spare = {_plain(name): name for name in found if name not in GAME_COLUMNS}
    near: dict[str, str] = {}
    for want in missing:
        match = difflib.get_close_matches(_plain(want), list(spare), n=1, cutoff=0.6)
        if match:
            near[want] = spare.pop(match[0])
    return near


def _plain(name: str) -> str:
    return name.strip().lower().replace(" ", "_").replace("-", "_")


def convert_columns(table: pa.Table, source: str, *, rows: Positions) -> pa.Table:
    """Return the table in `GAMES_SCHEMA`, rows in their order; `rows` number them as a person sees them in the source.

    Raises:
        GamesValueMissing: empty cells.
        GamesTypeWrong: values of another type, or numbers beyond 16 bits.
        GamesDateUnparseable: dates that cannot be read.
    """
    return pa.table([_convert(table, name, source, rows) for name in GAME_COLUMNS], schema=GAMES_SCHEMA)


def _convert(table: pa.Table, name: str, source: str, rows: Positions) -> convert.Column:
    column = convert.one_array(table.column(name))
    if column.null_count:
        raise GamesValueMissing(source, name, rows=rows[np.asarray(column.is_null())].tolist())
    try:
        return convert.TO_TYPE[GAMES_SCHEMA.field(name).type](column)
    except convert.Unconvertible as bad:
        error = GamesDateUnparseable if name == "game_date" else GamesTypeWrong
        samples = [str(column[int(i)].as_py()) for i in bad.positions[:SHOWN_SAMPLES]]
        raise error(
            source,
            name,
            expected=EXPECTED[name],
            rows=rows[bad.positions].tolist(),
            samples=list(dict.fromkeys(samples)),
        ) from bad
