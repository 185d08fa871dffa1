"""Tables that packages ship, of each task, go through `courtside train`: its figures are those of a fit by hand.

The fit by hand uses pandas and scikit-learn alone: the split, the columns and the metrics are made anew here.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from courtside.core.tasks import MULTICLASS, REGRESSION
from tests.datasets.shipped import TABLES
from tests.fakes.console_script import run
from tests.fakes.fitted_by_hand import BY_HAND, figures, fitted, interval_figures, parts, said

PARAMETERS = [
    pytest.param(
        name,
        marks=pytest.mark.skipif(not shipped.installed, reason="the package that ships this table is not installed"),
    )
    for name, shipped in TABLES.items()
]


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_shipped_table_is_trained_with_the_figures_of_a_fit_by_hand(name: str, tmp_path: Path) -> None:
    shipped = TABLES[name]
    path, written = tmp_path / f"{name}.csv", tmp_path / f"{name}.yaml"
    shipped.rows().to_csv(path, index=False)
    written.write_text(json.dumps(shipped.contract(name)))
    given = ("--table", path, "--contract", written, "--out", tmp_path / "models", "--disable-mlflow", "--json")
    done = run("train", *given)
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    rows, truth, later, known = parts(shipped)
    assert (record["rows_train"], record["rows_test"]) == (len(rows), len(later))
    assert [model["name"] for model in record["models"]] == list(BY_HAND[shipped.task])
    if shipped.task == REGRESSION:
        alone = {"baseline": np.median(truth), "baseline_last": truth[-1]}
        expected = {key: float(np.sqrt(np.mean((known - value) ** 2))) for key, value in alone.items()}
        if shipped.time is None:
            assert "baseline_last" not in record
            del expected["baseline_last"]
        assert {key: record[key] for key in expected} == pytest.approx(expected, rel=1e-9)
    for model in record["models"]:
        found = said(shipped.task, fitted(shipped, model["name"]), later)
        expected = figures(shipped.task, known, found)
        measured = {**model, **model.get("figures", {})}
        if shipped.task == REGRESSION:
            expected |= interval_figures(known, found)
        assert {key: measured[key] for key in expected} == pytest.approx(expected, abs=1e-9, rel=1e-9), model["name"]


TOLD = {
    "wine": (
        "logistic_regression",
        "model\ttrain acc\ttest acc\tbalanced\tlog loss\tmacro AUC\tmacro F1\n",
        "The models predict the probability of each of 3 classes of target: barbera, barolo, grignolino.",
        "Best: logistic_regression, log loss ",
    ),
    "diabetes": (
        "ridge",
        "model\ttrain RMSE\ttest RMSE\tMAE\tmedian error\tR²\n",
        "The models predict the value of target.",
        "Best: ridge, RMSE ",
    ),
}


@pytest.mark.parametrize("name", TOLD)
def test_the_command_tells_what_is_predicted_by_the_figures_of_the_task(name: str, tmp_path: Path) -> None:
    candidate, headings, predicted, chosen = TOLD[name]
    shipped = TABLES[name]
    path, written = tmp_path / f"{name}.csv", tmp_path / f"{name}.yaml"
    shipped.rows().to_csv(path, index=False)
    written.write_text(json.dumps(shipped.contract(name) | {"candidates": [candidate]}))
    done = run("train", "--table", path, "--contract", written, "--out", tmp_path / "models", "--disable-mlflow")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(headings)
    assert predicted in done.stderr
    assert chosen in done.stderr
    assert "AUC" not in done.stdout + done.stderr or shipped.task == MULTICLASS
