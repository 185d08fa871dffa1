"""The stage's own functions predict and judge, with their own roles; whatever happens, nothing is lost or doubled."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from courtside.cli.main import app
from courtside.contracts import dashboard_keys, lake_keys, training_keys
from courtside.contracts.names import StackOutput
from courtside.contracts.scoring import Role
from courtside.core.parquet import read_parquet_content
from courtside.datasets.simulated import simulate_games
from courtside.workflows.archive_log import (
    estimates_log,
    evidence_log,
    labels_log,
    performance_log,
    promise_tests_log,
)
from tests.integration.stage.conftest import SEASONS, Stage
from tests.integration.stage.scoring import Scored

pytestmark = pytest.mark.usefixtures("champion")
MODEL = "nba_games"
DAY = date(2010, 11, 29)
"""A day in the season after the champion's last training day; its games are in the lake, with scores."""
OFF_SEASON = date(2010, 8, 15)


@pytest.fixture
def games(stage: Stage) -> Scored:
    return Scored(stage, MODEL)


def test_the_champion_predicts_the_coming_games_once(games: Scored) -> None:
    first = games.predicted(DAY)
    assert first["version"] == games.champion().version
    assert first["predicted"] > 20
    assert (first["unchanged"], first["set_aside"]) == (0, 0)
    # Another file's tests may have predicted a later day of the same stage.
    assert [problem for problem in first["problems"] if "hindsight" not in problem] == []
    rows = games.stored(DAY)
    assert games.is_whole(DAY, first["predicted"])
    assert set(rows.column("role").to_pylist()) == {"champion"}
    assert set(rows.column("sha256").to_pylist()) == {games.champion().sha256}
    days = {moment.date() for moment in rows.column("time").to_pylist()}
    assert (min(days), max(days) <= DAY + timedelta(days=7)) == (DAY, True)
    assert all(0 < each < 1 for each in rows.column("prediction").to_pylist())
    again = games.predicted(DAY)
    assert (again["predicted"], again["unchanged"]) == (0, first["predicted"])
    assert games.stored(DAY).equals(rows)


def asked(*words: object) -> dict[str, Any]:
    """Return what `courtside predict` prints as JSON."""
    done = CliRunner().invoke(app, ["predict", "--model", MODEL, *map(str, words), "--json"])
    assert done.exit_code == 0, done.exception
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_command_shows_what_is_kept_and_says_the_same_of_a_file(games: Scored, tmp_path: Path) -> None:
    kept = asked("--as-of", DAY)
    assert kept["version"] == games.champion().version
    today = {row["id"]: row["prediction"] for row in kept["predictions"] if row["time"].startswith(DAY.isoformat())}
    assert today
    pq.write_table(simulate_games(seasons=SEASONS), tmp_path / "games.parquet")
    here = asked("--table", tmp_path / "games.parquet", "--out", tmp_path / "said.parquet")
    assert (here["version"], here["without_prediction"]) == (kept["version"], 0)
    said = {row["game_id"]: row["prediction"] for row in pq.read_table(tmp_path / "said.parquet").to_pylist()}
    assert {game: said[game] for game in today} == today


def test_results_that_came_in_change_what_is_said_of_the_games_to_come(games: Scored) -> None:
    games.predicted(DAY)
    later = games.predicted(DAY + timedelta(days=1))
    # Only teams that played in between have other features now; the rest of the games is not predicted again.
    assert later["predicted"] > 15
    assert later["unchanged"] > 0
    assert games.is_whole(DAY + timedelta(days=1), later["predicted"])


def test_a_day_without_rows_predicts_nothing_and_is_no_failure(games: Scored) -> None:
    found = games.predicted(OFF_SEASON)
    assert (found["predicted"], found["set_aside"], found["problems"]) == (0, 0, [])
    assert games.stored(OFF_SEASON).num_rows == 0


def test_several_at_once_predict_each_game_once(games: Scored) -> None:
    day = DAY + timedelta(days=10)
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda _: games.predicted(day), range(3)))
    rows = sum(each["predicted"] for each in found)
    assert rows > 20
    assert games.is_whole(day, rows)
    assert {each["predicted"] + each["unchanged"] for each in found} == {rows}


@pytest.mark.parametrize(("place", "after"), [(0, 0.05), (1, 0.25)])
def test_a_function_that_is_killed_leaves_nothing_half_done(games: Scored, place: int, after: float) -> None:
    day = DAY + timedelta(days=20 + 10 * place)
    games.predicted(OFF_SEASON)  # it is warm
    with ThreadPoolExecutor(1) as pool:
        killed = pool.submit(games.invoked, StackOutput.PREDICT, day)
        games.kill(after=after)
    body, _ = killed.result()
    before = games.stored(day).num_rows
    found = games.predicted(day)
    rows = found["predicted"] + found["unchanged"]
    assert found["unchanged"] == before, body
    assert games.is_whole(day, rows)


def test_a_champion_whose_files_were_changed_predicts_nothing_until_they_are_restored(games: Scored) -> None:
    day = DAY + timedelta(days=40)
    folder = lake_keys.sealed(MODEL, games.champion().sha256 or "")
    manifest = json.loads(games.stage.lake.read(f"{folder}{training_keys.MANIFEST_NAME}"))
    key = folder + next(each for each in manifest["files"] if each.startswith("model/"))
    content = games.stage.lake.read(key)
    games.stage.lake.write(key, content + b" ")
    games.kill(after=0)  # a warm function goes on with what it has verified
    try:
        body, error = games.invoked(StackOutput.PREDICT, day)
        assert error == "SealBroken"
        assert "somebody changed what was promoted" in body["errorMessage"]
        assert games.stored(day).num_rows == 0
    finally:
        games.stage.lake.write(key, content)
    assert games.is_whole(day, games.predicted(day)["predicted"])


def day_of_all_labels(games: Scored) -> date:
    """Return the first day on which all labels are known that the stage has by now: none is added to an earlier one."""
    days = labels_log(MODEL, lake=games.stage.lake).days()
    return max(days, default=date.min)


def require_estimated(games: Scored, monday: date) -> None:
    """Require that the round which predicted a week has estimated the champion's performance in it, or refused to."""
    log = estimates_log(MODEL, lake=games.stage.lake)
    newest = log.read(monday, log.numbers(monday)[-1]).to_pylist()
    assert {row["metric"] for row in newest} == {"auc", "log_loss", "brier_score", "accuracy"}
    for row in newest:
        assert (row["version"], row["method"]) == (games.champion().version, "cbpe")
        assert row["constant"] is not None
        assert (row["value"] is None) == (row["refused"] is not None)


def test_weeks_are_judged_once_their_scores_are_in_and_only_once(games: Scored) -> None:
    mondays = [date(2011, 2, 28) + timedelta(weeks=week) for week in range(2)]
    counts = [games.predicted(monday)["predicted"] for monday in mondays]
    assert min(counts) > 20
    for monday in mondays:
        require_estimated(games, monday)
    end = mondays[-1] + timedelta(weeks=1)
    with ThreadPoolExecutor(2) as pool:  # two rounds at once are one too many, and nothing worse
        both = list(pool.map(lambda _: games.judged(end), range(2)))
    assert sum(each["labels_new"] for each in both) >= sum(counts) / 2
    assert sum(each["restated"] for each in both) == 0
    known = day_of_all_labels(games)
    if known > end:  # other tests have taken labels as of a later day, so these count from that day on
        end = known
        games.judged(end)
    log = performance_log(MODEL, lake=games.stage.lake)
    for monday in mondays:
        (said,) = (log.read(monday, number) for number in log.numbers(monday))
        lines = [each for each in said.to_pylist() if each["role"] == Role.CHAMPION and each["segment"] is None]
        figures = {each["metric"]: each for each in lines}
        assert 0.5 < figures["auc"]["value"] < 0.9
        assert figures["auc"]["low"] < figures["auc"]["value"] < figures["auc"]["high"]
        assert figures["auc"]["promise"] is not None
        assert figures["auc"]["version"] == games.champion().version
    assert promise_tests(games, end, days_from=mondays[0]) >= {"promise", "best_promise", "baseline", "recalibrated"}
    again = games.judged(end)
    assert (again["stated"], again["restated"], again["labels_new"], again["problems"]) == (0, 0, 0, [])
    assert again["tests"] == []


def promise_tests(games: Scored, as_of: date, *, days_from: date) -> set[str]:
    """Return what the champion was tested against, once each day of its evidence has been counted."""
    evidence, tests = (each(MODEL, lake=games.stage.lake) for each in (evidence_log, promise_tests_log))
    files = [(day, numbers[-1]) for day, numbers in evidence.days(days_from, as_of).items()]
    days = {row["day"] for file in files for row in evidence.read(*file).to_pylist() if row["rows"]}
    newest = max(tests.days(end=as_of + timedelta(days=1)))
    said = tests.read(newest, tests.numbers(newest)[-1]).to_pylist()
    version = games.champion().version
    found = {row["opponent"]: row for row in said if row["loss"] == "log_loss" and row["version"] == version}
    assert found["promise"]["days"] >= len(days) > 7
    assert all(row["outcome"] in {"worse", "equivalent", "not_known"} for row in found.values())
    return set(found)


def test_no_version_predicts_a_game_twice_in_all_this(games: Scored) -> None:
    keys = games.stage.lake.keys(lake_keys.predictions(MODEL))
    rows = pa.concat_tables([read_parquet_content(games.stage.lake.read(key)) for key in keys])
    made = Counter(zip(*(rows.column(each).to_pylist() for each in ("id", "version", "features_hash")), strict=True))
    assert max(made.values()) == 1


def published(stage: Stage, **given: str) -> dict[str, Any]:
    """Return what the function that builds pages answered, which must not be an error."""
    functions = stage.aws.client("lambda")
    (name,) = [
        each["FunctionName"]
        for each in functions.list_functions()["Functions"]
        if "PublishingFunction" in each["FunctionName"]
    ]
    answer = functions.invoke(FunctionName=name, Payload=json.dumps({"round": "asked", **given}).encode())
    body: dict[str, Any] = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, body
    return body


def test_the_pages_show_what_was_predicted_and_judged_by_a_role_that_reads_no_rows(games: Scored) -> None:
    assert published(games.stage, model=MODEL)["pages"] >= 2
    assert published(games.stage)["pages"] == 1
    lake, version = games.stage.lake, games.champion().version
    page = lake.read(dashboard_keys.model_page(MODEL)).decode()
    assert "<script" not in page
    assert f"predictions of version {version} since" in page
    said = json.loads(lake.read(dashboard_keys.summary(MODEL)))["summary"]
    assert (said["champion"], said["metric"]) == (version, "auc")
    assert any(each is not None for each in said["recent"])
    overview = lake.read(dashboard_keys.OVERVIEW_PAGE).decode()
    assert MODEL in overview
    costs = json.loads(lake.read(dashboard_keys.MONTH_COSTS))
    assert 20 < costs["stage_usd"] < 100  # what the templates of a whole stage cost, as its role may read them
    assert f"a month of this stage costs ${costs['stage_usd']:,.2f}, its" in overview
