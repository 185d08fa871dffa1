"""A contract that moves to another time column: its days do not say what a champion of before learned from."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from courtside.adapters.mlflow_tracking import MlflowTracking
from courtside.bootstrap.tasks import NOBODY
from courtside.contracts import training_keys
from courtside.core.decision_policy import DecisionPolicy
from courtside.core.parquet import read_parquet_content
from courtside.workflows.recalibrate import CannotRecalibrate
from courtside.workflows.resume_logging import resume_logging
from tests.fakes.moved_points import points
from tests.fakes.recalibrated_stage import Stage

WHY = (
    "it learned from rows up to a day of at, and the contract's time_column is now due, so nobody can tell which rows "
    "it learned from"
)
LATER = "2025-12-31"


def due(rows: pa.Table, *, seed: int) -> pa.Table:
    """Return rows with the day on which each was due, up to three hundred days later."""
    later = np.random.default_rng(seed).integers(0, 300, rows.num_rows)
    at = rows.column("at").to_numpy().astype("datetime64[D]")
    return rows.append_column("due", pa.array(at + later))


def dated(uri: str, retrain: DecisionPolicy) -> Stage:
    """Return a stage whose champion is dated by `at`, and rows of before and since then that have a later day, too."""
    stage = Stage(uri)
    stage.load("before", due(points("2024-01-01", 366, moved=0.0, seed=1), seed=3))
    stage.train("first", "2025-01-01", retrain=retrain)
    stage.decide("first")
    assert stage.promote("first") == "1"
    stage.load("after", due(points("2025-01-01", 60, moved=0.0, seed=2), seed=4))
    return stage


@pytest.mark.parametrize("refit", [True, False])
def test_no_champion_is_judged_by_rows_whose_days_do_not_say_whether_it_learned_from_them(
    uri: str, *, refit: bool
) -> None:
    policy = DecisionPolicy(refit=refit)
    stage = dated(uri, policy)
    interface = stage.champion().interface
    assert (interface.time_column, interface.learned is None) == ("at", not refit)
    stage.train("moved", LATER, time_column="due", retrain=policy)
    holdout = read_parquet_content(stage.lake.read(training_keys.training_holdout("points", "moved")))
    assert "champion" not in holdout.column_names
    assert any(each.startswith("1") for each in holdout.column("id").to_pylist())  # rows of its own training
    decision = stage.decide("moved")
    assert decision.rule == "incomparable"
    assert WHY in decision.reason
    assert stage.promote("moved") == "2"
    assert stage.champion().interface.time_column == "due"
    record = stage.train("next", LATER, time_column="due", retrain=policy)
    assert (record.champion_version, record.champion_incomparable) == ("2", None)


def test_a_training_that_is_logged_later_knows_it(uri: str) -> None:
    stage = dated(uri, DecisionPolicy())
    assert replace(stage, uri=NOBODY).train("moved", LATER, time_column="due").spooled
    (record,) = resume_logging(lake=stage.lake, tracking=MlflowTracking(stage.uri, nominates=False))
    assert (record.champion_version, record.champion_incomparable) == ("1", WHY)
    holdout = read_parquet_content(stage.lake.read(training_keys.training_holdout("points", "moved")))
    assert "champion" not in holdout.column_names


def test_no_champion_is_recalibrated_on_rows_that_it_may_have_learned_from(uri: str) -> None:
    stage = dated(uri, DecisionPolicy())
    with pytest.raises(CannotRecalibrate) as caught:
        stage.train("mended", LATER, recalibrate=True, time_column="due")
    assert WHY in str(caught.value)
