"""Games of an arriving file that cannot be used, each with the reason, apart from those that can."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from courtside.core.games.checks import ambiguous
from courtside.core.games.convert import one_array
from courtside.core.games.errors import GamesDuplicated, GamesInvalid, GamesRowsMalformed
from courtside.core.games.merge import GameKey, game_rows
from courtside.core.games.read import WrittenGames
from courtside.core.games.schema import GAME_COLUMNS
from courtside.core.games.unplayed import SCORES, without_score
from courtside.core.games.validation import ReadGames, validate_games
from courtside.core.rows.sorting_out import TooManyWrongRows, are_too_many

_TOLD_OF_COMING = [name for name in GAME_COLUMNS[1:] if name not in SCORES]


@dataclass(frozen=True, slots=True)
class SortedGames:
    """The games that can be used, and the wrong rows.

    `wrong` has the columns ``row`` (its number in the file, from 1) and ``reason`` before those of the file, whose
    cells it holds as text; the cells of a row without the header's number of cells are empty.
    """

    read: ReadGames
    wrong: pa.Table


def sort_out_games(written: WrittenGames, *, clashing: Mapping[GameKey, str] | None = None) -> SortedGames:
    """Set aside every row that cannot be used, so that the others can.

    A row that is wrong in several ways is listed with the first of them. All rows of an id are set aside if they
    differ, because nobody can tell which is right. `clashing` are games with a score that must be left out, and why.

    Raises:
        GamesInvalid: the file is wrong as a whole, or all that is wrong with too many of its rows is of one kind.
        TooManyWrongRows: too many rows are wrong in several ways.
    """
    total = written.table.num_rows + len(written.malformed)
    read, table, reasons = _readable(written, total)
    numbers = written.rows[~np.isin(written.rows, list(reasons))]
    twice = ambiguous(read.unplayed, _TOLD_OF_COMING)
    reasons |= dict.fromkeys(numbers[without_score(table)][twice].tolist(), GamesDuplicated.row_reason)
    clashes = [(clashing or {}).get(row.key) for row in game_rows(read.table)]
    reasons |= {row: why for row, why in zip(read.rows.tolist(), clashes, strict=True) if why}
    reasons |= {row["row"]: row["reason"] for row in read.quarantined.select(["row", "reason"]).to_pylist()}
    if are_too_many(len(reasons), total):
        validate_games(table, source=written.source, min_season_games=0, rows=numbers)  # it says more of odd rows
        raise _too_many(reasons, total)
    sound = np.array([why is None for why in clashes], bool)
    good, coming = read.table.filter(pa.array(sound)), read.unplayed.filter(pa.array(~twice))
    return SortedGames(replace(read, table=good, unplayed=coming, rows=read.rows[sound]), _listed(reasons, written))


def _readable(written: WrittenGames, total: int) -> tuple[ReadGames, pa.Table, dict[int, str]]:
    """Return the games that pass the checks, the same as they were written, and the reasons against the other rows."""
    reasons: dict[int, str] = {}
    rows, table, wrong = written.rows, written.table, _malformed(written)
    while True:
        if wrong is not None:
            reasons |= dict.fromkeys(_at_fault(wrong), wrong.row_reason)
            if are_too_many(len(reasons), total):
                raise wrong if len(set(reasons.values())) == 1 else _too_many(reasons, total)
            kept = ~np.isin(rows, list(reasons))
            rows, table = rows[kept], table.filter(pa.array(kept))
        try:
            found = validate_games(table, source=written.source, min_season_games=0, rows=rows, odd_tolerated=True)
        except GamesInvalid as error:
            if not error.row_reason:
                raise
            wrong = error
        else:
            return found, table, reasons


def _malformed(written: WrittenGames) -> GamesInvalid | None:
    try:
        written.refuse_malformed()
    except GamesRowsMalformed as error:
        return error
    return None


def _at_fault(error: GamesInvalid) -> tuple[int, ...]:
    return error.sharing if isinstance(error, GamesDuplicated) else error.rows


def _too_many(reasons: Mapping[int, str], total: int) -> TooManyWrongRows:
    told = [f"{count} with {reason}" for reason, count in Counter(reasons.values()).items()]
    return TooManyWrongRows(len(reasons), total, told)


def _listed(reasons: Mapping[int, str], written: WrittenGames) -> pa.Table:
    place = {number: at for at, number in enumerate(written.rows.tolist())}
    numbers = sorted(reasons)
    cells = written.table.take(pa.array([place.get(number) for number in numbers], pa.int64()))
    named = {name: _as_text(cells.column(name)) for name in cells.column_names}
    return pa.table({"row": numbers, "reason": [reasons[number] for number in numbers], **named})


def _as_text(column: Any) -> Any:
    array = one_array(column)
    try:
        return array.cast(pa.string())
    except pa.ArrowException:  # a type without a text of its own, such as a list
        return pa.array([None if cell is None else str(cell) for cell in array.to_pylist()], pa.string())
