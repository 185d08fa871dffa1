"""Impossible games are refused with their row numbers, odd ones are set aside, and all others are kept in order."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import csv

from courtside.core.games import (
    GAME_COLUMNS,
    GAMES_SCHEMA,
    QUARANTINE_SCHEMA,
    Oddity,
    ReadGames,
    read_games,
    validate_games,
    write_quarantine,
)
from courtside.core.games.errors import (
    GamesDateUnparseable,
    GamesDuplicated,
    GamesEmpty,
    GamesInvalid,
    GamesScoreNegative,
    GamesScoreTied,
    GamesSeasonShort,
    GamesTeamPlaysItself,
    GamesTooOdd,
    GamesTypeWrong,
    GamesValueMissing,
)
from tests.unit.core.games.game_rows import Row, rows_read, season_rows, write_csv

SPOILT: list[tuple[type[GamesInvalid], dict[str, Any]]] = [
    (GamesTypeWrong, {"home_points": "n/a"}),
    (GamesTypeWrong, {"home_points": "101.5"}),
    (GamesTypeWrong, {"season": "2009-10"}),
    (GamesTypeWrong, {"away_points": 99_999}),
    (GamesTypeWrong, {"is_playoff": "maybe"}),
    (GamesDateUnparseable, {"game_date": "11/02/2009"}),
    (GamesDateUnparseable, {"game_date": "2009-02-30"}),
    (GamesDateUnparseable, {"game_date": "20091102"}),
    (GamesValueMissing, {"home_team": " "}),
    (GamesValueMissing, {"game_date": ""}),
    (GamesTeamPlaysItself, {"home_team": "ATL", "away_team": "ATL"}),
    (GamesScoreNegative, {"away_points": -3}),
    (GamesScoreTied, {"home_points": 100, "away_points": 100}),
    (GamesDuplicated, {"game_id": season_rows()[0]["game_id"]}),
]


@pytest.mark.parametrize(("error", "change"), SPOILT)
def test_impossible_rows_are_refused_with_their_numbers(
    tmp_path: Path, error: type[GamesInvalid], change: dict[str, Any]
) -> None:
    rows = season_rows()
    for number in (3, 50, 51, 52, 53, 54, 99):
        rows[number - 1] |= change
    with pytest.raises(error) as caught:
        read_games(write_csv(tmp_path / "games.csv", rows))
    assert caught.value.rows == (3, 50, 51, 52, 53, 54, 99)
    assert "rows 3, 50, 51, 52, 53 and 2 more (7 rows)" in str(caught.value)
    assert str(tmp_path / "games.csv") in str(caught.value)


@pytest.mark.parametrize(("error", "change"), SPOILT)
def test_a_single_impossible_row_is_refused(tmp_path: Path, error: type[GamesInvalid], change: dict[str, Any]) -> None:
    rows = season_rows()
    rows[9] |= change
    with pytest.raises(error, match="row 10"):
        read_games(write_csv(tmp_path / "games.csv", rows))


def test_a_column_of_an_unreadable_type_is_refused() -> None:
    table = pa.Table.from_pylist([row | {"home_points": [1, 2]} for row in season_rows()])
    with pytest.raises(GamesTypeWrong, match="home_points") as caught:
        validate_games(table)
    assert len(caught.value.rows) == table.num_rows


def test_a_table_without_rows_is_refused() -> None:
    with pytest.raises(GamesEmpty):
        validate_games(GAMES_SCHEMA.empty_table())


REPRESENTATIONS: list[tuple[str, Callable[[Any], Any], pa.DataType]] = [
    ("game_date", date.fromisoformat, pa.date64()),
    ("game_date", datetime.fromisoformat, pa.timestamp("ns")),
    ("game_date", lambda day: datetime.fromisoformat(f"{day}T23:30").replace(tzinfo=UTC), pa.timestamp("us", "UTC")),
    ("game_date", lambda day: f"{day} 00:00:00", pa.large_string()),
    ("home_points", float, pa.float64()),
    ("home_points", Decimal, pa.decimal128(6, 2)),
    ("home_points", lambda n: f"{n}.0", pa.string()),
    ("season", int, pa.uint64()),
    ("home_team", str, pa.dictionary(pa.int8(), pa.string())),
    ("away_team", lambda team: f" {team} ", pa.string_view()),
    ("is_playoff", bool, pa.bool_()),
    ("is_playoff", lambda flag: str(bool(flag)), pa.string()),
    ("is_playoff", float, pa.float32()),
]


@pytest.mark.parametrize(("column", "express", "kind"), REPRESENTATIONS)
def test_every_sensible_type_gives_the_same_table(
    column: str, express: Callable[[Any], Any], kind: pa.DataType
) -> None:
    rows = season_rows()
    expected = validate_games(pa.Table.from_pylist(rows)).table
    table = pa.Table.from_pylist(rows)
    values = pa.array([express(row[column]) for row in rows], kind)
    table = table.set_column(table.column_names.index(column), column, values)
    assert validate_games(table).table.equals(expected)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"home_points": 12}, Oddity.SCORE),
        ({"away_points": 251}, Oddity.SCORE),
        ({"game_date": "2010-11-20"}, Oddity.OUT_OF_SEASON),
        ({"game_date": "2009-11-01"}, Oddity.TWICE_A_DAY),
    ],
)
def test_an_odd_row_is_set_aside_with_its_reason(change: Row, reason: Oddity) -> None:
    rows = season_rows()
    rows[9] |= change
    games = validate_games(pa.Table.from_pylist(rows), source="mine")
    [kept_apart] = games.quarantined.to_pylist()
    assert (kept_apart["row"], kept_apart["reason"], kept_apart["source"]) == (10, reason, "mine")
    assert kept_apart["game_id"] == rows[9]["game_id"]
    assert games.reasons == {reason: 1}
    assert rows_read(games) == len(rows)
    assert kept_apart["game_id"] not in games.table["game_id"].to_pylist()


def test_the_first_of_two_identical_rows_is_kept(tmp_path: Path) -> None:
    rows = season_rows()
    games = validate_games(pa.Table.from_pylist([*rows, rows[4]]))
    assert games.table.num_rows == len(rows)
    assert games.quarantined["row"].to_pylist() == [len(rows) + 1]
    assert games.reasons == {Oddity.REPEATED: 1}
    written = csv.read_csv(write_quarantine(games.quarantined, tmp_path / "new" / "odd.csv"))
    assert written.column_names == QUARANTINE_SCHEMA.names
    assert written["game_id"].to_pylist() == [rows[4]["game_id"]]


def test_a_season_labelled_by_its_first_year_is_recognized() -> None:
    rows = [row | {"season": row["season"] - 1} for row in season_rows()]
    with pytest.raises(GamesTooOdd, match="add 1") as caught:
        validate_games(pa.Table.from_pylist(rows))
    assert caught.value.reasons == {Oddity.OUT_OF_SEASON: len(rows)}


def test_a_season_of_five_games_is_refused_unless_it_is_the_newest() -> None:
    whole, five = season_rows(2010), season_rows(2009)[:5]
    with pytest.raises(GamesSeasonShort, match="season 2009 has 5 games") as caught:
        validate_games(pa.Table.from_pylist([*whole, *five]))
    assert caught.value.rows == (121, 122, 123, 124, 125)
    assert validate_games(pa.Table.from_pylist([*whole, *five]), min_season_games=0).table.num_rows == 125
    begun = validate_games(pa.Table.from_pylist([*whole, *season_rows(2011)[:5]]))
    assert begun.table.num_rows == 125


def test_unsorted_rows_are_sorted_and_a_note_says_so() -> None:
    rows = season_rows()
    games = validate_games(pa.Table.from_pylist(rows[60:] + rows[:60]))
    assert games.table.equals(validate_games(pa.Table.from_pylist(rows)).table)
    assert games.out_of_order == 1
    assert games.notes == ("1 rows were out of date order; sorted",)


ODD_CHANGES = st.sampled_from(
    [{"home_points": 20}, {"game_date": "2009-08-01"}, {"game_date": "2009-11-01"}, {"game_date": "2009-11-05"}, {}]
)


@settings(max_examples=60, deadline=None)
@given(
    # With so few changes the file as a whole is never too odd to be read.
    changes=st.dictionaries(st.integers(0, 119), ODD_CHANGES, max_size=4),
    again=st.lists(st.integers(0, 119), max_size=3, unique=True),
    order=st.randoms(use_true_random=False),
)
def test_accepted_games_are_complete_and_ordered_and_are_accepted_again(
    changes: dict[int, Row], again: list[int], order: Any
) -> None:
    rows = season_rows()
    for position, change in changes.items():
        rows[position] |= change
    rows += [rows[position] for position in again]
    order.shuffle(rows)
    games = validate_games(pa.Table.from_pylist(rows))
    _assert_laws(games, rows)
    second = validate_games(games.table)
    assert second.table.equals(games.table)
    assert second.quarantined.num_rows == second.out_of_order == 0


def _assert_laws(games: ReadGames, rows: list[Row]) -> None:
    assert rows_read(games) == len(rows)
    quarantined = games.quarantined.select(["row", "game_id"]).to_pylist()
    assert all(rows[one["row"] - 1]["game_id"] == one["game_id"] for one in quarantined)
    keys = games.table.select(["game_date", "game_id"]).to_pylist()
    ordered = [(key["game_date"], key["game_id"]) for key in keys]
    assert ordered == sorted(ordered)
    sides = [games.table.select(["game_date", side]).rename_columns(["day", "team"]) for side in GAME_COLUMNS[3:5]]
    both = pa.concat_tables(sides)
    assert both.group_by(["day", "team"]).aggregate([]).num_rows == both.num_rows
    assert pc.count_distinct(games.table["game_id"]).as_py() == games.table.num_rows


EMPTY_SCORES: list[Any] = [None, "", " ", "0", "0.0", 0, 0.0, float("nan")]


@pytest.mark.parametrize("empty", EMPTY_SCORES)
def test_a_game_without_a_score_is_left_out_and_counted(empty: Any) -> None:
    rows = season_rows()
    no_score = dict.fromkeys(("home_points", "away_points"), empty)
    if isinstance(empty, str):
        rows = [row | {name: str(row[name]) for name in ("home_points", "away_points")} for row in rows]
    for number in (3, 50):
        rows[number - 1] |= no_score
    games = validate_games(pa.Table.from_pylist(rows))
    assert games.table.num_rows == len(rows) - 2
    assert games.unplayed["game_id"].to_pylist() == [rows[2]["game_id"], rows[49]["game_id"]]
    assert rows_read(games) == len(rows)
    assert games.notes == ("2 games have no score yet and were left out",)


def test_games_without_a_score_change_neither_row_numbers_nor_other_rows() -> None:
    rows = season_rows()
    played = rows[9] | {"home_points": 12}
    schedule = [row | {"home_points": None, "away_points": None} for row in (rows[0], rows[5])]
    games = validate_games(pa.Table.from_pylist([*schedule, *rows[:9], played, *rows[10:]]))
    assert games.quarantined["row"].to_pylist() == [12]
    assert games.table.num_rows == len(rows) - 1
    with pytest.raises(GamesScoreTied) as caught:
        validate_games(pa.Table.from_pylist([*schedule, rows[0] | {"home_points": 90}, *rows[1:]]))
    assert caught.value.rows == (3,)


@pytest.mark.parametrize("empty", [None, 0])
def test_a_schedule_without_scores_has_no_games_yet(empty: int | None) -> None:
    rows = [row | {"home_points": empty, "away_points": empty} for row in season_rows()[:5]]
    games = validate_games(pa.Table.from_pylist(rows))
    assert (games.table.num_rows, games.quarantined.num_rows, games.unplayed.num_rows) == (0, 0, 5)


@pytest.mark.parametrize("name", ["home_points", "away_points"])
def test_half_a_score_is_a_missing_value(name: str) -> None:
    rows = season_rows()
    rows[9] |= {name: None}
    with pytest.raises(GamesValueMissing, match="row 10"):
        validate_games(pa.Table.from_pylist(rows))
