"""Loads of games may be interrupted, run at once or follow in any order, and nothing is lost or added twice."""

from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courtside.adapters.folder_lake import FolderLake
from courtside.contracts.loads import LoadState
from courtside.core.games.merge import LoadedGames, game_rows, merge
from courtside.workflows.game_loads import PREFIX
from courtside.workflows.loads import read_loads
from tests.fakes.dying_lake import BrokeOff, InterruptedLake
from tests.fakes.ports import InMemoryLake
from tests.unit.core.games.game_rows import season_rows
from tests.unit.workflows.game_lake import WHOLE, games, given_rows, load, load_ids, scored, unload

LOADS = [WHOLE, [scored(row, 140) for row in WHOLE[:3]], [scored(WHOLE[1], 155), scored(WHOLE[-1], 156)]]


@pytest.mark.parametrize("changes", range(1, 6))
def test_a_load_interrupted_anywhere_can_be_repeated(changes: int) -> None:
    sound, lake = InMemoryLake(), InterruptedLake()
    for rows in LOADS:
        load(rows, sound)
    load(LOADS[0], lake)
    before, lake.changes_left = games(lake), changes
    try:
        load(LOADS[1], lake)
    except BrokeOff:
        assert len(games(lake)) == len(before)
    lake.changes_left = -1
    load(LOADS[1], lake)
    load(LOADS[2], lake)
    assert games(lake) == games(sound)
    assert all(each.state is LoadState.LOADED for each in read_loads(PREFIX, lake=lake)[0].loads)


@pytest.mark.parametrize("changes", range(1, 8))
def test_an_interrupted_unload_can_be_repeated(changes: int) -> None:
    lake = InterruptedLake()
    load(WHOLE, lake)
    before = games(lake)
    wrong = load(LOADS[1], lake).load
    assert wrong is not None
    lake.changes_left = changes
    try:
        unload(wrong.id, lake)
    except BrokeOff:
        lake.changes_left = -1
    unload(wrong.id, lake)
    assert games(lake) == before


@pytest.mark.parametrize("changes", range(1, 8))
def test_another_load_in_the_middle_of_a_load_loses_nothing(changes: int) -> None:
    lake = InterruptedLake()
    load(WHOLE, lake)
    other = replace(lake)  # this copy shares the same objects
    lake.changes_left = changes
    lake.interrupt = lambda: load([scored(WHOLE[1], 155)], other) and None
    load([scored(WHOLE[0], 150)], lake)
    if lake.changes_left > 0:
        lake.interrupt()
    found = games(lake)
    assert (found[f"2010 {WHOLE[0]['game_id']}"][0], found[f"2010 {WHOLE[1]['game_id']}"][0]) == (150, 155)
    assert len(found) == len(WHOLE)
    assert len(load_ids(lake)) == 3


def test_simultaneous_loads_lose_nothing(tmp_path: Path) -> None:
    lake = FolderLake(tmp_path)
    load(WHOLE, lake)
    threads = [Thread(target=load, args=([scored(row, 150)], FolderLake(tmp_path))) for row in WHOLE[:6]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = games(lake)
    assert [found[f"2010 {row['game_id']}"][0] for row in WHOLE[:6]] == [150] * 6
    assert len(load_ids(lake)) == 7


@given(
    st.lists(
        st.tuples(
            st.lists(
                st.tuples(st.integers(0, 11), st.integers(100, 103)), min_size=1, max_size=6, unique_by=lambda t: t[0]
            ),
            st.sampled_from(["load", "replace", "unload", "vanish"]),
        ),
        max_size=8,
    )
)
@settings(max_examples=60, deadline=None)
def test_the_lake_always_equals_the_merge_of_its_loads(steps: list[tuple[list[tuple[int, int]], str]]) -> None:
    pool = [*season_rows(2010, days=2), *season_rows(2011, days=1)]
    lake, brought = InMemoryLake(), {}
    for changes, action in steps:
        rows = [scored(pool[place], home) for place, home in changes]
        rows = [row for row in rows if row["season"] == rows[0]["season"]]
        fewer = len(games(lake))
        if action == "unload" and brought:
            unload(sorted(brought)[changes[0][0] % len(brought)], lake)
        else:
            if action == "vanish":
                lake.remove(lake.keys(f"{PREFIX}season=")[:1])
            done = load(rows, lake, replace=action == "replace")
            assert done.load is not None
            brought.setdefault(done.load.id, game_rows(given_rows(rows).table))
            assert action == "replace" or len(games(lake)) >= fewer
        active = [each for each in read_loads(PREFIX, lake=lake)[0].loads if each.state is LoadState.LOADED]
        expected = merge(LoadedGames(brought[each.id], each.replaces) for each in active)
        scores = {f"{key.season} {key.game_id}": (row.home_points, row.away_points) for key, row in expected.items()}
        assert games(lake) == scores
