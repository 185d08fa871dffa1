"""A champion of several classes, or of values, serves what it learned and is judged by what it did not learn."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from courtside.adapters.mlflow_models import load_classifier
from courtside.adapters.mlflow_tracking import MlflowTracking
from courtside.bootstrap.tasks import NOBODY
from courtside.contracts import training_keys
from courtside.contracts.model_card import Learned, ModelCard
from courtside.core.dataset import Dataset
from courtside.core.gate.holdout import Holdout
from courtside.core.gate.policy import GatePolicy
from courtside.core.parquet import read_parquet_content
from courtside.core.rows.ids import ids_of
from courtside.core.tasks import predictions_of
from courtside.datasets.catalog import parse_dataset
from courtside.workflows.resume_logging import resume_logging
from tests.fakes.recalibrated_stage import Stage

DAYS, ROWS_A_DAY = 260, 4
UNTIL, LATER = date(2024, 7, 18), "2024-07-30"
CONTRACT = """
name: points
task: %s
time_column: at
id_columns: [id]
target: came
features: {x: numeric, y: numeric}
candidates: [%s]
"""


@dataclass
class StageOfTask(Stage):
    """A stage whose model has a task of its own."""

    task: str = "regression"

    @property
    def dataset(self) -> Dataset:
        return parse_dataset("points", (CONTRACT % (self.task, self.candidate)).encode())


def points(task: str, *, begin: int = 0, end: int = DAYS, classes: tuple[str, ...] = ("a", "b", "c")) -> pa.Table:
    """Return rows of days, by their places, whose target hangs on two features."""
    rng = np.random.default_rng(3)
    rows = DAYS * ROWS_A_DAY
    x, y = rng.normal(size=(2, rows))
    value = 10 * x + 5 * y + rng.normal(0, 3, rows)
    codes = np.clip(np.floor((value + 12) / 24 * len(classes)), 0, len(classes) - 1).astype(int)
    came = pa.array(value) if task == "regression" else pa.array(np.array(classes)[codes])
    at = np.datetime64("2024-01-01") + np.repeat(np.arange(DAYS), ROWS_A_DAY)
    table = pa.table({"id": np.arange(rows), "at": pa.array(at), "x": x, "y": y, "came": came})
    return table.slice(begin * ROWS_A_DAY, (end - begin) * ROWS_A_DAY)


def a_stage(folder: Path, task: str, candidate: str) -> StageOfTask:
    policy = GatePolicy(resamples=200, fewest_rows=20, fewest_of_class=1)
    return StageOfTask(f"sqlite:///{folder}/runs.db", candidate, task=task, policy=policy)


def champion_of(stage: StageOfTask, rows: pa.Table) -> None:
    stage.load("before", rows)
    record = stage.train("first", "2024-07-19")
    assert record.refit is not None
    assert record.refit.until == UNTIL, record.refit
    assert stage.decide("first").rule == "first_champion"
    assert stage.promote("first") == "1"


def holdout_of(stage: Stage, training_id: str) -> pa.Table:
    return read_parquet_content(stage.lake.read(training_keys.training_holdout("points", training_id)))


def said_now(stage: Stage, rows: pa.Table, holdout: pa.Table) -> pa.Table:
    """Return what the champion says now of the rows of a holdout."""
    places = ids_of(rows, stage.dataset).to_pylist()
    found = rows.take(pa.array([places.index(each) for each in holdout.column("id").to_pylist()]))
    return stage.champion().predict(found)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)  # where MLflow puts the artifacts of a local store
    # Where nobody answers, MLflow's pauses between its tries would only be waited for.
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "0")
    return tmp_path


@pytest.mark.parametrize(
    ("task", "candidate"),
    [("multiclass", "logistic_regression"), ("multiclass", "xgboost"), ("regression", "lightgbm")],
)
def test_a_champion_is_judged_by_no_row_as_it_was_learned(folder: Path, task: str, candidate: str) -> None:
    stage, rows = a_stage(folder, task, candidate), points(task)
    champion_of(stage, rows)
    assert stage.champion().interface.learned == Learned(training_id="first", until=UNTIL)
    before, served = holdout_of(stage, "first"), stage.champion()
    stage.train("second", LATER)
    holdout = holdout_of(stage, "second")
    later = np.array(holdout.column("day").to_pylist()) > UNTIL
    assert 20 < later.sum() < holdout.num_rows - 20
    said, now = predictions_of(holdout.column("champion")), said_now(stage, rows, holdout)
    np.testing.assert_array_equal(said[later], now[later])
    kept = dict(zip(before.column("id").to_pylist(), predictions_of(before.column("challenger")), strict=True))
    earlier = np.array(holdout.column("id").to_pylist())[~later]
    np.testing.assert_array_equal(said[~later], [kept[each] for each in earlier])
    assert (said[~later] != now[~later]).any(axis=-1).all() if said.ndim > 1 else (said[~later] != now[~later]).all()
    if task == "regression":
        judged = Holdout.of(holdout)
        assert judged.champion is not None
        np.testing.assert_allclose(judged.bounds["champion"], served.bounds(judged.champion))
    assert "unseen" not in holdout.column_names
    assert stage.decide("second").rule


@pytest.mark.parametrize("task", ["multiclass", "regression"])
def test_rows_that_nobody_knows_what_was_said_of_are_left_out(folder: Path, task: str) -> None:
    stage = a_stage(folder, task, "lightgbm")
    champion_of(stage, points(task))
    stage.lake.remove([training_keys.training_holdout("points", "first")])
    stage.train("second", LATER)
    table, decision = holdout_of(stage, "second"), stage.decide("second")
    holdout = Holdout.of(table)
    assert holdout.unseen is not None
    assert (np.array(table.column("day").to_pylist()) > UNTIL).tolist() == holdout.unseen.tolist()
    assert holdout.champion is not None
    assert np.isnan(holdout.champion[~holdout.unseen]).all()
    assert decision.holdout_rows == holdout.unseen.sum() < table.num_rows
    assert any("rows of the holdout were left out" in note for note in decision.notes)


@pytest.mark.parametrize("task", ["multiclass", "regression"])
def test_a_training_that_is_logged_later_leaves_the_same_holdout(folder: Path, task: str) -> None:
    stage = a_stage(folder, task, "logistic_regression" if task == "multiclass" else "ridge")
    champion_of(stage, points(task))
    stage.train("second", LATER)
    away = replace(stage, uri=NOBODY)
    assert away.train("unlogged", LATER).spooled
    (record,) = resume_logging(lake=stage.lake, tracking=MlflowTracking(stage.uri, nominates=False))
    assert record.champion_version == "1"
    late, at_once = holdout_of(stage, "unlogged"), holdout_of(stage, "second")
    assert late.schema.metadata == at_once.schema.metadata
    assert late.equals(at_once)
    models = [MlflowTracking(stage.uri).at(stage.dataset.place)]
    assert models[0].champion_interface() is not None
    assert stage.decide("unlogged").rule
    assert record.challenger_version is not None
    if task == "regression":
        logged = load_classifier(f"models:/points/{record.challenger_version}")
        assert np.isfinite(logged.predict_interval(points(task, begin=250))).all()


class TestClasses:
    def test_one_that_came_later_is_known_to_the_challenger_alone(self, folder: Path) -> None:
        stage = a_stage(folder, "multiclass", "lightgbm")
        before = points("multiclass", end=200)
        champion_of(stage, before)
        stage.load("after", points("multiclass", begin=200, classes=("a", "b", "c", "new")))
        record = stage.train("second", "2024-09-18")
        assert record.classes == ("a", "b", "c", "new")
        assert record.champion_differs == "does not know, of the classes of came, new"
        holdout = Holdout.of(holdout_of(stage, "second"))
        assert holdout.classes == ("a", "b", "c", "new")
        assert holdout.champion is not None
        assert (holdout.champion[:, 3] == 0).all()
        assert (holdout.labels == 3).any()
        assert stage.decide("second").rule

    def test_one_that_only_the_newest_rows_have_is_known_to_what_serves_and_not_to_what_was_judged(
        self, folder: Path
    ) -> None:
        stage = a_stage(folder, "multiclass", "lightgbm, logistic_regression")
        stage.load("before", points("multiclass", end=190))
        stage.load("after", points("multiclass", begin=190, end=200, classes=("a", "b", "c", "new")))
        record = stage.train("first", "2024-07-19")
        assert record.refit is not None
        if record.refit.until is None:
            pytest.fail(f"the version was not fitted to all rows: {record.refit.why_not}")
        table = holdout_of(stage, "first")
        holdout = Holdout.of(table)
        new = holdout.classes.index("new")
        assert (holdout.challenger[:, new] == 0).all()
        assert "new" in record.classes
        served = load_classifier("models:/points/1")
        newest = points("multiclass", begin=190, end=200)
        assert (served.predict_proba(newest)[:, new] > 0).all()
        card = ModelCard.model_validate_json(stage.lake.read(training_keys.training_card("points", "first")))
        assert card.logged is not None
        (other,) = {"lightgbm", "logistic_regression"} - {record.best}
        said = load_classifier(f"runs:/{card.logged.run_ids[other]}/model").predict_proba(newest)
        assert said.shape == (40, 4)
        assert (said[:, new] == 0).all()

    def test_one_that_disappeared_is_known_to_the_champion_alone(self, folder: Path) -> None:
        stage = a_stage(folder, "multiclass", "logistic_regression")
        rows = points("multiclass")
        champion_of(stage, rows)
        left = rows.filter(pa.compute.not_equal(rows.column("came"), "c"))  # type: ignore[attr-defined]
        stage.lake.remove([key for key in stage.lake.keys("") if "before" in key])
        stage.load("again", left)
        record = stage.train("second", LATER)
        assert record.classes == ("a", "b")
        assert record.champion_differs == "also knows, of the classes of came, c"
        holdout = Holdout.of(holdout_of(stage, "second"))
        assert holdout.classes == ("a", "b", "c")
        assert (holdout.challenger[:, 2] == 0).all()
        assert holdout.champion is not None
        assert holdout.unseen is None
        np.testing.assert_allclose(holdout.champion.sum(axis=1), 1)
        assert stage.decide("second").rule

    def test_others_altogether_are_not_compared(self, folder: Path) -> None:
        stage = a_stage(folder, "multiclass", "logistic_regression")
        champion_of(stage, points("multiclass"))
        stage.lake.remove([key for key in stage.lake.keys("") if "before" in key])
        stage.load("again", points("multiclass", classes=("p", "q", "r")))
        record = stage.train("second", LATER)
        assert record.champion_incomparable == (
            "of the classes of came it knows only a, b, c, and rows now have p, q, r"
        )
        assert "champion" not in holdout_of(stage, "second").column_names
        assert stage.decide("second").rule == "incomparable"
