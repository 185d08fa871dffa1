"""The seasons' files of games, made from all loads of a season: repeatable, and finished by whoever comes next."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TypeVar

from courtside.contracts import lake_keys
from courtside.contracts.loads import Load, Loads, LoadState
from courtside.core.drift.reading import UnreadableFile
from courtside.core.games.merge import (
    GameKey,
    GameRow,
    LoadedGames,
    game_rows,
    games_table,
    merge,
)
from courtside.core.parquet import parquet_content
from courtside.workflows.arrival import Arrival
from courtside.workflows.games import GameRows
from courtside.workflows.loads import MOST_TRIES, LakeBusy, put_if, read_loads, write_loads
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


def settled(
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
        names = [key(season) for season in sorted(seasons) for key in (lake_keys.games, lake_keys.coming_games)]
        there = dict(zip(names, _each(lake.stamped, names), strict=True))
        loads, again = read_loads(PREFIX, lake=lake)
        if again != stamp:
            continue
        kept = _kept(loads, seasons, lake, progress)
        files = {key: _rows_there(key, found, loads) for key, found in there.items()}
        foreign = _foreign(files, kept)
        if foreign:
            _adopt(foreign, loads, stamp, lake, now=now)
            continue
        merged = merge(
            loaded_games(load, [row for row in kept[load.id] if row.season in seasons])
            for load in loads.loads
            if load.state.counts and load.id in kept
        )
        if not _write_seasons(seasons, there=there, files=files, merged=merged, lake=lake, progress=progress):
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
    found = _each(lambda load: _rows_of(load, lake), concerned)
    return {load.id: rows for load, rows in zip(concerned, found, strict=True)}


def _rows_of(load: Load, lake: Lake) -> tuple[GameRow, ...]:
    try:
        return game_rows(GameRows().read(load.key, lake.read(load.key)))
    except ObjectMissing:
        return ()


def games_of_later(arrival: Arrival, loads: Loads, *, lake: Lake) -> frozenset[GameKey]:
    """Return the games that files brought or cancelled which came after an arrival, and were taken in before it."""
    later = [load for load in loads.loads if load.state.counts and arrival.is_overtaken_by(load)]
    brought = {row.key for rows in _each(lambda load: _rows_of(load, lake), later) for row in rows}
    return frozenset(brought | {GameKey(*each) for load in later for each in load.cancelled})


def _rows_there(key: str, found: StampedObject | None, loads: Loads) -> tuple[GameRow, ...]:
    if found is None:
        return ()
    try:
        return game_rows(GameRows().read(key, found.content))
    except UnreadableFile:
        if key in loads.objects or lake_keys.season_of(key) is None:  # its rows were loaded, so it is written again
            return ()
        raise


def _foreign(files: Mapping[str, Iterable[GameRow]], kept: Mapping[str, Iterable[GameRow]]) -> list[GameRow]:
    known = {row for rows in kept.values() for row in rows}
    return [row for rows in files.values() for row in rows if row.has_score and row not in known]


def _adopt(rows: list[GameRow], loads: Loads, stamp: str | None, lake: Lake, *, now: datetime) -> None:
    """Turn rows that no load has brought into a load of their own, older than every unfinished load."""
    load = described(rows, file=FOUND, replaces=False, now=now)
    lake.claim(load.key, parquet_content(games_table(rows)))
    others = [each for each in loads.loads if each.id != load.id]
    place = next((at for at, each in enumerate(others) if each.state is LoadState.BEGUN), len(others))
    listed = (*others[:place], load, *others[place:])
    write_loads(PREFIX, loads.model_copy(update={"loads": listed}), stamp=stamp, lake=lake)


def _write_seasons(
    seasons: Collection[int],
    *,
    there: Mapping[str, StampedObject | None],
    files: Mapping[str, tuple[GameRow, ...]],
    merged: Merged,
    lake: Lake,
    progress: Progress,
) -> bool:
    """Write the seasons that differ from their files; return False if somebody else wrote one of them meanwhile."""
    for season in sorted(seasons):
        rows = [row for key, row in merged.items() if key.season == season]
        for key, scored in ((lake_keys.games(season), True), (lake_keys.coming_games(season), False)):
            table, found = games_table(row for row in rows if row.has_score is scored), there[key]
            if game_rows(table) == game_rows(games_table(files[key])):
                continue
            progress(f"Writing season {season}")
            if table.num_rows == 0 and scored:
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
    for key, row in merged.items():
        counts[lake_keys.games(key.season)] += row.has_score
    objects = {key: rows for key, rows in sorted({**loads.objects, **counts}.items()) if rows}
    return loads.model_copy(update={"objects": objects})


def _vanished(loads: Loads, lake: Lake) -> set[int]:
    present = set(lake.keys(PREFIX))
    gone = (lake_keys.season_of(key) for key in loads.objects if key not in present)
    return {season for season in gone if season is not None}


def loaded_games(load: Load, rows: Iterable[GameRow]) -> LoadedGames:
    """Return the rows of a load as they are merged."""
    return LoadedGames(tuple(rows), load.replaces, frozenset(GameKey(*each) for each in load.cancelled))


def described(rows: Iterable[GameRow], *, file: str, replaces: bool, now: datetime) -> Load:
    """Return the load of these games, with an id that is derived from them."""
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


def _each(work: Callable[[_Item], _Result], items: Iterable[_Item]) -> list[_Result]:
    with ThreadPoolExecutor(_PARALLEL) as pool:
        return list(pool.map(work, items))
