"""The stage's own function loads games that are put into its lake, under its own role."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from courtside.cli.main import app
from courtside.contracts import lake_keys
from courtside.core.parquet import read_parquet_content
from tests.integration.stage.conftest import Stage
from tests.integration.stage.test_loop import told_once
from tests.unit.core.games.game_rows import season_rows
from tests.unit.workflows.test_arrivals_of_games import written

pytestmark = pytest.mark.usefixtures("champion")
SEASON = 1990
GAMES = season_rows(SEASON)[:8]


def arrivals(*options: str) -> list[dict[str, Any]]:
    done = CliRunner().invoke(app, ["games", "arrivals", *options, "--json"])
    assert done.exit_code == 0, done.output
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def put(stage: Stage, name: str, content: bytes) -> None:
    stage.lake.write(f"{lake_keys.incoming('nba_games')}{name}", content)


def test_a_schedule_its_scores_and_a_wrong_file_are_handled_by_the_stage_itself(stage: Stage) -> None:
    put(stage, "schedule.csv", written(GAMES, scored=0))
    (schedule,) = arrivals("--now")
    assert (schedule["outcome"], schedule["coming"], schedule["new"]) == ("loaded", 8, 8)
    coming = read_parquet_content(stage.lake.read(lake_keys.coming_games(SEASON)))
    assert coming["home_points"].null_count == 8
    assert stage.lake.keys(lake_keys.games(SEASON)) == []
    put(stage, "scores.csv", written(GAMES[:3], scored=3))
    put(stage, "odd.csv", b"game,winner\n1,BOS\n")
    _, *later = arrivals("--now")
    assert {each["file"].rsplit("/", 1)[1]: (each["outcome"], each["changed"]) for each in later} == {
        "scores.csv": ("loaded", 3),
        "odd.csv": ("quarantined", 0),
    }
    played = read_parquet_content(stage.lake.read(lake_keys.games(SEASON)))
    assert played["home_points"].to_pylist() == [game["home_points"] for game in GAMES[:3]]
    assert read_parquet_content(stage.lake.read(lake_keys.coming_games(SEASON))).num_rows == 5
    logged = stage.lake.keys(lake_keys.arrived_rows("nba_games"))
    assert {each["load"] for each in (schedule, *later) if each["load"]} <= {key[-24:-8] for key in logged}
    (aside,) = arrivals("--now", "--quarantine")
    assert aside["in_quarantine"]
    assert stage.lake.read(f"{aside['quarantine']}original/odd.csv") == b"game,winner\n1,BOS\n"
    assert told_once(stage, containing="incoming/nba_games/odd.csv")
    retried = CliRunner().invoke(app, ["games", "retry", aside["id"], "--json"])
    assert retried.exit_code == 0, retried.output
    assert [each["id"] for each in arrivals("--now", "--quarantine")] == [aside["id"]]
    assert told_once(stage, containing="incoming/nba_games/odd.csv")
    for load in (later[0]["load"] or later[1]["load"], schedule["load"]):  # the other tests have their own seasons
        assert CliRunner().invoke(app, ["games", "unload", load]).exit_code == 0
    assert stage.lake.keys(lake_keys.games(SEASON)) == []
