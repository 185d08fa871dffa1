"""Tables that packages ship, of each task, go through `courtside train`: its figures are those of a fit by hand.

The fit by hand uses pandas and scikit-learn alone: the split, the columns and the metrics are made anew here.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from courtside.core.tasks import MULTICLASS, REGRESSION
from tests.datasets.shipped import TABLES, Shipped
from tests.fakes.console_script import run
from tests.fakes.fitted_by_hand import BY_HAND, Array, figures, said

PARAMETERS = [
    pytest.param(
        name,
        marks=pytest.mark.skipif(not shipped.installed, reason="the package that ships this table is not installed"),
    )
    for name, shipped in TABLES.items()
]
LINEAR = {"logistic_regression", "ridge"}


def contract(name: str, shipped: Shipped, table: pd.DataFrame) -> dict[str, Any]:
    """Return what the contract of a table says."""
    target = {"column": shipped.target} | ({"positive": shipped.positive} if shipped.positive else {})
    written = {"name": name, "task": shipped.task, "id_columns": ["id"], "target": target}
    times = {"time_column": shipped.time} if shipped.time else {}
    return written | times | {"features": shipped.features(table)}


@cache
def parts(name: str) -> tuple[pd.DataFrame, Array, pd.DataFrame, Array]:
    """Return rows and coded targets of the training and the test part, which is the newest or a drawn fifth."""
    shipped = TABLES[name]
    table = shipped.rows()
    ordered = table.sort_values([shipped.time or "id", "id"]).reset_index(drop=True)
    if shipped.time is None:
        ordered = ordered.iloc[np.random.default_rng(42).permutation(len(ordered))]
    truth = ordered[shipped.target].to_numpy()
    if shipped.task == MULTICLASS:
        truth = pd.Categorical(ordered[shipped.target]).codes.astype(np.int64)
    elif shipped.task != REGRESSION:
        truth = (truth == shipped.positive).astype(int)
    rows, cut = ordered[list(shipped.features(table))], len(ordered) - round(len(ordered) * 0.2)
    return rows[:cut], truth[:cut], rows[cut:], truth[cut:]


def fitted(name: str, candidate: str) -> Any:
    """Return the estimator with the published parameters, behind what a table with gaps or words needs."""
    shipped, (rows, truth, _, _) = TABLES[name], parts(name)
    kinds = shipped.features(shipped.rows())
    words = [column for column, kind in kinds.items() if kind == "categorical"]
    numbers = [column for column in kinds if column not in words]
    filled = SimpleImputer(strategy="median") if candidate in LINEAR else "passthrough"
    columns = ColumnTransformer(
        [("numbers", filled, numbers), ("words", OneHotEncoder(sparse_output=False), words)], sparse_threshold=0
    )
    return make_pipeline(columns, BY_HAND[shipped.task][candidate]()).fit(rows, truth)


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_shipped_table_is_trained_with_the_figures_of_a_fit_by_hand(name: str, tmp_path: Path) -> None:
    shipped = TABLES[name]
    table = shipped.rows()
    path, written = tmp_path / f"{name}.csv", tmp_path / f"{name}.yaml"
    table.to_csv(path, index=False)
    written.write_text(json.dumps(contract(name, shipped, table)))
    given = ("--table", path, "--contract", written, "--out", tmp_path / "models", "--disable-mlflow", "--json")
    done = run("train", *given)
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    rows, _, later, known = parts(name)
    assert (record["rows_train"], record["rows_test"]) == (len(rows), len(later))
    assert [model["name"] for model in record["models"]] == list(BY_HAND[shipped.task])
    for model in record["models"]:
        found = said(shipped.task, fitted(name, model["name"]), later)
        expected = figures(shipped.task, known, found)
        measured = {**model, **model.get("figures", {})}
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
    table = shipped.rows()
    path, written = tmp_path / f"{name}.csv", tmp_path / f"{name}.yaml"
    table.to_csv(path, index=False)
    written.write_text(json.dumps(contract(name, shipped, table) | {"candidates": [candidate]}))
    done = run("train", "--table", path, "--contract", written, "--out", tmp_path / "models", "--disable-mlflow")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(headings)
    assert predicted in done.stderr
    assert chosen in done.stderr
    assert "AUC" not in done.stdout + done.stderr or shipped.task == MULTICLASS
