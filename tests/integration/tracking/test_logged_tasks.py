"""Through a real server: what is logged of a training of each task is what a fit by hand says."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pytest
from mlflow import MlflowClient
from mlflow.entities import Run

from courtside.core.tasks import BINARY, REGRESSION
from tests.datasets.shipped import TABLES
from tests.fakes.console_script import run
from tests.fakes.fitted_by_hand import figures, fitted, half_width, interval_figures, parts, said
from tests.integration.tracking.server import Server, serving

NAMES = ("wine", "breast_cancer", "diabetes", "prices")
"""The last one has times, so its best candidate is fitted once more."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tasks")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    with serving(folder) as server:
        yield server


@pytest.fixture(scope="module", params=NAMES)
def training(request: pytest.FixtureRequest, server: Server, folder: Path) -> dict[str, Any]:
    """Train on a table by the command, logging to the server; return its record."""
    name = str(request.param)
    path, contract = folder / f"{name}.csv", folder / f"{name}.yaml"
    TABLES[name].rows().to_csv(path, index=False)
    contract.write_text(json.dumps(TABLES[name].contract(name)))
    given = ("--table", path, "--contract", contract, "--out", folder / name, "--tracking-uri", server.url, "--json")
    done = run("train", *given)
    assert done.returncode == 0, done.stderr
    record: dict[str, Any] = json.loads(done.stdout)
    return record


def refitted(record: dict[str, Any]) -> bool:
    """Tell whether the version is the best candidate fitted once more on all rows."""
    once_more = record["refit"].get("why_not") is None
    assert once_more is (TABLES[record["dataset"]].time is not None)
    return once_more


def runs(server: Server, record: dict[str, Any]) -> dict[str, Run]:
    """Return the candidates' runs by name."""
    client = MlflowClient(server.url, server.url)
    experiment = client.get_experiment_by_name(record["dataset"])
    assert experiment is not None
    found = client.search_runs([experiment.experiment_id], f"tags.training_id = '{record['training_id']}'")
    return {each.data.params["model_name"]: each for each in found}


def test_each_run_has_the_figures_and_the_model_of_a_fit_by_hand(server: Server, training: dict[str, Any]) -> None:
    shipped = TABLES[training["dataset"]]
    _, _, later, known = parts(shipped)
    logged = runs(server, training)
    assert logged.keys() == {model["name"] for model in training["models"]}
    for name, logged_run in logged.items():
        by_hand = said(shipped.task, fitted(shipped, name), later)
        expected = figures(shipped.task, known, by_hand)
        expected |= interval_figures(known, by_hand) if shipped.task == REGRESSION else {}
        metrics = logged_run.data.metrics
        assert {key: metrics[key] for key in expected} == pytest.approx(expected, abs=1e-9, rel=1e-9), name
        if refitted(training) and name == training["best"]:
            by_hand = said(shipped.task, fitted(shipped, name, on_all=True), later)
        served = np.asarray(mlflow.pyfunc.load_model(f"runs:/{logged_run.info.run_id}/model").predict(later))
        predicted = served[:, 1] if shipped.task == BINARY else served
        assert np.allclose(predicted, by_hand, rtol=0, atol=1e-9), name


@pytest.mark.usefixtures("server")
def test_the_version_reads_the_features_and_says_classes_or_intervals(training: dict[str, Any]) -> None:
    shipped, name = TABLES[training["dataset"]], training["dataset"]
    _, _, later, known = parts(shipped)
    version = f"models:/{name}@challenger"
    described = mlflow.models.get_model_info(version)
    assert described.signature.inputs.input_names() == list(later)
    interface = described.metadata["interface"]
    assert (interface.get("task", "binary"), interface["target"]) == (shipped.task, shipped.target)
    (library,) = {"sklearn", "xgboost", "lightgbm"} & described.flavors.keys()
    model = getattr(mlflow, library).load_model(version)
    if shipped.task != REGRESSION:
        assert interface["classes"] == sorted(set(shipped.rows()[shipped.target]))
        assert set(model.predict(later)) <= set(interface["classes"])
        return
    assert interface.get("classes", []) == []
    judged = said(shipped.task, fitted(shipped, training["best"]), later)
    served = said(shipped.task, fitted(shipped, training["best"], on_all=refitted(training)), later)
    half = half_width(known, judged)
    expected = np.stack([served - half, served + half], axis=1)
    assert np.allclose(model.predict_interval(later), expected, rtol=0, atol=1e-9)
