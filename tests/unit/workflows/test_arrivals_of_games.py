"""Arriving games without a score are stored as coming games, and a later file brings their scores."""

import csv
import io
from datetime import timedelta
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from courtside.contracts import lake_keys
from courtside.contracts.records import ArrivalOutcome, ArrivalRecord
from tests.unit.core.games.game_rows import Row, season_rows
from tests.unit.workflows.arriving import NBA, NOW, Desk
from tests.unit.workflows.test_arrivals import as_feather


def schedule(games: int) -> list[Row]:
    return season_rows(2011)[:games]


def written(rows: list[Row], *, scored: int, **more: list[Any]) -> bytes:
    """Return the games as CSV, where only the first `scored` games have scores."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([*rows[0], *more])
    for place, row in enumerate(rows):
        told = row if place < scored else row | {"home_points": "", "away_points": ""}
        writer.writerow([*told.values(), *(values[place] for values in more.values())])
    return text.getvalue().encode()


def aside(desk: Desk, record: ArrivalRecord) -> list[dict[str, str]]:
    """Return the wrong rows of a file as its quarantine lists them."""
    return list(csv.DictReader(io.StringIO(desk.lake.read(f"{record.quarantine}rows.csv").decode())))


def coming(desk: Desk) -> dict[str, Any]:
    content = desk.lake.objects.get(lake_keys.coming_games(2011))
    rows = [] if content is None else pq.read_table(io.BytesIO(content)).to_pylist()
    assert all(row["home_points"] is None and row["away_points"] is None for row in rows)
    return {row["game_id"]: row["game_date"].isoformat() for row in rows}


def played(desk: Desk) -> dict[str, int]:
    rows = desk.rows()
    assert not [row for row in rows if row["home_points"] is None]
    return {row["game_id"]: row["home_points"] for row in rows}


@pytest.fixture
def desk() -> Desk:
    return Desk(dataset=NBA)


def test_games_without_scores_are_stored_as_coming_games_and_left_out_of_trainings(desk: Desk) -> None:
    games = schedule(12)
    found = desk.arrive("january.csv", written(games, scored=4))
    assert (found.outcome, found.new, found.coming, found.wrong) == (ArrivalOutcome.LOADED, 12, 8, 0)
    assert list(played(desk)) == [game["game_id"] for game in games[:4]]
    assert coming(desk) == {game["game_id"]: game["game_date"] for game in games[4:]}
    assert desk.alerts.sent == []


def test_a_schedule_without_any_score_is_accepted(desk: Desk) -> None:
    assert desk.arrive("schedule.csv", written(schedule(12), scored=0)).coming == 12
    assert len(coming(desk)) == 12
    assert desk.lake.keys(f"{lake_keys.GAMES_PREFIX}season=") == []


def test_a_later_file_brings_the_scores(desk: Desk) -> None:
    games = schedule(12)
    desk.arrive("schedule.csv", written(games, scored=0), now=NOW)
    found = desk.arrive("results.csv", written(games[:5], scored=5), now=NOW + timedelta(days=1))
    assert (found.changed, found.new) == (5, 0)
    assert len(played(desk)) == 5
    assert list(coming(desk)) == [game["game_id"] for game in games[5:]]
    told = [(row["game_id"], row["arrived_revision"], row["home_points"]) for row in desk.log()[12:]]
    assert told == [(game["game_id"], 2, game["home_points"]) for game in games[:5]]
    assert {row["arrived_first"] for row in desk.log()} == {NOW}


def test_an_old_schedule_removes_no_score(desk: Desk) -> None:
    games = schedule(12)
    desk.arrive("results.csv", written(games, scored=12))
    found = desk.arrive("schedule.csv", written(games, scored=0))
    assert (found.outcome, found.same) == (ArrivalOutcome.NOTHING_NEW, 12)
    assert (len(played(desk)), coming(desk)) == (12, {})


def test_a_moved_date_is_a_revision(desk: Desk) -> None:
    games = schedule(12)
    desk.arrive("schedule.csv", written(games, scored=0), now=NOW)
    moved = games[3] | {"game_date": "2010-12-24"}
    found = desk.arrive("moved.csv", written([moved], scored=0), now=NOW + timedelta(days=1))
    assert (found.changed, found.coming) == (1, 1)
    assert coming(desk)[games[3]["game_id"]] == "2010-12-24"
    dates = [row["game_date"].isoformat() for row in desk.log() if row["game_id"] == games[3]["game_id"]]
    assert dates == [games[3]["game_date"], "2010-12-24"]
    desk.arrive("result.csv", written([moved], scored=1))
    assert games[3]["game_id"] in played(desk)


def test_a_cancelled_game_is_not_expected_until_a_file_lists_it_again(desk: Desk) -> None:
    games = schedule(6)
    desk.arrive("schedule.csv", written(games, scored=0), now=NOW)
    gone = written(games[:3], scored=0, is_cancelled=[1, 0, ""])
    assert desk.arrive("cancelled.csv", gone, now=NOW + timedelta(days=1)).changed == 1
    assert list(coming(desk)) == [game["game_id"] for game in games[1:]]
    (last,) = [row for row in desk.log() if row["is_cancelled"]]
    assert (last["game_id"], last["arrived_revision"]) == (games[0]["game_id"], 2)
    assert desk.arrive("cancelled_again.csv", gone).outcome == ArrivalOutcome.NOTHING_NEW
    desk.arrive("back.csv", written(games[:1], scored=0), now=NOW + timedelta(days=2))
    assert len(coming(desk)) == 6


def test_a_played_game_cannot_be_cancelled(desk: Desk) -> None:
    games = schedule(6)
    desk.arrive("results.csv", written(games, scored=6))
    desk.arrive("cancelled.csv", written(games[:1], scored=0, is_cancelled=[1]))
    assert len(played(desk)) == 6


def test_a_row_with_an_unreadable_cancellation_is_set_aside(desk: Desk) -> None:
    games = schedule(4)
    found = desk.arrive("odd.csv", written(games, scored=1, is_cancelled=["", "", "perhaps", 0]))
    assert (found.outcome, found.new, found.wrong) == (ArrivalOutcome.LOADED, 3, 1)
    assert found.reason == "wrong rows: 1 with something other than 0 or 1 in is_cancelled"
    (row,) = aside(desk, found)
    assert (row["row"], row["is_cancelled"]) == ("3", "perhaps")
    assert list(coming(desk)) == [games[1]["game_id"], games[3]["game_id"]]


def test_wrong_games_are_set_aside_one_by_one_with_one_alert(desk: Desk) -> None:
    games = schedule(24)
    rows = [*games[:19], games[19] | {"game_id": ""}, games[20] | {"home_points": "many"}, *games[21:]]
    content = written(rows, scored=24) + b"cut off,2011-01-01\r\n"
    found = desk.arrive("week.csv", content)
    assert (found.outcome, found.new, found.wrong) == (ArrivalOutcome.LOADED, 22, 3)
    told = [(row["row"], row["reason"], row["home_team"]) for row in aside(desk, found)]
    assert told == [
        ("20", "no game_id", games[19]["home_team"]),
        ("21", "something other than a whole number in home_points", games[20]["home_team"]),
        ("25", "more or fewer cells than the header", ""),
    ]
    assert desk.lake.read(f"{found.quarantine}original/week.csv") == content
    (alert,) = desk.alerts.sent
    assert "Its other rows were taken in" in alert.text
    assert len(played(desk)) == 22
    again = desk.arrive("again.csv", content)
    assert (again.outcome, again.wrong, len(desk.alerts.sent)) == (ArrivalOutcome.NOTHING_NEW, 3, 1)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"home_team": "SAS", "away_team": "UTA"}, "the game_id of another game in the lake"),
        ({"game_id": "new"}, "a team that plays in another game of the lake on the same day"),
    ],
)
def test_a_game_that_clashes_with_one_of_the_lake_is_set_aside_alone(
    desk: Desk, change: dict[str, str], reason: str
) -> None:
    games = schedule(12)
    desk.arrive("monday.csv", written(games[:4], scored=4))
    found = desk.arrive("week.csv", written([*games[4:8], games[1] | change, *games[8:]], scored=9))
    assert (found.outcome, found.new, found.wrong) == (ArrivalOutcome.LOADED, 8, 1)
    assert [(row["row"], row["reason"]) for row in aside(desk, found)] == [("5", reason)]
    assert played(desk)[games[1]["game_id"]] == games[1]["home_points"]
    assert len(played(desk)) == 12


def test_a_feather_file_is_sorted_out_like_any_other(desk: Desk) -> None:
    games = schedule(12)
    table = pa.table({name: [game[name] for game in games] for name in games[0]})
    ids = pa.array([None, *(game["game_id"] for game in games[1:])])
    found = desk.arrive("week.feather", as_feather(table.set_column(0, "game_id", ids)))
    assert (found.new, found.reason) == (11, "wrong rows: 1 with no game_id")


def test_a_file_without_a_good_game_is_refused_with_its_own_reason(desk: Desk) -> None:
    found = desk.arrive("week.csv", written([game | {"game_date": "soon"} for game in schedule(5)], scored=5))
    assert found.outcome == ArrivalOutcome.QUARANTINED
    assert found.reason.startswith("week.csv: column 'game_date': rows 1, 2, 3, 4, 5 (5 rows): found 'soon'")


def test_odd_games_are_set_aside_and_a_clashing_game_quarantines_the_file(desk: Desk) -> None:
    games = schedule(24)
    odd = [*games[:20], games[20] | {"home_points": 300}]
    found = desk.arrive("odd.csv", written(odd, scored=21))
    assert (found.new, found.wrong) == (20, 1)
    assert "implausible score" in desk.lake.read(f"{found.quarantine}rows.csv").decode()
    other = games[1] | {"home_team": "SAS", "away_team": "UTA"}
    clash = desk.arrive("clash.csv", written([other], scored=1))
    assert clash.outcome == ArrivalOutcome.QUARANTINED
    assert "have the id of another game" in clash.reason
    assert len(desk.alerts.sent) == 2


def test_the_teams_of_a_coming_game_may_change(desk: Desk) -> None:
    final = season_rows(2011)[0] | {"home_team": "TBD", "away_team": "TB2"}
    desk.arrive("schedule.csv", written([final], scored=0))
    assert desk.arrive("finalists.csv", written([season_rows(2011)[0]], scored=1)).changed == 1
    assert len(played(desk)) == 1
