"""A load of games loses no game, never replaces a score by an empty one, and adds no game twice."""

import io
from datetime import timedelta

import pyarrow.parquet as pq
import pytest

from courtside.contracts import lake_keys
from courtside.contracts.loads import LoadState
from courtside.core.drift.reading import UnreadableFile
from courtside.core.games.errors import GamesSeasonShort
from courtside.core.games.merge import GameIdReused, GamePlayedTwice
from courtside.core.parquet import parquet_content
from courtside.workflows.game_loads import PREFIX
from courtside.workflows.game_seasons import FOUND
from courtside.workflows.games import store_games
from courtside.workflows.loads import LoadsDamaged, LoadUnknown, read_loads
from tests.fakes.ports import InMemoryLake
from tests.unit.core.games.game_rows import season_rows
from tests.unit.workflows.game_lake import NOW, WHOLE, games, given_rows, load, scored, unload


def test_a_few_games_are_merged_into_their_season() -> None:
    lake = InMemoryLake()
    assert load(WHOLE, lake).new == len(WHOLE)
    few = [scored(WHOLE[0], 150), WHOLE[1], WHOLE[-1] | {"game_id": "new", "game_date": "2011-03-01"}]
    done = load(few, lake, file="few.csv")
    assert (done.new, done.changed, done.unchanged, done.gone) == (1, 1, 1, 0)
    found = games(lake)
    assert len(found) == len(WHOLE) + 1
    assert found[f"2010 {WHOLE[0]['game_id']}"][0] == 150


def test_a_few_games_may_be_loaded_into_a_season_that_is_already_complete() -> None:
    lake = InMemoryLake()
    load(WHOLE, lake)
    few = [scored(row, 140) for row in (WHOLE[3], WHOLE[-3])]
    assert load(few, lake).changed == 2
    with pytest.raises(GamesSeasonShort, match="season 2009 has 3 games"):
        load([*season_rows(2009)[:3], WHOLE[-3]], lake)


@pytest.mark.parametrize("empty", [None, 0])
def test_a_row_without_a_score_never_replaces_one_with_a_score(empty: int | None) -> None:
    lake = InMemoryLake()
    load(WHOLE, lake)
    before = games(lake)
    no_score = {"home_points": empty, "away_points": empty}
    later = WHOLE[-1] | {"game_id": "later", "game_date": "2011-03-01"} | no_score
    done = load([WHOLE[0] | no_score, WHOLE[5] | no_score, later, scored(WHOLE[1], 150)], lake)
    assert (done.kept, done.changed, done.new) == (2, 1, 0)
    assert games(lake) == before | {f"2010 {WHOLE[1]['game_id']}": (150, WHOLE[1]["away_points"])}
    alone = load([WHOLE[0] | no_score], lake)
    assert (alone.load, alone.kept) == (None, 1)


def test_loading_the_same_games_again_changes_nothing_and_says_so() -> None:
    lake = InMemoryLake()
    first = load(WHOLE, lake)
    objects = dict(lake.objects)
    again = load(list(reversed(WHOLE)), lake, now=NOW + timedelta(days=3), file="as parquet.parquet")
    assert again.repeated
    assert again.load == first.load
    assert lake.objects == objects


def test_replacing_a_season_is_explicit_and_can_be_undone() -> None:
    lake = InMemoryLake()
    load(WHOLE, lake)
    before = games(lake)
    done = load(season_rows(2010)[:60], lake, replace=True)
    assert (done.gone, done.unchanged) == (60, 60)
    assert len(games(lake)) == len(WHOLE) - 60
    assert done.load is not None
    assert unload(done.load.id, lake).new == 60
    assert games(lake) == before


def test_unloading_restores_what_a_load_replaced_and_keeps_later_loads() -> None:
    lake = InMemoryLake()
    load(WHOLE, lake)
    wrong = load([scored(row, 140) for row in WHOLE[:4]], lake)
    load([scored(WHOLE[0], 155)], lake)
    assert wrong.load is not None
    back = unload(wrong.load.id, lake)
    assert (back.changed, back.gone) == (3, 0)
    found = games(lake)
    assert [found[f"2010 {row['game_id']}"][0] for row in WHOLE[:2]] == [155, WHOLE[1]["home_points"]]
    assert unload(wrong.load.id, lake).repeated
    assert load([scored(row, 140) for row in WHOLE[:4]], lake).changed == 4


def test_unloading_everything_leaves_no_season_but_keeps_the_loaded_files() -> None:
    lake = InMemoryLake()
    done = load(WHOLE, lake)
    assert done.load is not None
    assert unload(done.load.id, lake).gone == len(WHOLE)
    assert games(lake) == {}
    loads, _ = read_loads(PREFIX, lake=lake)
    assert (loads.objects, loads.loads[0].state) == ({}, LoadState.TAKEN_BACK)
    assert pq.read_table(io.BytesIO(lake.read(done.load.key))).num_rows == len(WHOLE)


def test_an_unknown_load_is_refused() -> None:
    with pytest.raises(LoadUnknown, match="nothing was loaded yet"):
        unload("../../evil", InMemoryLake())


def test_seasons_that_did_not_come_from_a_load_are_kept() -> None:
    lake = InMemoryLake()
    store_games(given_rows(WHOLE).table, lake=lake)
    few = load([scored(WHOLE[0], 150)], lake)
    assert len(games(lake)) == len(WHOLE)
    assert [each.file for each in read_loads(PREFIX, lake=lake)[0].loads] == [FOUND, "games.csv"]
    assert few.load is not None
    unload(few.load.id, lake)
    assert games(lake) == {
        f"{row['season']} {row['game_id']}": (row["home_points"], row["away_points"]) for row in WHOLE
    }


def test_rows_written_into_a_season_by_hand_are_kept() -> None:
    lake = InMemoryLake()
    load(WHOLE, lake)
    by_hand = [scored(WHOLE[0], 133), *season_rows(2010)[1:], WHOLE[0] | {"game_id": "own", "game_date": "2010-03-01"}]
    lake.write(lake_keys.games(2010), parquet_content(given_rows(by_hand).table))
    load([scored(WHOLE[1], 150)], lake)
    found = games(lake)
    assert (found[f"2010 {WHOLE[0]['game_id']}"][0], found[f"2010 {WHOLE[1]['game_id']}"][0]) == (133, 150)
    assert "2010 own" in found


def test_a_vanished_or_broken_season_is_restored_by_any_load() -> None:
    lake = InMemoryLake()
    load(WHOLE, lake)
    before = games(lake)
    lake.remove([lake_keys.games(2010)])
    load(WHOLE, lake)
    assert games(lake) == before
    lake.write(lake_keys.games(2011), b"cut")
    load([WHOLE[-1]], lake)
    assert games(lake) == before


def test_a_broken_season_that_did_not_come_from_a_load_is_not_overwritten() -> None:
    lake = InMemoryLake({lake_keys.games(2010): b"cut"})
    with pytest.raises(UnreadableFile, match="season=2010"):
        load(WHOLE, lake)
    assert lake.objects == {lake_keys.games(2010): b"cut"}


def test_a_damaged_record_of_loads_is_refused() -> None:
    lake = InMemoryLake({lake_keys.loads(PREFIX): b"{"})
    with pytest.raises(LoadsDamaged, match="earlier version"):
        load(WHOLE, lake)


def test_the_id_of_another_game_is_refused() -> None:
    lake = InMemoryLake()
    load(WHOLE, lake)
    objects = dict(lake.objects)
    with pytest.raises(GameIdReused, match="another game of their season") as caught:
        load([WHOLE[1] | {"game_id": WHOLE[0]["game_id"], "game_date": "2010-03-01"}], lake)
    assert caught.value.game_ids == (WHOLE[0]["game_id"],)
    assert lake.objects == objects


def test_ids_may_repeat_in_another_season() -> None:
    lake = InMemoryLake()
    numbered = [row | {"game_id": str(number)} for number, row in enumerate(season_rows(2010))]
    load(numbered, lake)
    load([row | {"game_id": str(number)} for number, row in enumerate(season_rows(2011))], lake)
    assert len(games(lake)) == 240


def test_the_same_games_under_other_ids_are_refused() -> None:
    lake = InMemoryLake()
    load(WHOLE, lake)
    with pytest.raises(GamePlayedTwice, match="on the same day in another game"):
        load([row | {"game_id": f"x{row['game_id']}"} for row in WHOLE[:3]], lake)
    moved = load([WHOLE[0] | {"game_date": "2010-03-05"}], lake)
    assert moved.changed == 1


def test_long_ids_are_shortened_in_errors() -> None:
    lake = InMemoryLake()
    long = WHOLE[0] | {"game_id": "x" * 5_000}
    load([long, *WHOLE[1:120]], lake)
    for again, error in (
        (long | {"home_team": "NOBODY" * 900}, GameIdReused),
        (WHOLE[0] | {"game_id": "y" * 5_000}, GamePlayedTwice),
    ):
        with pytest.raises(error) as caught:
            load([again], lake)
        assert len(str(caught.value)) < 600
