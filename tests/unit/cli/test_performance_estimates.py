"""`courtside performance` shows what is estimated of windows without labels, and what speaks against it."""

import json

import pytest
from typer.testing import CliRunner, Result

import courtside
from courtside.api.estimates import Estimates
from courtside.api.performance import Performance, asked_for
from courtside.cli.main import app
from courtside.workflows.estimates.told import told_estimates
from courtside.workflows.performance.told import told
from tests.fakes.estimating import EstimatedLoans
from tests.fakes.judging import MONDAY, days, noon

THIRD = MONDAY + days(14)


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> EstimatedLoans:
    """Return a stage of two weeks that were estimated, of which the first turned out worse than that."""
    made = EstimatedLoans()
    made.promote("1", 1.0)
    made.promised("1")
    for number in range(14):
        made.ask(MONDAY + days(number))
    made.estimate(MONDAY + days(6))
    for number in range(7):
        made.repay(MONDAY + days(number), wrong=5)
    made.check(THIRD)
    made.estimate(THIRD)
    monkeypatch.setattr("courtside.cli.performance.stage_lake", lambda *_: (made.lake, made.dataset))
    return made


def shown(*options: str) -> Result:
    result = CliRunner().invoke(app, ["performance", *options])
    assert result.exit_code == 0, result.stderr
    return result


@pytest.mark.usefixtures("stage")
def test_the_table_and_what_to_know_about_it_come_after_what_is_known() -> None:
    result = shown("--metric", "accuracy")
    lines = [line.split("\t") for line in result.stdout.splitlines()]
    heads = [line for line in lines if line[0] == "from"]
    assert (heads[0][3], sorted(heads[1][2:])) == ("accuracy", ["accuracy by CBPE", "the holdout said"])
    assert lines[-1][:2] == ["2026-03-16", "84"]
    assert "over 1 past window" in result.stderr
    assert "CBPE assumes that " in result.stderr


@pytest.mark.usefixtures("stage")
def test_a_metric_that_is_not_estimated_has_no_estimates() -> None:
    result = shown("--metric", "calibration_error")
    assert "CBPE" not in result.stdout + result.stderr


@pytest.mark.usefixtures("stage")
def test_json_has_all_estimates_and_their_errors() -> None:
    found = json.loads(shown("--json").stdout)["estimates"]
    assert found["method"] == "cbpe"
    assert {(line["metric"], line["window_start"]) for line in found["lines"]} == {
        (metric, "2026-03-16") for metric in ("auc", "log_loss", "brier_score", "accuracy")
    }
    for error in found["past_errors"]:
        assert error["worse_than_constant"] == (error["error"] > error["constant_error"])
    assert json.loads(shown("--json", "--as-of", "2026-03-10").stdout)["estimates"]["lines"] == []


def test_the_function_gives_them_as_frames(stage: EstimatedLoans) -> None:
    asked = asked_for()
    estimates = Estimates(told_estimates(asked, lake=stage.lake, dataset=stage.dataset))
    found = Performance(told(asked, lake=stage.lake, dataset=stage.dataset, now=noon(THIRD)), estimates)
    assert list(found.estimates.to_frame()["metric"]) == ["auc", "log_loss", "brier_score", "accuracy"]
    errors = found.estimates.errors_frame()
    assert list(errors.columns)[:4] == ["metric", "windows", "error", "bias"]
    assert (errors["error"] >= errors["bias"].abs()).all()
    assert "AUC by CBPE" in repr(found)
    assert isinstance(found, courtside.Performance)


def test_a_version_without_holdout_is_told_once(stage: EstimatedLoans) -> None:
    stage.promote("2", 1.0)
    stage.week(THIRD, repaid=False)
    stage.estimate(THIRD + days(7))
    assert shown("--version", "2").stderr.count("version 2 is not estimated before its labels are in") == 1
