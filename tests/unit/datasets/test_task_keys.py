"""Keys that one task has and another has not."""

from pathlib import Path

import pytest

from courtside.datasets.catalog import DatasetInvalid
from tests.unit.datasets.least_contract import LEAST, read


def test_a_limit_of_another_task_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(
        DatasetInvalid, match=r"line \d+: gate.floor_r2 is a limit of a regression, and .* binary; leave"
    ):
        read(tmp_path, {**LEAST, "gate": {"floor_r2": 0.2}})
    with pytest.raises(DatasetInvalid, match=r"gate.floor_auc is a limit of classes, and the task is regression"):
        read(tmp_path, {**LEAST, "task": "regression", "gate": {"floor_auc": 0.6}})


def test_the_figure_that_chooses_is_one_of_the_task(tmp_path: Path) -> None:
    classes = {**LEAST, "task": "multiclass"}
    chosen = read(tmp_path, {**classes, "primary_metric": "macro_auc"})
    assert (chosen.primary_metric, chosen.contract == read(tmp_path, classes).contract) == ("macro_auc", False)
    for task, own in (("binary", "auc"), ("multiclass", "log_loss"), ("regression", "rmse")):
        contract = {**LEAST, "task": task}
        assert read(tmp_path, {**contract, "primary_metric": own}) == read(tmp_path, contract)
    with pytest.raises(
        DatasetInvalid,
        match=r"line \d+: primary_metric is 'macro_acu'; did you mean macro_auc\? .*, which are the figures of",
    ):
        read(tmp_path, {**classes, "primary_metric": "macro_acu"})
    with pytest.raises(
        DatasetInvalid, match=r"known are rmse, mae, r2, median_absolute_error\), which are the figures of"
    ):
        read(tmp_path, {**LEAST, "task": "regression", "primary_metric": "mase"})


def test_what_a_task_does_not_have_is_refused_with_its_line(tmp_path: Path) -> None:
    several, values = {**LEAST, "task": "multiclass"}, {**LEAST, "task": "regression"}
    for contract in (several, values):
        with pytest.raises(
            DatasetInvalid, match=r"line \d+: retrain.recalibrate corrects probabilities of two classes"
        ):
            read(tmp_path, {**contract, "retrain": {"recalibrate": True}})
        assert not read(tmp_path, {**contract, "retrain": {"recalibrate": False}}).retrain.recalibrate
        with pytest.raises(DatasetInvalid, match=r"line \d+: target.positive is class 1 of two, and the task is"):
            read(tmp_path, {**contract, "target": {"column": "y", "positive": "Yes"}})
    with pytest.raises(DatasetInvalid, match=r"line \d+: predict.explain: .* several classes are not explained; leave"):
        read(tmp_path, {**several, "predict": {"explain": 3}})
    assert read(tmp_path, {**values, "predict": {"explain": 3}}).predict.explain == 3
