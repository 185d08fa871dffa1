"""A challenger of several classes or of values on its way: gate, seal, smoke test, promotion, comparison, rollback."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
import pytest

from courtside.contracts import training_keys
from courtside.contracts.events import GateRequest, GateResponse, PromoteRequest, SealRequest, Trigger
from courtside.contracts.metrics import Metric, metrics_of
from courtside.contracts.model_card import ModelInterface
from courtside.contracts.records import GateDecision, ModelRecord, RollingOriginRecord, TrainingRecord
from courtside.core.gate.holdout import Holdout
from courtside.core.gate.policy import GatePolicy
from courtside.core.parquet import parquet_content
from courtside.workflows.compare_versions import compare
from courtside.workflows.gate import gate
from courtside.workflows.production import Production
from courtside.workflows.promote import promote, seal_challenger
from courtside.workflows.rollback import rollback
from courtside.workflows.smoke import ROWS, SmokeFailed, known_rows, smoke
from tests.fakes.ports import InMemoryRegistry
from tests.fakes.production import a_production, hold, profile_of
from tests.fakes.saying import CLASSES, VALUES, Says, SaysOf
from tests.unit.core.gate.holdouts_of_tasks import of_classes, of_values

NOW, LATER = datetime(2026, 3, 1, 7, tzinfo=UTC), datetime(2026, 3, 1, 8, tzinfo=UTC)
POLICY = GatePolicy(resamples=200)


@dataclass(frozen=True)
class OfTask:
    """What a training of a task leaves behind, whose holdout has no champion or a worse one."""

    interface: ModelInterface
    figures: dict[str, float]
    first: Holdout
    second: Holdout
    differences: set[str]


TASKS = {
    "multiclass": OfTask(
        CLASSES,
        {"train_accuracy": 0.8, "log_loss": 0.9, "macro_auc": 0.7},
        of_classes(champion=None),
        of_classes(champion=1),
        {"macro_auc", "log_loss", "calibration_error"},
    ),
    "regression": OfTask(
        VALUES,
        {"train_rmse": 1.1, "test_rmse": 1.4, "r2": 0.5},
        of_values(champion=None),
        of_values(champion=1),
        {"r2", "mae", "undercoverage"},
    ),
}


@pytest.fixture(params=sorted(TASKS))
def task(request: pytest.FixtureRequest) -> OfTask:
    return TASKS[request.param]


def add(production: Production, task: OfTask, training_id: str, *, version: str, champion: str | None) -> None:
    """Store what a training leaves behind."""
    folds = RollingOriginRecord(folds=3, figures={"log_loss": (0.95, 0.01)})
    best = ModelRecord(name="ridge", figures=task.figures, selection=0.9, rolling_origin=folds, params={"alpha": 1.0})
    record = TrainingRecord(
        training_id=training_id,
        trigger=Trigger.DRIFT,
        reason="test",
        as_of=date(2026, 3, 1),
        dataset="nba_games",
        rows_train=800,
        rows_test=200,
        task=task.interface.task,
        classes=tuple(map(str, task.interface.classes)),
        models=(best,),
        best="ridge",
        importances={},
        challenger_version=version,
        challenger_run_id=f"run-{version}",
        champion_version=champion,
        seconds={"fit": 3.0},
    )
    rows = pa.table({"amount": np.linspace(0, 1, 60)})
    holdout = task.first if champion is None else task.second
    known = known_rows(rows, Says(version, task.interface).predict(rows))
    lake, registry = production.lake, production.registry
    assert isinstance(registry, InMemoryRegistry)
    registry.trainings[version] = training_id
    lake.write(training_keys.training_smoke("nba_games", training_id), known)
    lake.write(training_keys.training_profile("nba_games", training_id), profile_of(training_id))
    lake.write(training_keys.training_holdout("nba_games", training_id), parquet_content(holdout.table()))
    lake.write(training_keys.training_record("nba_games", training_id), record.model_dump_json().encode())


def judged(production: Production, training_id: str) -> GateResponse:
    return gate(GateRequest(model="nba_games", training_id=training_id), lake=production.lake, policy=POLICY, now=NOW)


def promoted(production: Production, training_id: str, task: OfTask) -> str:
    """Seal, try and promote the challenger of a training, and return what people are told."""
    seal = seal_challenger(SealRequest(model="nba_games", training_id=training_id), production=production)
    version = "1" if training_id == "first" else "2"
    assert smoke(production.sealed(version), models=SaysOf(task.interface)) == ROWS
    request = PromoteRequest(model="nba_games", training_id=training_id, sha256=seal.sha256)
    hold(production, training_id)
    return promote(request, production=production, now=NOW).message


def test_a_challenger_of_any_task_becomes_champion_and_is_undone(task: OfTask) -> None:
    production = a_production()
    add(production, task, "first", version="1", champion=None)
    first = judged(production, "first")
    assert (first.promote, first.rule, first.differences) == (True, "first_champion", {})
    assert "there is no champion yet" in promoted(production, "first", task)
    add(production, task, "second", version="2", champion="1")
    second = judged(production, "second")
    assert (second.rule, second.auc_difference, set(second.differences)) == ("better", None, task.differences)
    assert metrics_of(second) == {Metric.GATE_PASSED: 1}
    assert GateResponse.model_validate_json(second.model_dump_json()) == second
    assert "better beyond noise" in promoted(production, "second", task)
    done = rollback(production=production, models=SaysOf(task.interface), by="arn:person", now=LATER)
    assert (done.before, done.after) == ("2", "1")


def test_what_is_told_of_a_challenger_names_the_figures_of_its_task_alone(task: OfTask) -> None:
    production = a_production()
    add(production, task, "second", version="2", champion="1")
    message = judged(production, "second").message
    foreign = ("R²", "mean absolute") if task.interface.task == "multiclass" else ("AUC", "log loss", "calibration")
    assert not [name for name in foreign if name in message]
    assert "nan" not in message.lower()
    decision = GateDecision.model_validate_json(
        production.lake.read(training_keys.training_verdict("nba_games", "second"))
    )
    told = message.splitlines()
    assert len([line for line in told if line.startswith("• ")]) == len(decision.comparisons)


def test_versions_are_compared_by_the_figures_of_their_task(task: OfTask) -> None:
    production = a_production()
    add(production, task, "first", version="1", champion=None)
    add(production, task, "second", version="2", champion="1")
    rows = {row["figure"]: row for row in compare("2", "1", production=production)}
    assert rows["task"]["version 2"] == task.interface.task
    assert {name: rows[name]["2 minus 1"] for name in task.figures} == dict.fromkeys(task.figures, 0.0)
    assert rows["rolling origin: log_loss_mean"]["version 1"] == 0.95
    assert not {"figures", "test_auc", "selection_auc", "brier_score", "rolling origin: figures"} & set(rows)
    assert not [name for name, row in rows.items() if row["version 2"] is None]


def test_versions_of_two_tasks_are_told_apart() -> None:
    production = a_production()
    add(production, TASKS["multiclass"], "first", version="1", champion=None)
    add(production, TASKS["regression"], "second", version="2", champion="1")
    rows = {row["figure"]: row for row in compare("2", "1", production=production)}
    assert (rows["task"]["version 2"], rows["task"]["version 1"]) == ("regression", "multiclass")
    assert (rows["classes"]["version 2"], rows["classes"]["version 1"]) == (None, 3)
    assert (rows["macro_auc"]["version 2"], rows["macro_auc"]["2 minus 1"]) == (None, None)


def test_values_far_below_one_are_tried_as_closely_as_others() -> None:
    production, task = a_production(), TASKS["regression"]
    add(production, task, "first", version="1", champion=None)
    rows = pa.table({"amount": np.linspace(0, 1e-9, 60)})
    said = Says("1", VALUES).predict(rows)
    said[-1] *= 1.01
    production.lake.write(training_keys.training_smoke("nba_games", "first"), known_rows(rows, said))
    with pytest.raises(SmokeFailed, match="differ by up to 1e-09"):
        smoke(production.sealed("1"), models=SaysOf(VALUES))


@pytest.mark.parametrize(
    ("name", "worse", "rule", "next_step"),
    [
        ("multiclass", of_classes(confidence=1.6), "log_loss", "its probabilities are further off"),
        ("regression", of_values(challenger=0.5), "absolute_error", "its predictions are further off"),
    ],
    ids=["multiclass", "regression"],
)
def test_a_rejected_challenger_is_told_with_what_to_do(name: str, worse: Holdout, rule: str, next_step: str) -> None:
    production = a_production()
    add(production, replace(TASKS[name], second=worse), "second", version="2", champion="1")
    response = judged(production, "second")
    assert (response.promote, response.rule) == (False, rule)
    assert f"*What to do*: {next_step}" in response.message
