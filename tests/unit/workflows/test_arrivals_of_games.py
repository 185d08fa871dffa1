"""Arriving games without a score are stored as coming games, and a later file brings their scores."""

import csv
import io
from datetime import timedelta
from typing import Any

import pyarrow.parquet as pq
import pytest

from courtside.contracts import lake_keys
from courtside.contracts.records import ArrivalOutcome
from tests.unit.core.games.game_rows import Row, season_rows
from tests.unit.workflows.arriving import NBA, NOW, Desk


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


def test_an_unreadable_cancellation_quarantines_the_file(desk: Desk) -> None:
    found = desk.arrive("odd.csv", written(schedule(3), scored=0, is_cancelled=["", "perhaps", 0]))
    assert found.outcome == ArrivalOutcome.QUARANTINED
    assert "is_cancelled" in found.reason
    assert "perhaps" in found.reason


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
