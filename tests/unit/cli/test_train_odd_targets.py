"""`courtside train` names what is wrong with a target of classes or of values, or trains and says what is odd."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.fakes.console_script import Done, run
from tests.fakes.own_package import own_package

ROWS = 400
CONTRACT = """
name: odd
task: {task}
table: {table}
time_column: at
id_columns: [id]
target: came
features: {{x: numeric, z: numeric}}
candidates: [{candidates}]
"""
_RNG = np.random.default_rng(0)
X, Z, NOISE = _RNG.normal(size=(3, 1_000))
NAMES = np.array(["a", "b", "c"], dtype=object)[(X > 0).astype(int) + (Z > 0.5)][:ROWS]
VALUES = (3 * X + Z + NOISE)[:ROWS]


@dataclass(frozen=True)
class Desk:
    """A folder with a table of an odd target and its contract."""

    folder: Path

    def train(self, task: str, target: Any, *options: str, candidates: str | None = None) -> Done:
        days = pd.date_range("2020-01-01", periods=len(target))
        rows = pd.DataFrame({"id": range(len(target)), "at": days, "x": X[: len(target)], "z": Z[: len(target)]})
        rows.assign(came=target).to_csv(self.folder / "rows.csv", index=False)
        usual = "logistic_regression" if task == "multiclass" else "ridge"
        said = CONTRACT.format(task=task, table=self.folder / "rows.csv", candidates=candidates or usual)
        (self.folder / "odd.yaml").write_text(said)
        given = ("--contract", self.folder / "odd.yaml", "--out", self.folder / "out", "--disable-mlflow")
        return run("train", *given, *options)

    def record(self, task: str, target: Any, *options: str, candidates: str | None = None) -> dict[str, Any]:
        done = self.train(task, target, *options, "--json", candidates=candidates)
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def but(target: Any, value: Any, where: Any) -> Any:
    changed = np.array(target, dtype=object)
    changed[where] = value
    return changed


REFUSED: dict[str, tuple[str, Any, str]] = {
    "one class": ("multiclass", ["a"] * ROWS, "TargetConstant: target 'came' is a in every row"),
    "one class in a part": (
        *("multiclass", but(NAMES, "a", slice(320, None))),
        "TargetConstant: target 'came' is the same class in every row of the selection part",
    ),
    "1,000 classes": (
        *("multiclass", [f"kind {place}" for place in range(1_000)]),
        "TooManyClasses: target 'came' has 1,000 classes, and models learn at most 100: group the rarer ones",
    ),
    "amounts as classes": ("multiclass", VALUES, "where its values are amounts, write `task: regression`"),
    "no class at all": ("multiclass", [None] * ROWS, "TargetUnusable: target 'came' has no value in any row"),
    "one value": ("regression", [5.0] * ROWS, "TargetConstant: target 'came' is 5 in every row"),
    "one value in a part": (
        *("regression", but(VALUES, 1.0, slice(320, None))),
        "TargetConstant: target 'came' is the same value in every row of the selection part",
    ),
    "an infinite value": ("regression", but(VALUES, np.inf, 7), "TargetUnusable: target 'came' is infinite in 1 row,"),
    "no value at all": ("regression", [np.nan] * ROWS, "TargetUnusable: target 'came' has no value in any row"),
    "names as values": ("regression", NAMES, "TargetUnusable: target 'came' is string, expected numbers"),
    "truth as values": ("regression", VALUES > 0, "TargetUnusable: target 'came' is bool, expected numbers"),
    "few rows": ("regression", VALUES[:90], "TooFewRows: there are 90 rows with features and a label"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_target_that_cannot_be_learned_is_refused_by_name(desk: Desk, name: str) -> None:
    task, target, said = REFUSED[name]
    done = desk.train(task, target)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (desk.folder / "out" / "models").exists()


WARNED: dict[str, tuple[str, Any, str | None]] = {
    "a rare class": (
        *("multiclass", but(NAMES, "rare", [3, 4])),
        "classes of came with fewer than 10 rows in the training part: rare (2)",
    ),
    "a class that comes later": (
        *("multiclass", but(NAMES, "new", slice(385, None))),
        "classes of came that training never saw, with their rows in the test part: new (15)",
    ),
    "a class that disappears": (
        *("multiclass", but(NAMES, "gone", slice(0, 60))),
        "classes of came that the test part lacks, so nothing tells how they are predicted: gone",
    ),
    "classes that are missing": (
        *("multiclass", but(NAMES, None, slice(0, None, 8))),
        "50 rows have no came yet and were left out",
    ),
    "values that are missing": (
        *("regression", but(VALUES, None, slice(0, None, 8))),
        "50 rows have no came yet and were left out",
    ),
    "a class that is missing once": (
        *("multiclass", but(NAMES, None, [5])),
        "1 row has no came yet and was left out of training and test",
    ),
    "one value of 1e12": (
        *("regression", but(VALUES, 1e12, [10])),
        "came is more than 100 interquartile ranges from its median in 1 row of the training part, up to 1e+12",
    ),
    "values of 1e12": (
        *("regression", but(VALUES, 1e12, [10, 200, 390])),
        "came is more than 100 interquartile ranges from its median in 2 rows of the training part, up to 1e+12",
    ),
    "counts": ("regression", np.random.default_rng(1).poisson(np.exp(1 + 0.4 * X[:ROWS])), None),
    "classes that are numbers": ("multiclass", (X[:ROWS] > 0).astype(int) * 2 + (Z[:ROWS] > 0), None),
}


@pytest.mark.parametrize("name", WARNED)
def test_a_target_that_is_odd_is_learned_and_told(desk: Desk, name: str) -> None:
    task, target, said = WARNED[name]
    record = desk.record(task, target)
    if said is not None:
        assert said in "; ".join(record["warnings"])
    figures = record["models"][0]["figures"]
    assert figures
    assert np.isfinite(list(figures.values())).all()
    (page,) = (desk.folder / "out" / "models" / "odd" / "training").glob("*/card.html")
    assert "nan" not in page.read_text().lower().split()


@pytest.mark.parametrize(
    ("task", "target", "calibrates"), [("multiclass", NAMES, "isotonic"), ("regression", VALUES, None)]
)
def test_what_may_be_asked_for_beyond_is_done_for_every_task(
    desk: Desk, task: str, target: Any, calibrates: str | None
) -> None:
    more = ("--search", "2", "--rolling-origin", "2", "--history", "auto")
    record = desk.record(task, target, *more, *(("--calibrate", calibrates) if calibrates else ()))
    (model,) = record["models"]
    assert model["calibration"] == calibrates
    assert model["rolling_origin"]["folds"] == 2
    assert {"log_loss", "accuracy"} <= model["rolling_origin"]["figures"].keys() or {
        "rmse",
        "mae",
    } <= model["rolling_origin"]["figures"].keys()


def test_values_are_not_calibrated(desk: Desk) -> None:
    done = desk.train("regression", VALUES, "--calibrate", "sigmoid")
    assert done.returncode == 2
    assert "NothingToCalibrate: models of came predict values" in done.stderr


def test_a_class_that_nothing_would_calibrate_is_refused_and_none_is_lost(desk: Desk) -> None:
    done = desk.train("multiclass", but(NAMES, "rare", [3, 4]), "--calibrate", "isotonic")
    assert done.returncode == 2
    assert "ClassesNotCalibrated: 1 of the 4 classes of came that models learn" in done.stderr


OWN = """
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.naive_bayes import GaussianNB
VALUES = Candidate(
    name="extra_trees",
    flavor=Flavor.SKLEARN,
    params={"n_estimators": 20, "random_state": 42},
    build=lambda params: ExtraTreesRegressor(**params),
    tasks=frozenset({"regression"}),
)
CLASSES = Candidate(name="bayes", flavor=Flavor.SKLEARN, params={}, build=lambda params: GaussianNB(**params))
"""


@pytest.mark.parametrize(
    ("task", "target", "own", "other"),
    [("regression", VALUES, "VALUES", "CLASSES"), ("multiclass", NAMES, "CLASSES", "VALUES")],
)
def test_a_candidate_of_ones_own_learns_its_task_and_is_refused_for_another(
    desk: Desk, task: str, target: Any, own: str, other: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = own_package(desk.folder / "packages", monkeypatch, OWN, name=f"own_{task}")
    usual = "ridge" if task == "regression" else "logistic_regression"
    record = desk.record(task, target, candidates=f"{usual}, '{package}.boosting:{own}'")
    assert [model["name"] for model in record["models"]] == [usual, "extra_trees" if own == "VALUES" else "bayes"]
    done = desk.train(task, target, candidates=f"'{package}.boosting:{other}'")
    assert done.returncode == 2
    assert f"and the contract's task is {task}; name one whose `tasks` hold {task}" in done.stderr


def test_a_class_whose_name_is_empty_can_be_seen(tmp_path: Path) -> None:
    names = np.where(NAMES == "a", "", NAMES)
    days = pd.date_range("2020-01-01", periods=ROWS)
    rows = pd.DataFrame({"id": range(ROWS), "at": days, "x": X[:ROWS], "z": Z[:ROWS], "came": names})
    rows.to_parquet(tmp_path / "rows.parquet")
    said = CONTRACT.format(task="multiclass", table=tmp_path / "rows.parquet", candidates="logistic_regression")
    (tmp_path / "odd.yaml").write_text(said)
    done = run("train", "--contract", tmp_path / "odd.yaml", "--out", tmp_path / "out", "--disable-mlflow")
    assert "of each of 3 classes of came: '', b, c." in done.stdout + done.stderr
    (card,) = (tmp_path / "out").rglob("card.md")
    assert "Classes: '', b, c" in card.read_text()
