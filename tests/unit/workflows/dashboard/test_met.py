"""The page of a model of several classes, or of values, shows how its predictions met their labels."""

from datetime import timedelta

import pyarrow as pa
import pytest

from courtside.contracts import lake_keys, training_keys
from courtside.contracts.curves import AnyCurves, ClassCurves, ValueCurves
from courtside.contracts.model_card import ModelInterface
from courtside.core.dashboard import model_page
from courtside.core.dashboard.views import ModelView
from courtside.core.parquet import parquet_content, read_parquet_content
from courtside.workflows.dashboard import Dashboard
from tests.fakes.recorded_year import NOW, TODAY, WEEK, RecordedStage
from tests.fakes.task_cards import curves_of_classes, curves_of_values, task_card

DAY = timedelta(days=1)


def stage_of(task: str, *, more: str = "") -> RecordedStage:
    found = RecordedStage(features=3)
    found.add("parcels", task=task, more=more)
    found.promote("parcels", "1", NOW - 300 * DAY)
    return found


def view(stage: RecordedStage) -> ModelView:
    return Dashboard("dev", stage.models).model_view("parcels", now=NOW)


def test_several_classes_have_their_matrix_and_a_reliability_of_each() -> None:
    stage = stage_of("multiclass")
    stage.predict("parcels", TODAY - 3 * DAY, 400)
    stage.state("parcels", TODAY - 4 * WEEK, 0.7)
    found = view(stage)
    assert isinstance(found.met, ClassCurves)
    assert (found.met.rows, found.met.shown, found.calibration) == (400, ("late", "never", "on time"), ())
    assert found.calibration_of.startswith("400 predictions of version 1 since ")
    page = model_page.render(found)
    assert "Confusion matrix" in page
    assert "Calibration of class on time" in page
    assert "macro AUC" in page
    assert "class 1" not in page


def test_values_have_predicted_against_actual_and_the_coverage_of_their_intervals() -> None:
    stage = stage_of("regression")
    stage.predict("parcels", TODAY - 3 * DAY, 2_000)
    stage.state("parcels", TODAY - 4 * WEEK, 12.5)
    found = view(stage)
    assert isinstance(found.met, ValueCurves)
    assert found.met.intervals is not None
    assert (found.met.intervals.level, found.met.intervals.rows) == (0.9, 2_000)
    assert found.met.intervals.covered == pytest.approx(1 / 1.1, abs=0.03)
    assert found.metrics == ("rmse", "mae", "r2", "coverage", "interval_width")
    page = model_page.render(found)
    assert "estimated before the labels came" not in page
    assert page.count("best at the level that intervals state") == 1
    for part in ("Predicted against actual", "Coverage of 90 % intervals", "Residuals over time", "RMSE"):
        assert part in page, part
    for wrong in ("AUC", "Calibration", "nan", "probabilities come true"):
        assert wrong not in page, wrong


@pytest.mark.parametrize(
    ("task", "curves"),
    [("multiclass", curves_of_classes()), ("regression", curves_of_values())],
    ids=["multiclass", "regression"],
)
def test_until_labels_are_in_the_test_part_of_the_training_is_shown(task: str, curves: AnyCurves) -> None:
    stage = stage_of(task)
    assert view(stage).met is None
    card = task_card(curves)
    stage.lake.write(training_keys.training_card("parcels", "t1"), card.model_dump_json().encode())
    stage.state("parcels", TODAY - 5 * WEEK, 0.7)
    found = view(stage)
    assert found.met == curves
    assert found.calibration_of == "3000 test rows of training t1, because no prediction has its label yet"
    assert view(stage).met == curves, "it is kept as it was"


@pytest.mark.parametrize(("task", "rows", "unseen"), [("multiclass", 5, 1), ("regression", 4, None)])
def test_a_label_that_the_model_cannot_say_is_wrong_or_left_out(task: str, rows: int, unseen: int | None) -> None:
    stage = stage_of(task)
    stage.predict("parcels", TODAY - 3 * DAY, 5)
    stage.state("parcels", TODAY - 4 * WEEK, 12.5)
    (key,) = stage.lake.keys(lake_keys.labels("parcels"))
    labels = read_parquet_content(stage.lake.read(key))
    place = labels.schema.get_field_index("label")
    strange = ["lost", *labels.column("label").to_pylist()[1:]]
    changed = labels.set_column(place, labels.schema.field(place), pa.array(strange, labels.schema.field(place).type))
    stage.lake.write(key, parquet_content(changed))
    met = view(stage).met
    assert met is not None
    assert (met.rows, getattr(met, "unseen", None)) == (rows, unseen)


def test_the_classes_are_in_the_order_in_which_the_version_says_them() -> None:
    stage = stage_of("multiclass")
    stage.predict("parcels", TODAY - 3 * DAY, 50)
    interface = ModelInterface.of("outcome", ("on time", "late", "lost", "never"), {"f00": "number"}, task="multiclass")
    card = task_card(curves_of_classes()).model_copy(update={"interface": interface})
    stage.lake.write(training_keys.training_card("parcels", "t1"), card.model_dump_json().encode())
    stage.state("parcels", TODAY - 4 * WEEK, 0.7)
    met = view(stage).met
    assert isinstance(met, ClassCurves)
    assert (met.shown, met.absent, met.unseen) == (("on time", "late", "lost", "never"), 1, 0)


@pytest.mark.parametrize(
    ("more", "first"), [("", "macro_auc"), ("primary_metric: balanced_accuracy\n", "balanced_accuracy")]
)
def test_the_metric_by_which_the_contract_chooses_stands_first(more: str, first: str) -> None:
    stage = stage_of("multiclass", more=more)
    stage.state("parcels", TODAY - 4 * WEEK, 0.7)
    found = view(stage)
    assert (found.summary.metric, found.metrics[0]) == (first, first)
    assert len(set(found.metrics)) == len(found.metrics) == 6
