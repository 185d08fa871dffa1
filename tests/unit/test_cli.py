"""The commands work on files, refuse bad input by name, and explain an unreachable stage."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from courtside.datasets.simulated import simulate_games
from tests.fakes.console_script import run


def test_the_module_runs_like_the_console_script() -> None:
    command = [sys.executable, "-m", "courtside.cli", "--help"]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    assert "courtside demo" in shown.stdout


@pytest.fixture(scope="module")
def games(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("games") / "games.parquet"
    pq.write_table(simulate_games(seasons=[2008, 2009, 2010]), path)
    return path


COMMANDS = [
    "costs", "demo", "features", "train", "retrain", "drift check", "games load", "games simulate", "tables simulate",
    "local up", "local env", "local status", "local down", "versions list", "versions rollback", "mlflow env",
    "mlflow ui", "tables load", "tables loads", "tables unload", "games loads", "games unload",
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command: str) -> None:
    shown = run(*command.split(), "--help")
    assert shown.returncode == 0
    assert f"courtside {command}" in " ".join(shown.stdout.split())


def test_features_followed_by_drift_check_finds_the_feature_that_moved(games: Path, tmp_path: Path) -> None:
    out = tmp_path / "features.parquet"
    made = json.loads(run("features", "--games", games, "--out", out, "--json").stdout)
    assert made["rows"] > 3_000
    same = run("drift", "check", "--reference", out, "--current", out, "--exit-code")
    assert same.returncode == 0
    table = pq.read_table(out)
    place = table.column_names.index("home_rolling_ppg")
    moved = tmp_path / "moved.parquet"
    raised = [value + 9 for value in table.column(place).to_pylist()]
    pq.write_table(table.set_column(place, "home_rolling_ppg", [raised]), moved)
    found = run("drift", "check", "--reference", out, "--current", moved, "--exit-code", "--json")
    assert found.returncode == 3
    drifted = [name for name, feature in json.loads(found.stdout)["features"].items() if feature["drifted"]]
    assert drifted == ["home_rolling_ppg"]


def test_train_on_files_writes_models_and_prints_json(games: Path, tmp_path: Path) -> None:
    done = run("train", "--games", games, "--out", tmp_path / "models", "--disable-mlflow", "--json")
    record = json.loads(done.stdout)
    assert {model["name"] for model in record["models"]} >= {"logistic_regression", "lightgbm"}
    assert (tmp_path / "models" / "ml-models" / "model_results.csv").is_file()


def broken(tmp_path: Path) -> dict[str, Path]:
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "broken.csv.gz").write_bytes(gzip.compress(b"game_id,game_date\n" * 50)[:-20])
    (tmp_path / "renamed.csv").write_text(
        "id,game_date,season,home_team,away_team,home_points,away_points,is_playoff\na,2010-01-01,2010,A,B,1,2,0\n"
    )
    return {
        "GamesFileMissing": tmp_path / "nowhere.csv",
        "GamesEmpty": tmp_path / "empty.csv",
        "GamesFileCorrupt": tmp_path / "broken.csv.gz",
        "GamesColumnsMissing": tmp_path / "renamed.csv",
    }


def test_train_searches_evaluates_and_calibrates_if_asked(games: Path, tmp_path: Path) -> None:
    more = ("--search", "1", "--rolling-origin", "2", "--calibrate", "sigmoid", "--disable-drift", "--json")
    done = run("train", "--games", games, "--out", tmp_path / "models", "--disable-mlflow", *more)
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert {model["rolling_origin"]["folds"] for model in record["models"]} == {2}
    assert [model["name"] for model in record["models"] if model["calibration"] == "sigmoid"] == [record["best"]]
    assert run("train", "--games", games, "--out", tmp_path, "--rolling-origin", "1").returncode == 2


@pytest.mark.parametrize("command", [("demo",), ("features", "--out", "x.parquet"), ("train", "--out", "models")])
def test_bad_input_is_named_and_exits_2(command: tuple[str, ...], tmp_path: Path) -> None:
    for error, path in broken(tmp_path).items():
        done = run(*command, "--games", path)
        assert done.returncode == 2, done.stderr
        assert error in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("games", "simulate", "--seed", "-1"),
        ("tables", "simulate", "--seed", "-1"),
        ("demo", "--seed", "-7"),
        ("local", "up", "--port", "70000"),
    ],
)
def test_a_number_outside_its_range_is_bad_input(command: tuple[str, ...], tmp_path: Path) -> None:
    done = run(*command, *(("--out", tmp_path / "out") if "--seed" in command else ()))
    assert done.returncode == 2
    assert f"'{command[-2]}'" in done.stderr


def test_a_demo_without_the_seasons_it_needs_says_so_in_its_json_too(games: Path, tmp_path: Path) -> None:
    done = run("demo", "--games", games, "--json", tmp_path / "result.json")
    assert done.returncode == 2
    assert "SeasonsMissing" in done.stderr
    result = json.loads((tmp_path / "result.json").read_text())
    assert result["ok"] is False
    assert result["error"].startswith("SeasonsMissing")


def test_an_unknown_dataset_policy_day_or_file_exits_2(games: Path, tmp_path: Path) -> None:
    out = tmp_path / "f.parquet"
    assert run("features", "--games", games, "--out", out, "--dataset", "nfl").returncode == 2
    assert run("train", "--games", games, "--out", tmp_path, "--as-of", "soon").returncode == 2
    run("features", "--games", games, "--out", out)
    assert run("drift", "check", "--reference", out, "--current", out, "--policy", "vibes").returncode == 2
    assert run("drift", "check", "--reference", out, "--current", games.with_name("none")).returncode == 2


def test_a_stage_that_cannot_be_reached_says_what_to_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    for command in ("versions list", "versions rollback", "retrain"):
        done = run(*command.split())
        assert done.returncode == 1
        assert "AwsUnusable" in done.stderr
        assert "AWS_DEFAULT_REGION" in done.stderr


def test_local_commands_say_that_no_embedded_aws_is_running(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COURTSIDE_STATE_DIR", str(tmp_path))
    assert run("local", "env").returncode == 2
    undone = run("local", "env", "--unset").stdout.split()
    assert undone[0] == "unset"
    assert {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_CA_BUNDLE", "COURTSIDE_TRACKING_URI"} < set(undone)
    assert json.loads(run("local", "status", "--json").stdout) == []
