"""Models of a team's own classes are stored without pickles, and loaded only where their package is trusted."""

import sys
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pyarrow as pa
import pytest

import courtside
from courtside.adapters.folder_lake import FolderLake
from courtside.adapters.mlflow_models import MlflowModels, load_classifier, save_model
from courtside.contracts.model_card import ModelInterface
from courtside.core.training.own_candidates import chosen
from courtside.core.training.stored_types import ModelUnstorable
from courtside.datasets.catalog import parse_dataset
from courtside.workflows.ports import CandidateRun, ModelNotTrusted, ModelUnusable
from tests.fakes.own_package import OF_ITS_OWN, OF_SKLEARN, own_package
from tests.fakes.small_training import FEATURES, ROWS


def stored(folder: Path, path: str, *, package: str | None) -> dict[str, bytes]:
    """Return the files of an own candidate's model, fitted on a few rows."""
    (candidate,) = chosen([path])
    rows = ROWS.to_pandas()
    run = CandidateRun(
        name=candidate.name,
        flavor=candidate.flavor,
        estimator=candidate.build(candidate.params).fit(rows, (rows["first"] > 0).astype(int)),
        params={},
        metrics={},
        plots={},
        package=package,
    )
    interface = ModelInterface.of("won", (0, 1), dict.fromkeys(FEATURES, "number"))
    save_model(path=str(folder), candidate=run, interface=interface, sample=ROWS.slice(0, 5))
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_only_who_trusts_its_package_loads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = own_package(tmp_path, monkeypatch, OF_ITS_OWN, name="own_stored")
    files = stored(tmp_path / "model", f"{package}.boosting:nearest", package=package)
    found = MlflowModels(packages=[package]).opened("3", files).probability(ROWS)
    by_mlflow: Any = load_classifier(str(tmp_path / "model"))
    assert found.tolist() == by_mlflow.predict_proba(ROWS)[:, 1].tolist()
    assert 0 < min(found) < max(found) < 1
    assert mlflow.pyfunc.load_model(str(tmp_path / "model")).predict(ROWS.to_pandas()).shape == (len(found), 2)
    for others in ([], ["another"], ["own"]):
        with pytest.raises(ModelNotTrusted, match="--trust-package") as caught:
            MlflowModels(packages=others).opened("3", files)
        assert caught.value.types == (f"{package}.boosting.Nearest",)
    monkeypatch.delitem(sys.modules, f"{package}.boosting")
    (tmp_path / package / "boosting.py").unlink()
    with pytest.raises(ModelUnusable, match="boosting"):
        MlflowModels(packages=[package]).opened("3", files)


def test_a_model_of_a_known_library_is_loaded_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = own_package(tmp_path, monkeypatch, OF_SKLEARN, name="own_of_sklearn")
    files = stored(tmp_path / "model", f"{package}.boosting:CANDIDATE", package=package)
    assert len(MlflowModels().opened("3", files).probability(ROWS)) == ROWS.num_rows


def test_classes_of_another_package_are_not_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = own_package(tmp_path, monkeypatch, OF_ITS_OWN, name="own_of_another")
    with pytest.raises(ModelUnstorable, match=r"own_of_another\.boosting\.Nearest"):
        stored(tmp_path / "model", f"{package}.boosting:nearest", package="someone")


def test_files_train_an_own_candidate_and_its_runs_wait_or_are_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = own_package(tmp_path, monkeypatch, OF_SKLEARN + OF_ITS_OWN, name="own_trained")
    contract = parse_dataset(
        "points",
        f"name: points\ntarget: left\nfeatures: {{x: numeric, y: numeric}}\n"
        f"candidates: ['{package}.boosting:nearest', '{package}.boosting:CANDIDATE']\n".encode(),
    )
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(2, 400))
    rows = pa.table({"x": x, "y": y, "left": x + y + rng.normal(size=400) > 0})
    monkeypatch.chdir(tmp_path)  # where MLflow puts the artifacts of a local store
    uri = f"sqlite:///{tmp_path}/runs.db"
    trained = courtside.train(rows, contract, out=tmp_path / "out", tracking_uri=uri)
    assert {each.name for each in trained.record.models} == {"nearest", "extra_trees"}
    assert trained.record.challenger_version == "1"
    assert trained.card.exists()
    assert trained.best.test_auc > 0.6
    mlflow.set_tracking_uri(uri)
    loaded: Any = load_classifier("models:/points/1")
    assert loaded.predict_proba(rows.select(["x", "y"])).shape == (400, 2)
    assert FolderLake(tmp_path / "out").keys("")
