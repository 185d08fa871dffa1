"""The gate every games table passes: canonical, sound, ordered, the odd rows kept apart."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from courtside.core.games.checks import Mask, Positions, refuse_impossible, refuse_short_seasons
from courtside.core.games.columns import convert_columns, require_columns
from courtside.core.games.errors import GamesEmpty, GamesTooOdd
from courtside.core.games.oddities import find_oddities, out_of_season
from courtside.core.games.quarantine import Oddity, set_aside
from courtside.core.games.schema import GAME_COLUMNS
from courtside.core.games.unplayed import cancelled_games, with_any_score, with_empty_scores, without_score

MIN_SEASON_GAMES = 50
ODD_ROWS_TOLERATED = 10
ODD_SHARE_TOLERATED = 0.1


@dataclass(frozen=True, slots=True)
class ReadGames:
    """Validated games.

    `table` is in `GAMES_SCHEMA`, ordered by date, then id; `quarantined` in `QUARANTINE_SCHEMA`;
    `unplayed` are the rows without a score yet, which are in neither table, in `GAMES_SCHEMA` with empty scores;
    `cancelled` are the seasons and ids of those among them that will not be played;
    `rows` number the rows of `table` as a person sees them in the source;
    `out_of_order` counts the rows dated before the row above them in the source.
    """

    table: pa.Table
    quarantined: pa.Table
    unplayed: pa.Table
    out_of_order: int
    source: str
    cancelled: tuple[tuple[int, str], ...] = ()
    rows: Positions = field(default_factory=lambda: np.empty(0, np.int64), compare=False)

    @property
    def reasons(self) -> dict[str, int]:
        """How many rows were quarantined for each reason (a row may have several)."""
        listed = (str(reason).split("; ") for reason in self.quarantined["reason"].to_pylist())
        return dict(Counter(reason for row in listed for reason in row))

    @property
    def notes(self) -> tuple[str, ...]:
        """What a summary should say, one plain sentence each; empty when there is nothing to say."""
        sorted_note = [f"{self.out_of_order} rows were out of date order; sorted"] if self.out_of_order else []
        odd = [f"{count} quarantined: {reason}" for reason, count in self.reasons.items()]
        unplayed = [f"{self.unplayed.num_rows} games have no score yet and were left out"]
        return (*sorted_note, *odd, *unplayed[: self.unplayed.num_rows])


def validate_games(
    table: pa.Table,
    *,
    source: str = "games",
    min_season_games: int = MIN_SEASON_GAMES,
    rows: Positions | None = None,
    odd_tolerated: bool = False,
) -> ReadGames:
    """Validate an arrow table of games as `read_games` does a file.

    Args:
        table: `GAME_COLUMNS` in any readable types, in any order, among any others. A row whose scores are both
            empty, or both 0, is a game that was not played yet: it is left out and counted. The column
            `is_cancelled` (0 or 1), which may be absent, says which of these will not be played.
        source: the table's name in messages and in the quarantine.
        min_season_games: fewest games of a season that is not the newest; 0 for a slice of a table that
            was validated whole.
        rows: the rows' numbers in messages and in the quarantine; None numbers them from 1.
        odd_tolerated: whether any number of odd rows is set aside, because the caller judges how many are too many.

    Raises:
        GamesInvalid: a named subclass that says which rows are wrong and what to do.
    """
    require_columns(table.column_names, source)
    if table.num_rows == 0:
        raise GamesEmpty(source)
    numbers: Positions = np.arange(1, table.num_rows + 1) if rows is None else rows
    unplayed = without_score(table)
    games = convert_columns(with_any_score(table.select(list(GAME_COLUMNS)), unplayed), source, rows=numbers)
    later, games = games.filter(pa.array(unplayed)), games.filter(pa.array(~unplayed))
    cancelled = cancelled_games(later, table.filter(pa.array(unplayed)), source, rows=numbers[unplayed])
    later = with_empty_scores(later)
    rows = numbers[~unplayed]
    if not rows.size:
        empty = set_aside(games, {}, source, numbers=rows)
        return ReadGames(games, empty, later, out_of_order=0, source=source, cancelled=cancelled)
    refuse_impossible(games, source, rows=rows)
    odd = find_oddities(games)
    aside: Mask = np.any(list(odd.values()), axis=0)
    if not odd_tolerated:
        _refuse_too_odd(odd, aside, source, hint=_hint(games, odd), rows=rows)
    kept = games.filter(pa.array(~aside))
    refuse_short_seasons(kept, source, minimum=min_season_games, rows=rows[~aside])
    order = pc.sort_indices(kept, sort_keys=[("game_date", "ascending"), ("game_id", "ascending")])
    return ReadGames(
        table=kept.take(order).combine_chunks(),
        quarantined=set_aside(games, odd, source, numbers=rows),
        unplayed=later,
        out_of_order=_count_out_of_order(games),
        source=source,
        cancelled=cancelled,
        rows=rows[~aside][np.asarray(order)],
    )


def _refuse_too_odd(odd: Mapping[Oddity, Mask], aside: Mask, source: str, *, hint: str, rows: Positions) -> None:
    count = int(aside.sum())
    tolerated = max(ODD_ROWS_TOLERATED, ODD_SHARE_TOLERATED * len(aside))
    if count <= tolerated and count < len(aside):
        return
    reasons = {str(kind): int(mask.sum()) for kind, mask in odd.items() if mask.any()}
    raise GamesTooOdd(source, rows=rows[aside].tolist(), total=len(aside), reasons=reasons, hint=hint)


def _hint(games: pa.Table, odd: Mapping[Oddity, Mask]) -> str:
    if odd[Oddity.OUT_OF_SEASON].mean() > ODD_SHARE_TOLERATED and not out_of_season(games, shift=1).any():
        return "season must be the year the season ends; it looks like the year it starts, so add 1"
    return "correct them, or the columns they come from"


def _count_out_of_order(games: pa.Table) -> int:
    day = games["game_date"].to_numpy()
    return int((day[1:] < day[:-1]).sum())
