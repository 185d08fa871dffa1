"""`courtside tables` loads into a bucket, and S3's conditional writes decide between concurrent loads."""

import io
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from courtside.adapters.s3_lake import S3Lake
from courtside.contracts import lake_keys
from courtside.core.games import ReadGames, validate_games
from courtside.core.parquet import read_parquet_content
from courtside.datasets.simulated import simulate_games
from courtside.workflows.game_loads import PREFIX as GAMES
from courtside.workflows.game_loads import load_games
from courtside.workflows.loads import read_loads
from tests.datasets.churn import CONTRACT, churn_table
from tests.fakes.added_models import add_model
from tests.fakes.console_script import run
from tests.integration.lake.conftest import STAGE
from tests.unit.workflows.churn_lake import PREFIX


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "churn.parquet"
    pq.write_table(churn_table(1_500), file)
    return file


@pytest.fixture
def churn(lake: S3Lake) -> S3Lake:
    """Return the lake of a stage with the model `churn`."""
    add_model(str(CONTRACT), stage=STAGE)
    return lake


def tables(command: str, *arguments: str | Path) -> Any:
    done = run("tables", command, *arguments, "--stage", STAGE, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_objects_of_some_days_are_listed_without_the_others(lake: S3Lake) -> None:
    days = ["2026-01-01", "2026-01-02", "2026-01-03", "2026-02-01"]
    for day in days:
        lake.write(f"days/dt={day}/x", day.encode())
    for begin in range(4):
        for end in range(begin, 4):
            listed = lake.stamps("days/", first=f"days/dt={days[begin]}/", last=f"days/dt={days[end]}/")
            assert list(listed) == [f"days/dt={day}/x" for day in days[begin : end + 1]]
    assert list(lake.stamps("days/")) == lake.keys("days/")


def test_an_object_is_replaced_only_if_it_is_unchanged_since_it_was_read(lake: S3Lake) -> None:
    assert lake.stamped("a/x") is None
    lake.write("a/x", b"first")
    found = lake.stamped("a/x")
    assert found is not None
    assert found.content == b"first"
    assert lake.stamps("a/") == {"a/x": found.stamp}
    assert lake.replace("a/x", b"second", stamp=found.stamp)
    assert lake.stamps("a/") != {"a/x": found.stamp}
    assert not lake.replace("a/x", b"third", stamp=found.stamp)
    assert lake.read("a/x") == b"second"
    lake.remove(["a/x"])
    assert not lake.replace("a/x", b"fourth", stamp=found.stamp)
    assert lake.keys("a/") == []


def test_a_file_is_loaded_once_listed_and_removed_again(churn: S3Lake, path: Path) -> None:
    lake = churn
    load = ("--table", path, "--contract", CONTRACT)
    first, again = tables("load", *load), tables("load", *load)
    assert (first["repeated"], again["repeated"], again["load"]) == (False, True, first["load"])
    assert (first["rows"], first["unlabelled"]) == (1_500, 0)
    days = sorted(moment.date().isoformat() for moment in pq.read_table(path)["measured_at"].to_pylist())
    assert (first["first_day"], first["last_day"]) == (days[0], days[-1])
    assert sorted(lake.keys(PREFIX)) == sorted([first["key"], lake_keys.loads(PREFIX)])
    kept = read_parquet_content(lake.read(first["key"]))
    assert kept.equals(pq.read_table(path).select(kept.column_names))
    pq.write_table(churn_table(1_500).slice(100, 20), path)
    refused = run("tables", "load", *load, "--stage", STAGE)
    assert (refused.returncode, "RowsLoadedBefore" in refused.stderr) == (2, True), refused.stderr
    pq.write_table(churn_table(20, seed=1), path)
    second = tables("load", *load)
    assert [each["state"] for each in tables("loads")] == ["loaded", "loaded"]
    tables("unload", first["load"])
    assert [each["state"] for each in tables("loads")] == ["taken back", "loaded"]
    assert [key for key in lake.keys(PREFIX) if "/_" not in key] == [second["key"]]
    assert lake.read(lake_keys.unloaded_table("churn", first["load"]))
    shown = run("tables", "loads", "--stage", STAGE)
    assert (shown.returncode, first["load"] in shown.stdout) == (0, True), shown.stderr


def test_rows_of_a_contract_that_the_stage_does_not_have_are_refused(churn: S3Lake, path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    renamed = CONTRACT.read_text().replace("name: churn", "name: other")
    changed = CONTRACT.read_text().replace("senior: binary", "senior: numeric")
    for text, said in (
        (renamed, "the stage has no model 'other'"),
        (changed, "has another contract of churn"),
    ):
        other.write_text(text)
        done = run("tables", "load", "--table", path, "--contract", other, "--stage", STAGE)
        assert (done.returncode, said in " ".join(done.stderr.split())) == (2, True), done.stderr
    games = tmp_path / "games.parquet"
    pq.write_table(simulate_games(seasons=[2010]), games)
    for command in (("load", "--games", games), ("loads",), ("unload", "abc")):
        done = run("games", *command, "--stage", STAGE)
        assert (done.returncode, "NoModel" in done.stderr) == (2, True), done.stderr
    assert churn.keys("tables/") == churn.keys("games/") == []


def test_concurrent_loads_of_games_lose_none(lake: S3Lake) -> None:
    whole = simulate_games(seasons=[2010])
    parts = [whole.slice(start, 100) for start in range(0, 400, 100)]

    def load(part: ReadGames) -> None:
        load_games(part, file="part", lake=lake, now=datetime.now(UTC), progress=lambda _: None)

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(load, validate_games(part)) for part in parts]:
            done.result()
    assert len(read_loads(GAMES, lake=lake)[0].loads) == 4
    games = pq.read_table(io.BytesIO(lake.read(lake_keys.games(2010))))
    assert sorted(games["game_id"].to_pylist()) == sorted(whole.slice(0, 400)["game_id"].to_pylist())
