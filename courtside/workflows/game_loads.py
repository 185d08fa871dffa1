"""Loads of games: each is kept as it came, and a season's file is built from all loads of that season."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from courtside.contracts import lake_keys
from courtside.contracts.loads import Load, Loads, LoadState
from courtside.core.drift.reading import UnreadableFile
from courtside.core.games import MIN_SEASON_GAMES, ReadGames
from courtside.core.games.errors import GamesSeasonShort
from courtside.core.games.merge import (
    GameKey,
    GameRow,
    LoadedGames,
    game_rows,
    games_table,
    merge,
    refuse_clashes,
)
from courtside.core.parquet import parquet_content
from courtside.workflows.games import GameRows
from courtside.workflows.loads import (
    MOST_TRIES,
    LakeBusy,
    change_loads,
    known_load,
    put_if,
    read_loads,
    write_loads,
)
from courtside.workflows.ports import Lake, ObjectMissing, StampedObject

PREFIX = lake_keys.GAMES_PREFIX
FOUND = "found in the lake"
"""The name of a load for rows that came into a season's file in another way than by a load."""

_PARALLEL = 8
_LONGEST_SHOWN = 200

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

Progress = Callable[[str], None]
Merged = Mapping[GameKey, GameRow]


@dataclass(frozen=True, slots=True)
class GamesLoaded:
    """What a load, or taking one back, did to the games in the lake.

    `load` is None where there was nothing to load, and `repeated` says that it was there already. The counts are of
    games: the load's that are `new`, `changed` and `unchanged`, and those `gone` that were there before; `kept` counts
    rows without a score that were skipped because the lake has their score.
    """

    load: Load | None
    repeated: bool = False
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: int = 0
    kept: int = 0


def load_games(
    read: ReadGames, *, file: str, lake: Lake, now: datetime, replace: bool = False, progress: Progress
) -> GamesLoaded:
    """Merge games into their seasons by `game_id`: a later load replaces what was loaded before.

    With `replace` their seasons hold nothing but these games afterwards; without it, no season loses a game. Loading
    the same games again changes nothing. A load that broke off, this one or another, is finished. Raises
    `GameIdReused`, `GamePlayedTwice`, `GamesSeasonShort`, `LakeBusy`, and `UnreadableFile` for a season's file that no
    load can repair.
    """
    rows = game_rows(read.table)
    unplayed = [GameKey(row["season"], row["game_id"]) for row in read.unplayed.to_pylist()]
    seasons = {row.season for row in rows}
    for _ in range(MOST_TRIES):
        loads, stamp, before = _settled(lake, {*seasons, *(key.season for key in unplayed)}, now=now, progress=progress)
        kept = sum(key in before and before[key].has_score for key in unplayed)
        if not rows:
            return GamesLoaded(None, kept=kept)
        load = _described(rows, file=file, replaces=replace, now=now)
        known = loads.find(load.id)
        if known is not None and known.state is LoadState.LOADED:
            return GamesLoaded(known, repeated=True, unchanged=len(rows), kept=kept)
        if not replace:
            refuse_clashes(rows, among=before)
        after = merge([LoadedGames(tuple(before.values())), LoadedGames(rows, replaces=replace)])
        _refuse_short_seasons(after, seasons, source=read.source)
        lake.claim(load.key, parquet_content(games_table(rows)))
        if write_loads(PREFIX, loads.appended(load), stamp=stamp, lake=lake):
            break
    else:
        raise LakeBusy(lake.uri(lake_keys.loads(PREFIX)))
    loads, _, _ = _settled(lake, seasons, now=now, progress=progress)
    return _counted(loads.find(load.id) or load, rows, before, after, kept=kept)


def unload_games(load_id: str, *, lake: Lake, now: datetime, progress: Progress) -> GamesLoaded:
    """Take a load back: its seasons are rebuilt from the other loads, and its own rows stay stored apart.

    Raises `LoadUnknown`, and what `load_games` raises about the lake.
    """
    _, _, before = _settled(
        lake, set(known_load(read_loads(PREFIX, lake=lake)[0], load_id).seasons), now=now, progress=progress
    )

    def leave(loads: Loads) -> Loads:
        load = known_load(loads, load_id)
        if not load.state.counts:
            return loads
        return loads.changed(load.model_copy(update={"state": LoadState.LEAVING, "taken_back_at": now}))

    load = known_load(change_loads(PREFIX, leave, lake=lake), load_id)
    loads, _, after = _settled(lake, set(load.seasons), now=now, progress=progress)
    changed = sum(key in after and after[key] != row for key, row in before.items())
    gone = sum(key not in after for key in before)
    new = sum(key not in before for key in after)
    return GamesLoaded(
        known_load(loads, load_id), repeated=load.state is LoadState.TAKEN_BACK, new=new, changed=changed, gone=gone
    )


def _settled(
    lake: Lake, wanted: Collection[int], *, now: datetime, progress: Progress
) -> tuple[Loads, str | None, Merged]:
    """Rebuild from the loads every season whose load was not finished, and every season that vanished.

    Returns the record, its stamp, and the games of the `wanted` seasons. A season's file is replaced only if it has not
    changed since before the record was read, so that of two at once the later record wins.
    """
    for _ in range(MOST_TRIES):
        first, stamp = read_loads(PREFIX, lake=lake)
        pending = [load for load in first.loads if not load.state.ended]
        seasons = {*wanted, *_vanished(first, lake), *(season for load in pending for season in load.seasons)}
        there = dict(zip(sorted(seasons), _each(lake.stamped, map(lake_keys.games, sorted(seasons))), strict=True))
        loads, again = read_loads(PREFIX, lake=lake)
        if again != stamp:
            continue
        kept = _kept(loads, seasons, lake, progress)
        files = {season: _rows_there(season, found, loads) for season, found in there.items()}
        foreign = _foreign(files, kept)
        if foreign:
            _adopt(foreign, loads, stamp, lake, now=now)
            continue
        merged = merge(
            LoadedGames(tuple(row for row in kept[load.id] if row.season in seasons), load.replaces)
            for load in loads.loads
            if load.state.counts and load.id in kept
        )
        if not _write_seasons(there, files, merged, lake, progress):
            continue
        done = _finished(loads, pending, seasons, merged)
        if done != loads and not write_loads(PREFIX, done, stamp=stamp, lake=lake):
            continue
        written, stamp = (loads, stamp) if done == loads else read_loads(PREFIX, lake=lake)
        if written == done:
            return done, stamp, {key: row for key, row in merged.items() if key.season in wanted}
    raise LakeBusy(lake.uri(lake_keys.loads(PREFIX)))


def _kept(loads: Loads, seasons: set[int], lake: Lake, progress: Progress) -> dict[str, tuple[GameRow, ...]]:
    """Return the rows of every load of these seasons, taken back or not; a load whose own file is gone has none."""
    concerned = [load for load in loads.loads if not seasons.isdisjoint(load.seasons)]
    if len(concerned) > _PARALLEL:
        progress(f"Reading {len(concerned)} loads of games")

    def rows(load: Load) -> tuple[GameRow, ...]:
        try:
            return game_rows(GameRows().read(load.key, lake.read(load.key)))
        except ObjectMissing:
            return ()

    return {load.id: found for load, found in zip(concerned, _each(rows, concerned), strict=True)}


def _rows_there(season: int, found: StampedObject | None, loads: Loads) -> tuple[GameRow, ...]:
    if found is None:
        return ()
    key = lake_keys.games(season)
    try:
        return game_rows(GameRows().read(key, found.content))
    except UnreadableFile:
        if key in loads.objects:  # its rows were loaded, so it is written again
            return ()
        raise


def _foreign(files: Mapping[int, Iterable[GameRow]], kept: Mapping[str, Iterable[GameRow]]) -> list[GameRow]:
    known = {row for rows in kept.values() for row in rows}
    return [row for rows in files.values() for row in rows if row not in known]


def _adopt(rows: list[GameRow], loads: Loads, stamp: str | None, lake: Lake, *, now: datetime) -> None:
    """Turn rows that no load has brought into a load of their own, older than every unfinished load."""
    load = _described(rows, file=FOUND, replaces=False, now=now)
    lake.claim(load.key, parquet_content(games_table(rows)))
    others = [each for each in loads.loads if each.id != load.id]
    place = next((at for at, each in enumerate(others) if each.state is LoadState.BEGUN), len(others))
    listed = (*others[:place], load, *others[place:])
    write_loads(PREFIX, loads.model_copy(update={"loads": listed}), stamp=stamp, lake=lake)


def _write_seasons(
    there: Mapping[int, StampedObject | None],
    files: Mapping[int, tuple[GameRow, ...]],
    merged: Merged,
    lake: Lake,
    progress: Progress,
) -> bool:
    """Write the seasons that differ from their files; return False if somebody else wrote one of them meanwhile."""
    for season, found in there.items():
        table = games_table(row for key, row in merged.items() if key.season == season)
        if game_rows(table) == game_rows(games_table(files[season])):
            continue
        progress(f"Writing season {season}")
        key = lake_keys.games(season)
        if table.num_rows == 0:
            lake.remove([key])
        elif not put_if(key, parquet_content(table), stamp=None if found is None else found.stamp, lake=lake):
            return False
    return True


def _finished(loads: Loads, pending: Collection[Load], seasons: Collection[int], merged: Merged) -> Loads:
    """Return the record with every pending load finished, and what the seasons then hold."""
    for load in pending:
        end = LoadState.LOADED if load.state.counts else LoadState.TAKEN_BACK
        loads = loads.changed(load.model_copy(update={"state": end}))
    counts = {lake_keys.games(season): 0 for season in seasons}
    for key in merged:
        counts[lake_keys.games(key.season)] += 1
    objects = {key: rows for key, rows in sorted({**loads.objects, **counts}.items()) if rows}
    return loads.model_copy(update={"objects": objects})


def _vanished(loads: Loads, lake: Lake) -> set[int]:
    present = set(lake.keys(PREFIX))
    gone = (lake_keys.season_of(key) for key in loads.objects if key not in present)
    return {season for season in gone if season is not None}


def _described(rows: Iterable[GameRow], *, file: str, replaces: bool, now: datetime) -> Load:
    ordered = sorted(rows, key=lambda row: (row.game_date, row.game_id, repr(row)))
    load_id = hashlib.sha256(repr([replaces, *map(tuple, ordered)]).encode()).hexdigest()[:16]
    days = [row.game_date for row in ordered]
    return Load(
        id=load_id,
        file=file[:_LONGEST_SHOWN],
        key=lake_keys.loaded_games(load_id),
        rows=len(ordered),
        first_day=min(days),
        last_day=max(days),
        seasons=tuple(sorted({row.season for row in ordered})),
        replaces=replaces,
        loaded_at=now,
    )


def _counted(load: Load, rows: Iterable[GameRow], before: Merged, after: Merged, *, kept: int) -> GamesLoaded:
    found = [before.get(row.key) for row in rows]
    same = [old == row for old, row in zip(found, rows, strict=True)]
    return GamesLoaded(
        load,
        new=found.count(None),
        changed=len(found) - found.count(None) - sum(same),
        unchanged=sum(same),
        gone=sum(key not in after for key in before),
        kept=kept,
    )


def _refuse_short_seasons(games: Merged, seasons: Collection[int], *, source: str) -> None:
    """Raise `GamesSeasonShort` as `validate_games` does for a file, but counting the lake's games of each season."""
    for season in sorted(seasons)[:-1]:
        count = sum(key.season == season for key in games)
        if count < MIN_SEASON_GAMES:
            raise GamesSeasonShort(source, season=season, games=count, minimum=MIN_SEASON_GAMES, rows=[])


def _each(work: Callable[[_Item], _Result], items: Iterable[_Item]) -> list[_Result]:
    with ThreadPoolExecutor(_PARALLEL) as pool:
        return list(pool.map(work, items))
