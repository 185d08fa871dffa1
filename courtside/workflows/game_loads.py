"""Loads of games: each is kept as it came, and a season's file is built from all loads of that season."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from dataclasses import replace as replace_fields
from datetime import datetime

from courtside.contracts import lake_keys
from courtside.contracts.loads import Load, Loads, LoadState
from courtside.core.games import MIN_SEASON_GAMES, ReadGames
from courtside.core.games.errors import GamesSeasonShort
from courtside.core.games.merge import GameKey, GameRow, LoadedGames, game_rows, games_table, merge, refuse_clashes
from courtside.core.parquet import parquet_content
from courtside.workflows import game_seasons
from courtside.workflows.arrival import Arrival
from courtside.workflows.game_seasons import Merged, Progress, described, games_of_later, loaded_games, settled
from courtside.workflows.loads import MOST_TRIES, LakeBusy, change_loads, known_load, read_loads, write_loads
from courtside.workflows.ports import Lake

PREFIX = game_seasons.PREFIX


@dataclass(frozen=True, slots=True)
class GamesLoaded:
    """What a load, or taking one back, did to the games in the lake.

    `load` is None where there was nothing to load, and `repeated` says that it was there already. The counts are of
    games: the load's that are `new`, `changed` and `unchanged`, and those `gone` that were there before; `kept` counts
    rows without a score that were skipped because the lake has their score, and `coming` those that are among its rows.
    """

    load: Load | None
    repeated: bool = False
    coming: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: int = 0
    kept: int = 0


def load_games(
    read: ReadGames,
    *,
    file: str,
    lake: Lake,
    now: datetime,
    replace: bool = False,
    arrival: Arrival | None = None,
    progress: Progress,
) -> GamesLoaded:
    """Merge games into their seasons by `game_id`: a later load replaces what was loaded before.

    With `replace` their seasons hold nothing but these games afterwards; without it, no season loses a game. Loading
    the same games again changes nothing. A load that broke off, this one or another, is finished. A file that arrived
    by itself is loaded under its `arrival`: its rows without a score are kept as the coming games, what a file that
    came later says of a game counts, and if none of its rows says anything new, nothing is loaded. Raises
    `GameIdReused`, `GamePlayedTwice`, `GamesSeasonShort`, `LakeBusy`, and `UnreadableFile` for a season's file that no
    load can repair.
    """
    all_scored, all_unplayed = game_rows(read.table), game_rows(read.unplayed)
    seasons = {row.season for row in (*all_scored, *all_unplayed)}
    for _ in range(MOST_TRIES):
        loads, stamp, before = settled(lake, seasons, now=now, progress=progress)
        overtaken = frozenset[GameKey]() if arrival is None else games_of_later(arrival, loads, lake=lake)
        scored, unplayed = (
            tuple(row for row in rows if row.key not in overtaken) for rows in (all_scored, all_unplayed)
        )
        old = len(all_scored) + len(all_unplayed) - len(scored) - len(unplayed)
        rows = scored if arrival is None else (*scored, *unplayed)
        kept = sum(row.key in before and before[row.key].has_score for row in unplayed)
        if not rows:
            return GamesLoaded(None, kept=kept, unchanged=old)
        load = described(rows, file=file, replaces=replace, now=now)
        if arrival is not None:
            cancelled = tuple(each for each in read.cancelled if GameKey(*each) not in overtaken)
            load = load.model_copy(update=arrival.names(lake_keys.loaded_games) | {"cancelled": cancelled})
        known = loads.find(load.id)
        loaded = known is not None and known.state is LoadState.LOADED
        if not replace and (arrival is not None or not loaded):  # an arrival that broke off is to list the same rows
            refuse_clashes(scored, among={key: row for key, row in before.items() if row.has_score})
        if loaded:
            return GamesLoaded(known, repeated=True, unchanged=len(rows) + old, kept=kept)
        after = merge([LoadedGames(tuple(before.values())), loaded_games(load, rows)])
        if arrival is not None and after == before:
            return GamesLoaded(None, unchanged=len(rows) + old - kept, kept=kept)
        _refuse_short_seasons(after, {row.season for row in scored}, source=read.source)
        lake.claim(load.key, parquet_content(games_table(rows)))
        if write_loads(PREFIX, loads.appended(load), stamp=stamp, lake=lake):
            break
    else:
        raise LakeBusy(lake.uri(lake_keys.loads(PREFIX)))
    loads, _, _ = settled(lake, seasons, now=now, progress=progress)
    done = _counted(loads.find(load.id) or load, rows, before, after, kept=kept)
    return replace_fields(done, unchanged=done.unchanged + old)


def unload_games(load_id: str, *, lake: Lake, now: datetime, progress: Progress) -> GamesLoaded:
    """Take a load back: its seasons are rebuilt from the other loads, and its own rows stay stored apart.

    Raises `LoadUnknown`, and what `load_games` raises about the lake.
    """
    _, _, before = settled(
        lake, set(known_load(read_loads(PREFIX, lake=lake)[0], load_id).seasons), now=now, progress=progress
    )

    def leave(loads: Loads) -> Loads:
        load = known_load(loads, load_id)
        if not load.state.counts:
            return loads
        return loads.changed(load.model_copy(update={"state": LoadState.LEAVING, "taken_back_at": now}))

    load = known_load(change_loads(PREFIX, leave, lake=lake), load_id)
    loads, _, after = settled(lake, set(load.seasons), now=now, progress=progress)
    changed = sum(key in after and after[key] != row for key, row in before.items())
    gone = sum(key not in after for key in before)
    new = sum(key not in before for key in after)
    return GamesLoaded(
        known_load(loads, load_id), repeated=load.state is LoadState.TAKEN_BACK, new=new, changed=changed, gone=gone
    )


def _counted(load: Load, rows: Iterable[GameRow], before: Merged, after: Merged, *, kept: int) -> GamesLoaded:
    told = [row for row in rows if row.has_score or row.key not in before or not before[row.key].has_score]
    pairs = [(before.get(row.key), after.get(row.key)) for row in told]
    new = sum(old is None and row is not None for old, row in pairs)
    same = sum(old == row for old, row in pairs)
    return GamesLoaded(
        load,
        new=new,
        changed=len(pairs) - new - same,
        unchanged=same,
        gone=sum(key not in after for key in before),
        kept=kept,
        coming=sum(not row.has_score for row in told),
    )


def _refuse_short_seasons(games: Merged, seasons: Collection[int], *, source: str) -> None:
    """Raise `GamesSeasonShort` as `validate_games` does for a file, but counting the lake's games of each season."""
    for season in sorted(seasons)[:-1]:
        count = sum(key.season == season and row.has_score for key, row in games.items())
        if count < MIN_SEASON_GAMES:
            raise GamesSeasonShort(source, season=season, games=count, minimum=MIN_SEASON_GAMES, rows=[])
