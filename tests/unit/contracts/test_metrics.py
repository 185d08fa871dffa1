from datetime import date

import pytest

from courtside.contracts.events import DriftCheckResponse, GateResponse, Trigger, Window
from courtside.contracts.metrics import Metric, metrics_of
from courtside.contracts.records import ModelRecord, TrainingRecord
from courtside.contracts.scoring import PerformanceResponse, PredictResponse
from courtside.core.decision import Action


def test_predictions_and_judgements_emit_what_they_counted() -> None:
    day = date(2026, 11, 29)
    predicted = PredictResponse(model="churn", as_of=day, version="3", predicted=15, unchanged=4, set_aside=1)
    assert metrics_of(predicted) == {Metric.ROWS_PREDICTED: 15, Metric.ROWS_SET_ASIDE: 1}
    judged = PerformanceResponse(model="churn", as_of=day, stated=2, restated=1, immature=5)
    assert metrics_of(judged) == {Metric.WINDOWS_JUDGED: 3}


def test_a_gate_without_a_champion_emits_no_difference() -> None:
    first = GateResponse(training_id="t1", promote=True, rule="first", reason="r", subject="s", message="m")
    assert metrics_of(first) == {Metric.GATE_PASSED: 1}
    other = first.model_copy(update={"promote": False, "auc_difference": -0.02})
    assert metrics_of(other) == {Metric.GATE_PASSED: 0, Metric.GATE_AUC_DIFFERENCE: -0.02}


def test_a_training_emits_its_seconds_and_the_auc_of_its_best_model() -> None:
    figures = dict.fromkeys(("train_accuracy", "test_accuracy", "precision", "recall", "f1_score"), 0.6)
    models = tuple(ModelRecord(name=name, test_auc=auc, **figures) for name, auc in (("a", 0.61), ("b", 0.67)))
    record = TrainingRecord(
        training_id="t1",
        as_of=date(2026, 3, 1),
        trigger=Trigger.MANUAL,
        reason="test",
        dataset="nba_games", rows_train=100, rows_test=25, models=models, best="b",
        importances={}, seconds={"fit": 20.5, "files": 1.5},
    )  # fmt: skip
    assert metrics_of(record) == {Metric.TRAINING_SECONDS: 22.0, Metric.TEST_AUC: 0.67}


@pytest.mark.parametrize("action", Action)
def test_every_action_that_a_check_decides_on_is_counted(action: Action) -> None:
    check = DriftCheckResponse(
        model="m",
        check_id="c",
        window=Window(start=date(2026, 1, 1), end=date(2026, 2, 1)),
        rows=0,
        features_drifted=(),
        decision=action,
        reason="",
        report_key="",
    )
    counted = [metric for metric in metrics_of(check) if metric.startswith("Decided")]
    assert [each.removeprefix("Decided").lower() for each in counted] == [action.replace("_", "")]
