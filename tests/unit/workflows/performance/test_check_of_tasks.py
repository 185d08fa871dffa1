"""A stage judges predictions of several classes and of values day by day, and its commands tell what it found."""

import json
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from courtside.cli.main import app
from courtside.contracts.scoring import PerformanceResponse
from courtside.workflows.decisions.performance import performance_seen
from tests.fakes.judging import MONDAY, days
from tests.fakes.judging_tasks import JudgedOutcomes, outcomes

TASKS = ["multiclass", "regression"]
LOSS = {"multiclass": "log loss", "regression": "mean squared error, each row up to a limit,"}


def judged(task: str, *, weeks: int = 3, wrong: int = 0, **changed: Any) -> tuple[JudgedOutcomes, PerformanceResponse]:
    """Return a stage whose weeks were predicted, known and checked, and what the last check said."""
    stage = outcomes(task, **changed)
    for number in range(weeks):
        stage.week(MONDAY + days(7 * number), wrong=wrong)
        found = stage.check(MONDAY + days(7 * number + 7))
    return stage, found


def shown(stage: JudgedOutcomes, monkeypatch: pytest.MonkeyPatch, *options: str) -> Result:
    monkeypatch.setattr("courtside.cli.performance.stage_lake", lambda *_: (stage.lake, stage.dataset))
    result = CliRunner().invoke(app, ["performance", *options])
    assert result.exit_code == 0, result.stderr
    return result


@pytest.mark.parametrize(("task", "metric"), [("multiclass", "macro_auc"), ("regression", "rmse")])
def test_windows_are_stated_in_the_figures_of_the_task_beside_their_promise(task: str, metric: str) -> None:
    stage, found = judged(task)
    assert (found.stated, found.immature, found.problems) == (1, 0, ())
    lines = stage.statements(metric=metric)
    assert [line["labelled"] for line in lines] == [84, 84, 84]
    assert all(line["low"] < line["value"] < line["high"] for line in lines)
    assert all(line["promise"] is not None and line["baseline"] is not None for line in lines)
    assert {each.opponent.value for each in found.tests} == {"promise", "best_promise", "baseline"}


def test_half_of_a_regressions_lines_are_about_its_intervals(monkeypatch: pytest.MonkeyPatch) -> None:
    stage, _ = judged("regression")
    (first, *_) = stage.statements(metric="coverage")
    assert first["promise"] == pytest.approx(0.94, abs=0.06)
    assert first["baseline"] is None
    told = shown(stage, monkeypatch, "--metric", "coverage")
    assert "coverage" in told.stdout.splitlines()[0]
    assert "a constant prediction" not in told.stderr.splitlines()[0]


@pytest.mark.parametrize("task", TASKS)
def test_a_champion_that_breaks_its_promise_is_proven_worse(task: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stage, found = judged(task, weeks=8, wrong=6)
    worse = {each.opponent.value for each in found.tests if each.outcome == "worse"}
    assert "promise" in worse
    told = shown(stage, monkeypatch).stderr
    assert "version 1 has been worse than it promised since 2026-" in told
    assert f"its {LOSS[task]} is " in told
    assert "recalibrate" not in told
    seen = performance_seen("1", MONDAY + days(56), lake=stage.lake, dataset=stage.dataset)
    said = " ".join(seen.sentences(model="loans", task=task))
    assert said.startswith("Realised: macro AUC 0." if task == "multiclass" else "Realised: RMSE ")
    assert "has been worse than it promised since" in said


@pytest.mark.parametrize("task", TASKS)
def test_a_quiet_champion_is_told_in_sentences_without_another_tasks_words(
    task: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage, _ = judged(task)
    result = shown(stage, monkeypatch, "--details")
    text = f"{result.stdout} {result.stderr}"
    assert "NaN" not in text
    assert "nan" not in text.split()
    assert "class 1" not in text
    if task == "regression":
        assert "AUC" not in text
    assert "version 1 promised" in result.stderr
    baseline = {"multiclass": "a constant prediction has 0.500", "regression": "\tbaseline"}[task]
    assert baseline in text


def test_details_of_several_classes_are_a_table_of_classes_and_their_confusion(monkeypatch: pytest.MonkeyPatch) -> None:
    stage, _ = judged("multiclass")
    stage.repay(MONDAY)
    lines = [line.split("\t") for line in shown(stage, monkeypatch, "--details").stdout.splitlines()]
    assert ["class", "rows", "predicted", "precision", "recall", "F1", "AUC"] in lines
    assert ["happened", "predicted late", "predicted never", "predicted on time"] in lines
    (found,) = json.loads(shown(stage, monkeypatch, "--details", "--json").stdout)["details"]
    assert (found["role"], found["version"], found["rows"], found["unseen"]) == ("champion", "1", 252, 0)
    assert np.sum(found["matrix"]) == 252
    assert sum(each["rows"] for each in found["confidence"]) == 252


def test_details_of_values_are_residuals_over_time_and_how_often_intervals_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage, _ = judged("regression")
    lines = [line.split("\t") for line in shown(stage, monkeypatch, "--details").stdout.splitlines()]
    assert ["predicted", "happened", "rows"] in lines
    assert ["from", "to", "rows", "mean", "10 %", "90 %", "RMSE", "held"] in lines
    (found,) = json.loads(shown(stage, monkeypatch, "--details", "--json").stdout)["details"]
    assert found["rows"] == sum(each["rows"] for each in found["over_time"]) == 252
    assert (found["intervals"]["level"], found["intervals"]["rows"]) == (0.9, 252)
    assert found["intervals"]["covered"] == pytest.approx(0.94, abs=0.06)


def test_a_class_that_the_champion_never_saw_is_named_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = outcomes("multiclass")
    stage.week()
    truth = stage.truth(np.array(stage.amounts[MONDAY], float), 1)
    stage._put(MONDAY, ["sold", *truth[1:]])
    found = stage.check(MONDAY + days(7))
    assert found.problems == (
        "labels such as sold are of classes that version 1 does not know, which costs it the most",
    )
    assert stage.statements(metric="log_loss")[0]["labelled"] == 84
    result = shown(stage, monkeypatch, "--details")
    assert "rows of a class that version 1 does not know, which are in none of these tables: 1" in result.stderr


def test_an_outlier_of_a_value_is_told_and_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    stage, _ = judged("regression", weeks=6)
    truth = stage.truth(np.array(stage.amounts[MONDAY], float), MONDAY.toordinal())
    stage._put(MONDAY, [1e12, *truth[1:]])
    found = stage.check(MONDAY + days(43))
    assert found.restated == 1
    assert all(each.outcome != "worse" for each in found.tests)
    (first, *_) = shown(stage, monkeypatch).stdout.splitlines()[1:]
    assert "1.091089e+11" in first.split("\t")  # a trillion over the root of 84 rows


@pytest.mark.parametrize("task", TASKS)
def test_windows_of_another_length_segments_and_every_metric_are_shown(
    task: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage, _ = judged(task, weeks=2)
    assert len(shown(stage, monkeypatch, "--window", "1d").stdout.splitlines()) == 15
    told = json.loads(shown(stage, monkeypatch, "--json", "--by", "branch").stdout)
    for metric in {line["metric"] for line in told["lines"]}:
        lines = shown(stage, monkeypatch, "--by", "branch", "--metric", metric).stdout.splitlines()
        assert [line.split("\t")[1] for line in lines[1:]] == ["north", "south"] * 2


def test_several_classes_are_estimated_before_their_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    stage, _ = judged("multiclass", weeks=1)
    stage.week(MONDAY + days(7), repaid=False)
    assert not stage.estimate(MONDAY + days(13)).problems
    found = {metric: stage.estimates(metric=metric) for metric in ("macro_auc", "log_loss", "brier_score", "accuracy")}
    second = [row for row in stage.kept() if row["as_of"] >= MONDAY + days(7)]
    said = np.array([[each for _, each in row["probabilities"]] for row in second])
    assert all(len(rows) == 1 and rows[0]["constant"] is not None for rows in found.values())
    (accuracy,) = found["accuracy"]
    assert accuracy["value"] == pytest.approx(said.max(axis=1).mean(), abs=0.06)
    assert found["brier_score"][0]["value"] == pytest.approx((said * (1 - said)).sum(axis=1).mean(), abs=0.06)
    result = shown(stage, monkeypatch)
    assert "macro AUC by CBPE" in result.stdout
    assert "CBPE assumes" in result.stderr


def test_values_are_not_estimated_unless_the_contract_asks_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    stage, _ = judged("regression", weeks=1)
    stage.week(MONDAY + days(7), repaid=False)
    assert not stage.estimate(MONDAY + days(13)).problems
    assert stage.estimates(metric="rmse") == []
    stage.check(MONDAY + days(14))
    assert "values are estimated before their labels only where the contract says" in shown(stage, monkeypatch).stderr
    fresh = outcomes("regression")
    seen = performance_seen("1", MONDAY, lake=fresh.lake, dataset=fresh.dataset)
    assert "`performance: {estimate: dle}`" in " ".join(seen.sentences(model="loans", task="regression"))
