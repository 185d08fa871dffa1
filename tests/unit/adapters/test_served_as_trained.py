"""A served model predicts what the trained one did, for rows of any type that people are likely to send."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from numpy.typing import NDArray

from courtside.adapters.feature_tables import open_address
from courtside.adapters.folder_lake import FolderLake
from courtside.adapters.mlflow_models import load_classifier
from courtside.adapters.mlflow_tracking import MlflowTracking
from courtside.contracts import lake_keys
from courtside.contracts.events import RetrainingRequest, Trigger
from courtside.contracts.names import Alias
from courtside.core.dataset import Dataset, Feature
from courtside.core.drift.reading import FeatureTable
from courtside.core.training.fit import TrainedModel, feature_frame, fit_candidates, probability
from courtside.workflows import challengers
from courtside.workflows.tables import table_content
from courtside.workflows.train import train
from tests.datasets.customers import MIXED, NUMBERS, ROWS, customers

READERS: dict[str, dict[str, Callable[[Path], Any]]] = {
    "parquet": {
        "pandas": pd.read_parquet,
        "pandas on Arrow": lambda path: pd.read_parquet(path, dtype_backend="pyarrow"),
        "nullable pandas": lambda path: pd.read_parquet(path, dtype_backend="numpy_nullable"),
        "polars": pl.read_parquet,
        "pyarrow": pq.read_table,
    },
    "csv": {
        "pandas": pd.read_csv,
        "pandas on Arrow": lambda path: pd.read_csv(path, dtype_backend="pyarrow"),
        "nullable pandas": lambda path: pd.read_csv(path, dtype_backend="numpy_nullable"),
        "polars": pl.read_csv,
        "pyarrow": lambda path: pa_csv.read_csv(path, convert_options=pa_csv.ConvertOptions(strings_can_be_null=True)),
    },
}


@dataclass(frozen=True)
class Trained:
    """A training with a real registry, the file of its table, and the frames that people read from that file."""

    dataset: Dataset
    path: Path
    models: list[TrainedModel]
    runs: dict[str, str]

    @cached_property
    def stored(self) -> pa.Table:
        """Return the rows as the training read them."""
        table = open_address(str(self.path))
        assert isinstance(table, FeatureTable)
        return pq.read_table(pa.BufferReader(table_content(table, self.dataset)))

    def said(self, model: TrainedModel) -> NDArray[np.float64]:
        """Return what the estimator predicts for the whole table in the training's process."""
        return probability(model.estimator, feature_frame(self.stored, self.dataset))

    @cached_property
    def loaded(self) -> list[tuple[TrainedModel, Any, Any]]:
        """Return each model as loaded by its library's flavor and as loaded by pyfunc."""
        found = []
        for model in self.models:
            uri = f"runs:/{self.runs[model.name]}/model"
            found.append((model, load_classifier(uri), mlflow.pyfunc.load_model(uri)))
        return found


@pytest.fixture(scope="module", params=["all types of parquet", "all types of csv", "numbers of parquet"])
def trained(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trained]:
    kinds = NUMBERS if request.param.startswith("numbers") else MIXED
    folder, ending = tmp_path_factory.mktemp("served"), request.param.split()[-1]
    path, rows = folder / f"customers.{ending}", customers()
    (pq.write_table if ending == "parquet" else pa_csv.write_csv)(rows, path)
    dataset = Dataset(
        name="customers",
        time_column=None,
        season_column=None,
        id_columns=("id",),
        target="left",
        positive="Yes",
        features=tuple(Feature(name, kind) for name, kind in kinds.items()),
        builder=None,
        reference_seasons=1,
    )
    lake, fitted = FolderLake(folder / "lake"), []
    table = open_address(str(path))
    assert isinstance(table, FeatureTable)
    lake.write(lake_keys.loaded_table("customers", "table"), table_content(table, dataset))
    uri = f"sqlite:///{folder}/mlflow.db"
    MlflowClient(uri, uri).create_experiment("customers", artifact_location=(folder / "artifacts").as_uri())

    def remembered(*given: Any, **named: Any) -> list[TrainedModel]:
        fitted.extend(fit_candidates(*given, **named))
        return fitted

    asked = RetrainingRequest(
        model=dataset.name, training_id="t1", as_of=date.max, trigger=Trigger.MANUAL, reason="test"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(challengers, "fit_candidates", remembered)
        record = train(asked, lake=lake, tracking=MlflowTracking(uri), dataset=dataset)
    client = MlflowClient(uri, uri)
    assert record.challenger_version is not None
    client.set_registered_model_alias("customers", Alias.CHAMPION, record.challenger_version)
    found = client.search_runs([client.get_experiment_by_name("customers").experiment_id], "tags.training_id = 't1'")
    yield Trained(dataset, path, fitted, {run.data.params["model_name"]: run.info.run_id for run in found})
    mlflow.set_tracking_uri(None)
    mlflow.set_registry_uri(None)


def close(found: Any, expected: NDArray[np.float64]) -> bool:
    return np.allclose(np.asarray(found)[:, 1], expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("form", READERS["parquet"])
def test_every_model_predicts_the_same_for_the_table_however_it_is_read(trained: Trained, form: str) -> None:
    rows = READERS[trained.path.suffix[1:]][form](trained.path)
    frame = rows if isinstance(rows, pd.DataFrame) else rows.to_pandas()  # pyfunc takes no other frames
    assert len(trained.models) == 4
    for model, native, pyfunc in trained.loaded:
        expected = trained.said(model)
        assert expected.std() > 0.01
        assert close(native.predict_proba(rows), expected), model.name
        assert close(pyfunc.predict(frame), expected), model.name


def test_the_champion_takes_rows_in_other_shapes(trained: Trained) -> None:
    champion = mlflow.pyfunc.load_model("models:/customers@champion")
    native = load_classifier("models:/customers@champion")
    rows = pd.read_parquet(trained.path) if trained.path.suffix == ".parquet" else pd.read_csv(trained.path)
    expected = native.predict_proba(rows)[:, 1]
    texts = [name for name in ("gift", "plan") if name in trained.dataset.feature_names]
    shapes = {
        "columns in another order": rows[list(rows.columns[::-1])],
        "shuffled index": rows.set_index(pd.Index(range(ROWS, 0, -1))),
        "categories": rows.astype(dict.fromkeys(texts, "category")),
        "None for missing": rows.astype(object).where(rows.notna(), None),
        "NA for missing": rows.astype(object).where(rows.notna(), pd.NA),
        "whole numbers as fractions": rows.astype({"visits": "float64"}),
        "truth values as numbers": rows.assign(senior=rows["senior"].astype(int)),
        "small numbers": rows.assign(visits=rows["visits"].astype("int8")),
    }
    for name, shape in shapes.items():
        assert close(champion.predict(shape), expected), name
        assert close(native.predict_proba(shape), expected), name
    huge = rows.astype({"visits": object}).assign(visits=[10**30] * ROWS)
    assert close(champion.predict(huge), native.predict_proba(rows.assign(visits=1e30))[:, 1])
    assert champion.predict(rows.head(0)).shape == native.predict_proba(rows.head(0)).shape == (0, 2)
    records = rows.astype(object).where(rows.notna(), None).to_dict("records")
    assert close(native.predict_proba(records), expected)
    assert close(native.predict_proba(records[:1]), expected[:1])
    assert close(champion.predict(pd.DataFrame(records[:1])), expected[:1])


def test_a_category_unseen_in_training_is_treated_as_a_rare_one(trained: Trained) -> None:
    if "plan" not in trained.dataset.feature_names:
        return
    rows = READERS[trained.path.suffix[1:]]["pandas"](trained.path)
    for model, native, pyfunc in trained.loaded:
        known = trained.stored.set_column(
            trained.stored.column_names.index("plan"), "plan", pa.array(["never seen"] * ROWS)
        )
        expected = probability(model.estimator, feature_frame(known, trained.dataset))
        assert close(native.predict_proba(rows.assign(plan="never seen")), expected)
        assert close(pyfunc.predict(rows.assign(plan="never seen")), expected)


def test_missing_columns_and_text_in_place_of_numbers_are_named(trained: Trained) -> None:
    rows = READERS[trained.path.suffix[1:]]["pandas"](trained.path)
    for _, native, pyfunc in trained.loaded:
        with pytest.raises(ValueError, match="the model reads visits, senior, which these rows lack"):
            native.predict(rows.drop(columns=["visits", "senior"]))
        with pytest.raises(MlflowException, match=r"Model is missing inputs \['visits'\]"):
            pyfunc.predict(rows.drop(columns="visits"))
        with pytest.raises(ValueError, match="takes visits as a number, and these rows hold string there"):
            native.predict(rows.astype({"visits": object}).assign(visits="many"))
        with pytest.raises(ValueError, match="two columns"):
            native.predict(pd.concat([rows, rows[["visits"]]], axis=1))
        with pytest.raises(TypeError, match="a model predicts for a table, and an object of type int is none"):
            native.predict(3)


def test_predictions_are_the_targets_own_values(trained: Trained) -> None:
    rows = READERS[trained.path.suffix[1:]]["polars"](trained.path)
    for model, native, pyfunc in trained.loaded:
        expected = np.where(trained.said(model) > 0.5, "Yes", "No")
        assert np.array_equal(native.predict(rows), expected)
        assert list(native.classes_) == ["No", "Yes"]
        assert pyfunc.metadata.metadata["interface"]["classes"] == ["No", "Yes"]
        assert pyfunc.metadata.signature.inputs.input_names() == trained.dataset.feature_names


def test_the_snippet_of_the_card_works_when_it_is_copied(trained: Trained, monkeypatch: pytest.MonkeyPatch) -> None:
    (card,) = (trained.path.parent / "lake").rglob("card.md")
    code = card.read_text().split("```python\n")[1].split("```")[0]
    rows = READERS[trained.path.suffix[1:]]["pandas"](trained.path)
    monkeypatch.setattr(pd, "read_parquet", lambda name: rows if name == "rows.parquet" else None)
    found: dict[str, Any] = {}
    exec(code, found)  # noqa: S102 — our own code, as people run it
    best = load_classifier("models:/customers@champion")
    assert np.array_equal(found["probability"], best.predict_proba(rows)[:, 1])
    assert np.array_equal(found["prediction"], best.predict(rows))
    assert "# of class 1, Yes" in code


def test_a_model_loads_where_courtside_is_not_installed(trained: Trained, tmp_path: Path) -> None:
    """A process that cannot import Courtside serves every model, which carries a copy of the code it needs."""
    models = {name: tmp_path / name for name in trained.runs}
    for name, folder in models.items():
        mlflow.artifacts.download_artifacts(f"runs:/{trained.runs[name]}/model", dst_path=str(folder))
    script = """
import importlib, sys
from pathlib import Path
sys.path = [path for path in sys.path if not (Path(path) / "courtside" / "__init__.py").exists()]
sys.meta_path = [finder for finder in sys.meta_path if "editable" not in type(finder).__module__.lower()]
import mlflow, mlflow.pyfunc, numpy, pandas
rows = (pandas.read_parquet if sys.argv[1].endswith("parquet") else pandas.read_csv)(sys.argv[1])
for path in sys.argv[2:]:
    model = mlflow.pyfunc.load_model(path)
    library = next(name for name in model.metadata.flavors if name != "python_function")
    native = importlib.import_module(f"mlflow.{library}").load_model(path)
    assert numpy.array_equal(model.predict(rows), native.predict_proba(rows))
    assert set(native.predict(rows)) == {"Yes", "No"}
    print(Path(path).parent.name, library, sys.modules["courtside"].__spec__.origin)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(trained.path), *(str(folder / "model") for folder in models.values())],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    libraries = {line.split()[0]: line.split()[1] for line in done.stdout.splitlines()}
    own = {"logistic_regression": "sklearn", "random_forest": "sklearn", "xgboost": "xgboost", "lightgbm": "lightgbm"}
    assert libraries == (own if len(trained.dataset.features) == len(NUMBERS) else dict.fromkeys(own, "sklearn"))
    assert all(line.split()[2] == "None" for line in done.stdout.splitlines())
    shutil.rmtree(tmp_path)
