"""Real tables shipped by installed packages go through `init`, `train` and `drift check` unchanged.

The reported AUC equals that of the same estimator, fitted by hand with scikit-learn and pandas alone.
"""

import json
from collections.abc import Callable
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from sklearn import datasets
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from courtside.datasets.catalog import load_dataset
from tests.fakes.console_script import Done, run


def breast_cancer() -> pd.DataFrame:
    found = datasets.load_breast_cancer(as_frame=True).frame
    return found.assign(target=np.where(found["target"] == 0, "malignant", "benign"))


def iris() -> pd.DataFrame:
    found = datasets.load_iris(as_frame=True).frame
    return found.assign(target=np.where(found["target"] == 1, "versicolor", "another"))


def wine() -> pd.DataFrame:
    found = datasets.load_wine(as_frame=True).frame
    return found.assign(target=np.where(found["target"] == 1, 2, 1))


def diabetes() -> pd.DataFrame:
    found = datasets.load_diabetes(as_frame=True, scaled=False).frame
    return found.assign(target=(found["target"] > found["target"].median()).astype(int))


def digits() -> pd.DataFrame:
    found = datasets.load_digits(as_frame=True).frame
    return found.assign(target=found["target"] % 2 == 0)


def stocks() -> pd.DataFrame:
    """Return monthly closing prices since 1990, with gaps before a listing; the target is a rise in the next month."""
    path = Path(mpl.get_data_path()) / "sample_data" / "Stocks.csv"
    found = pd.read_csv(path, comment="#").dropna(subset=["IBM"]).drop(columns=["^IXIC"])
    rises = found["^GSPC"].shift(-1) > found["^GSPC"]
    return found.assign(rises=np.where(rises, "yes", "no"))


TABLES: dict[str, tuple[Callable[[], pd.DataFrame], str, object]] = {
    "breast_cancer": (breast_cancer, "target", "malignant"),
    "iris": (iris, "target", "versicolor"),
    "wine": (wine, "target", 2),
    "diabetes": (diabetes, "target", 1),
    "digits": (digits, "target", True),
    "stocks": (stocks, "rises", "yes"),
}


def by_hand(table: pd.DataFrame, target: str, positive: object, *, features: list[str], time: str | None) -> float:
    """Return the AUC of a logistic regression on the newest fifth, or on a fifth drawn with seed 42."""
    table = table.assign(**{target: (table[target] == positive).astype(int)})
    ordered = table.sort_values([*([time] if time else []), *features, target], kind="stable").reset_index(drop=True)
    if time is None:
        ordered = ordered.iloc[np.random.default_rng(42).permutation(len(ordered))]
    cut = len(ordered) - round(len(ordered) * 0.2)
    model = make_pipeline(SimpleImputer(strategy="median"), StandardScaler(), LogisticRegression(max_iter=1000))
    model.fit(ordered[features][:cut], ordered[target][:cut])
    return float(roc_auc_score(ordered[target][cut:], model.predict_proba(ordered[features][cut:])[:, 1]))


def done(*arguments: str | Path) -> Done:
    said = run(*arguments)
    assert said.returncode == 0, said.stderr
    return said


@pytest.mark.parametrize("name", TABLES)
def test_a_table_becomes_a_contract_a_model_and_a_drift_page(name: str, tmp_path: Path) -> None:
    make, target, positive = TABLES[name]
    table = make()
    path, contract = tmp_path / f"{name}.csv", tmp_path / f"{name}.yaml"
    table.to_csv(path, index=False)
    told = json.loads(done("init", path, "--out", contract, "--json").stdout)
    assert told["target"]["column"] == target
    assert told["target"]["positive"] == str(positive).lower()
    dataset = load_dataset(str(contract))
    unlisted = {"DELL"} if name == "stocks" else set()  # DELL has no price in the rows that models learn from
    learned = {column for column in table if len(table[column].unique()) > 1}
    assert set(dataset.feature_names) == learned - {target, dataset.time_column, *unlisted}
    assert (dataset.time_column == "Date") is (name == "stocks")

    given = ("--table", path, "--contract", contract, "--out", tmp_path / "models", "--disable-mlflow", "--json")
    record = json.loads(done("train", *given).stdout)
    ours = next(model for model in record["models"] if model["name"] == "logistic_regression")["test_auc"]
    features = dataset.feature_names
    theirs = by_hand(table, target, positive, features=features, time=dataset.time_column)
    assert ours == pytest.approx(theirs, abs=1e-6)

    half = len(table) // 2
    table[:half].to_csv(tmp_path / "before.csv", index=False)
    table[half:].to_csv(tmp_path / "after.csv", index=False)
    sides = ("--reference", tmp_path / "before.csv", "--current", tmp_path / "after.csv")
    done("drift", "check", *sides, "--contract", contract, "--out", tmp_path / "drift")
    assert (tmp_path / "drift" / "report.html").read_text().startswith("<!doctype html>")
    report = json.loads(done("drift", "check", *sides, "--json").stdout)
    left_out = report["summary"]["features_left_out"].keys()
    assert report["features"].keys() | left_out == set(table)
    assert set(dataset.feature_names) - left_out == set(dataset.feature_names) & report["features"].keys()
