"""`courtside models beside` shows both models' figures on the same rows, and says which is better."""

import json
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from courtside.adapters.deployment import StageOutputs
from courtside.cli.main import app
from courtside.workflows.performance.comparing_models import TargetsDiffer
from tests.fakes.judging import MONDAY, days
from tests.unit.workflows.performance.test_comparing_models import OTHER, two_models
from tests.unit.workflows.performance.test_comparing_models_of_tasks import two_models as two_models_of


class TwoModels:
    """The models of a stage whose loans two models predict."""

    def __init__(self) -> None:
        self.first, self.second = two_models(6)
        self.lake = self.first.lake
        self.datasets = {each.dataset.name: each.dataset for each in (self.first, self.second)}

    def dataset(self, model: str) -> object:
        return self.datasets[model]


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch) -> TwoModels:
    made = TwoModels()
    monkeypatch.setattr("courtside.adapters.deployment.stage_outputs", StageOutputs)
    monkeypatch.setattr("courtside.cli.stage_data.stage_models", lambda _: made)
    return made


def compared(*words: str) -> Result:
    as_of = (MONDAY + days(42)).isoformat()
    return CliRunner().invoke(app, ["models", "beside", "loans", "second_opinion", "--as-of", as_of, *words])


@pytest.mark.usefixtures("models")
def test_a_person_gets_a_table_and_the_verdict_in_a_sentence() -> None:
    result = compared()
    assert result.exit_code == 0, result.stderr
    heads, *rows = (line.split("\t") for line in result.stdout.splitlines())
    assert heads == ["metric", "loans", "second_opinion", "difference", "95 %"]
    assert [row[0] for row in rows] == ["AUC", "log loss", "Brier score", "accuracy", "calibration error"]
    assert "loans is better than second_opinion, surely since 2026-" in result.stderr


@pytest.mark.usefixtures("models")
def test_json_has_the_verdict_its_interval_and_every_metric() -> None:
    told = json.loads(compared("--json", "--from", MONDAY.isoformat()).stdout)
    assert (told["verdict"], told["model"], told["loss"]) == ("better", "loans", "log_loss")
    assert told["low"] <= told["difference"] <= told["high"] < 0
    assert [figure["metric"] for figure in told["figures"]] == [
        "auc", "log_loss", "brier_score", "accuracy", "calibration_error"
    ]  # fmt: skip


def test_models_of_other_targets_are_refused(models: TwoModels) -> None:
    models.datasets["second_opinion"] = replace(OTHER, target="paid_late")
    assert isinstance(compared().exception, TargetsDiffer)


def test_models_of_values_are_shown_in_the_figures_of_values(models: TwoModels) -> None:
    first, second = two_models_of("regression", 4)
    truth = first.truth(np.array(first.amounts[MONDAY], float), MONDAY.toordinal())
    for stage in (first, second):
        stage._put(MONDAY, [1e12, *truth[1:]])
        stage.check(MONDAY + days(29))
    models.lake, models.datasets = first.lake, {each.dataset.name: each.dataset for each in (first, second)}
    lines = [line.split("\t") for line in compared().stdout.splitlines()]
    assert [line[0] for line in lines[1:]] == ["RMSE", "mean absolute error", "R²", "mean squared error"]
    assert lines[1][1] == "5.45545e+10"  # a trillion over the root of 336 rows
    assert "is better than second_opinion" in compared().stderr
