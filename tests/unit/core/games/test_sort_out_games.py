"""Games that cannot be used are set aside one by one; a file that is wrong as a whole is refused as a whole."""

from typing import Any

import pyarrow as pa
import pytest

from courtside.core.games.errors import GamesColumnsMissing, GamesTeamPlaysItself, GamesTooOdd, GamesTypeWrong
from courtside.core.games.read import WrittenGames
from courtside.core.games.sorting_out import SortedGames, sort_out_games
from courtside.core.rows.sorting_out import TooManyWrongRows
from tests.unit.core.games.game_rows import season_rows

GAMES = season_rows(2011)[:30]
NO_SCORE = {"home_points": "", "away_points": ""}


def sorted_out(rows: list[dict[str, Any]]) -> SortedGames:
    return sort_out_games(WrittenGames(pa.table({name: [str(row[name]) for row in rows] for name in rows[0]}), "games"))


def listed(found: SortedGames) -> dict[int, str]:
    return {row["row"]: row["reason"] for row in found.wrong.to_pylist()}


@pytest.mark.parametrize("score", [{}, NO_SCORE])
@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"game_id": " "}, "no game_id"),
        ({"game_date": ""}, "no game_date"),
        ({"season": ""}, "no season"),
        ({"home_team": ""}, "no home_team"),
        ({"game_date": "soon"}, "something other than a date written YYYY-MM-DD in game_date"),
        ({"season": "last"}, "something other than the year the season ends (a whole number such as 1980) in season"),
        ({"home_points": "many", "away_points": "9"}, "something other than a whole number in home_points"),
        ({"home_points": "", "away_points": "90"}, "no home_points"),
        ({"home_points": "100000", "away_points": "90"}, "something other than a whole number in home_points"),
        ({"is_playoff": "perhaps"}, "something other than 0 or 1 in is_playoff"),
    ],
)
def test_a_wrong_row_is_set_aside_with_its_number_its_reason_and_its_cells(
    wrong: dict[str, str], reason: str, score: dict[str, str]
) -> None:
    row = GAMES[4] | score | wrong
    found = sorted_out([*GAMES[:4], row, *GAMES[5:]])
    assert listed(found) == {5: reason}
    assert found.read.table["game_id"].to_pylist() == [game["game_id"] for game in (*GAMES[:4], *GAMES[5:])]
    cells = found.wrong.drop_columns(["row", "reason"]).to_pylist()
    assert cells == [{name: str(cell).strip() or None for name, cell in row.items()}]


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"away_team": GAMES[4]["home_team"]}, "a team that plays itself"),
        ({"home_points": "-90"}, "negative points"),
        ({"home_points": "90", "away_points": "90"}, "equal scores"),
        ({"home_points": "300"}, "implausible score (below 30 or above 250)"),
        ({"game_date": "1999-01-01"}, "date outside the season it claims"),
    ],
)
def test_a_game_that_cannot_have_been_played_is_set_aside(wrong: dict[str, str], reason: str) -> None:
    found = sorted_out([*GAMES[:4], GAMES[4] | wrong, *GAMES[5:]])
    assert (listed(found), found.read.table.num_rows) == ({5: reason}, 29)


def test_wrong_rows_of_several_kinds_are_all_listed_by_their_numbers() -> None:
    rows = [*GAMES]
    rows[2] = GAMES[2] | {"game_id": ""}
    rows[7] = GAMES[7] | {"home_points": "x"}
    rows[11] = GAMES[11] | {"away_team": GAMES[11]["home_team"]}
    rows[20] = GAMES[20] | {"home_points": "251"}
    found = sorted_out(rows)
    assert list(listed(found)) == [3, 8, 12, 21]
    assert found.read.rows.tolist() == [row for row in range(1, 31) if row not in {3, 8, 12, 21}]


@pytest.mark.parametrize("more", [{}, NO_SCORE])
def test_all_rows_of_an_id_with_different_values_are_set_aside(more: dict[str, str]) -> None:
    one, other = GAMES[3] | more, GAMES[3] | more | {"game_date": "2011-03-01"}
    found = sorted_out([one, *GAMES[:3], one, *GAMES[4:], other])
    assert set(listed(found)) == {1, 5, 31 + 1}
    assert set(listed(found).values()) == {"the game_id of another row with other values"}
    assert (found.read.table.num_rows, found.read.unplayed.num_rows) == (29, 0)


def test_one_odd_result_in_a_schedule_does_not_keep_the_coming_games_out() -> None:
    found = sorted_out([GAMES[0] | {"home_points": "300"}, *(game | NO_SCORE for game in GAMES[1:])])
    assert (list(listed(found)), found.read.unplayed.num_rows) == ([1], 29)


def test_cells_of_any_type_are_listed_as_text() -> None:
    table = pa.table({name: [game[name] for game in GAMES] for name in GAMES[0]})
    ids = pa.array([None, *range(1, 30)])
    found = sort_out_games(WrittenGames(table.set_column(0, "game_id", ids), "games"))
    assert listed(found) == {1: "no game_id"}
    assert found.wrong["home_points"].to_pylist() == [str(GAMES[0]["home_points"])]


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"home_points": "x"}, GamesTypeWrong),
        ({"away_team": "BOS", "home_team": "BOS"}, GamesTeamPlaysItself),
        ({"season": "2010"}, GamesTooOdd),
    ],
)
@pytest.mark.parametrize("count", [11, 30])
def test_a_file_with_too_many_wrong_rows_of_one_kind_is_refused_with_that_error(
    wrong: dict[str, str], error: type[Exception], count: int
) -> None:
    with pytest.raises(error):
        sorted_out([*(game | wrong for game in GAMES[:count]), *GAMES[count:]])


def test_a_file_with_too_many_wrong_rows_of_several_kinds_is_refused_with_their_counts() -> None:
    rows = [*(game | {"home_points": "x"} for game in GAMES[:6]), *(game | {"game_id": ""} for game in GAMES[6:12])]
    with pytest.raises(TooManyWrongRows, match="12 of its 30 rows are wrong") as caught:
        sorted_out([*rows, *GAMES[12:]])
    assert set(caught.value.reasons) == {
        "6 with something other than a whole number in home_points",
        "6 with no game_id",
    }


def test_a_missing_column_is_no_matter_of_single_rows() -> None:
    with pytest.raises(GamesColumnsMissing):
        sorted_out([{name: cell for name, cell in game.items() if name != "season"} for game in GAMES])
