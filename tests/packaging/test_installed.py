"""The installed package works as its users use it: the command, a drift check and the Python API, for each extra."""

import json
from pathlib import Path

import pytest

from tests.packaging.conftest import Installation

API = """
import json
import numpy as np
import pyarrow as pa
import courtside
draw = np.random.default_rng(3)
reference, moved = (pa.table({"speed": draw.normal(mean, 1, 2000)}) for mean in (0, 2))
assert courtside.check_drift(reference, moved).features_drifted == ("speed",)
monitor = courtside.DataDriftDetection().setup(reference_data=reference)
found = monitor.detect_drift(moved)
print(json.dumps(found["summary"], default=str))
"""


SPLIT = """
import pyarrow.parquet as pq
games = pq.read_table("games.parquet")
season = games["season"].to_numpy()
pq.write_table(games.filter((season >= 2001) & (season <= 2004)), "old.parquet")
pq.write_table(games.filter(season == 2019), "new.parquet")
"""


def simulate(installed: Installation) -> None:
    """Write two files of simulated games into the folder: four old seasons and a new one."""
    if not (installed.folder / "new.parquet").exists():
        installed.does("courtside", "games", "simulate", "--out", "games.parquet")
        installed.does("python", "-c", SPLIT)


def test_the_command_runs_without_any_extra(plain: Installation) -> None:
    assert plain.does("courtside", "--version").startswith("courtside ")
    assert "drift" in plain.does("courtside", "--help")


def test_files_are_checked_for_drift_without_any_extra(plain: Installation) -> None:
    simulate(plain)
    for name in ("old", "new"):
        plain.does("courtside", "features", "--games", f"{name}.parquet", "--out", f"{name}-features.parquet")
    tables = ("--reference", "old-features.parquet", "--current", "new-features.parquet")
    checked = plain.run("courtside", "drift", "check", *tables, "--json", "--exit-code", "--out", "report")
    assert checked.returncode == 3, checked.stderr
    report = json.loads(checked.stdout)
    assert "home_rolling_ppg" in report["summary"]["features_drifted"]
    assert (plain.folder / "report" / "report.html").stat().st_size > 1000


def test_the_python_api_finds_drift_without_any_extra(plain: Installation) -> None:
    summary = json.loads(plain.does("python", "-c", API))
    assert summary["features_drifted"] == ["speed"]


@pytest.mark.parametrize(
    ("command", "extra"),
    [
        (["status", "--stage", "dev"], "aws"),
        (["versions", "list"], "aws"),
        (["train", "--games", "old.parquet", "--out", "models", "--disable-mlflow"], "train"),
        (["query", "champion_when", "--lake", "."], "query"),
        (["drift", "check", "--reference", "models:/any@champion", "--current", "new.parquet"], "aws"),
    ],
)
def test_a_command_that_needs_an_extra_names_it(plain: Installation, command: list[str], extra: str) -> None:
    simulate(plain)
    done = plain.run("courtside", *command)
    assert done.returncode == 1
    assert f"pip install 'courtside[{extra}]'" in done.stderr.replace("\n", " ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [["demo"], ["local", "up"], ["local", "status"]])
def test_the_embedded_aws_says_that_it_needs_a_clone(plain: Installation, command: list[str]) -> None:
    done = plain.run("courtside", *command)
    assert done.returncode == 1
    assert "clone the project and run `make demo` there" in done.stderr.replace("\n", " ")
    assert list(Path(plain.folder).glob("demo-out")) == []


def test_a_stage_can_be_queried_with_the_extra_aws(with_aws: Installation) -> None:
    done = with_aws.run("courtside", "status", "--stage", "dev")
    assert done.returncode in {1, 2}
    assert "credentials" in done.stderr.lower() or "region" in done.stderr.lower(), done.stderr
    assert "Traceback" not in done.stderr


def test_models_are_trained_with_the_extra_train(with_train: Installation) -> None:
    simulate(with_train)
    trained = with_train.does(
        "courtside", "train", "--games", "old.parquet", "--out", "models", "--disable-mlflow", "--json"
    )
    assert {model["name"] for model in json.loads(trained)["models"]} == {
        "logistic_regression", "random_forest", "xgboost", "lightgbm",
    }  # fmt: skip
    assert (with_train.folder / "models" / "ml-models" / "xgboost.pkl").exists()
