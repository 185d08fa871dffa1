"""Through a real server: the champion takes the file that it was trained on, and contracts stay apart."""

import json
from collections.abc import Iterator
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from mlflow import MlflowClient

from courtside.contracts.names import Alias
from tests.fakes.console_script import run
from tests.integration.tracking.server import Server, serving

ROWS = 600
FEATURES = {"income": "numeric", "visits": "numeric", "member": "binary", "plan": "categorical"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("served")
    rng = np.random.default_rng(5)
    income = rng.normal(0, 1, ROWS)
    rows = pd.DataFrame(
        {
            "id": np.arange(ROWS),
            "income": pd.Series(income).mask(rng.random(ROWS) < 0.1),
            "visits": pd.Series(rng.integers(0, 9, ROWS)).astype("Int64").mask(rng.random(ROWS) < 0.1),
            "member": pd.Series(rng.random(ROWS) < 0.5).astype("boolean").mask(rng.random(ROWS) < 0.1),
            "plan": pd.Series(rng.choice(["basic", "pro"], ROWS)).mask(rng.random(ROWS) < 0.1),
            "left": np.where(rng.random(ROWS) < 1 / (1 + np.exp(-2 * income)), "Yes", "No"),
        }
    )
    rows.to_csv(folder / "customers.csv", index=False)
    return folder


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    with serving(folder) as server:
        yield server


def trained(server: Server, folder: Path, out: str, features: dict[str, str], **keys: object) -> tuple[int, str, str]:
    """Run `courtside train` on the table under a contract; return its exit code, stdout and stderr."""
    written = {
        "id_columns": ["id"],
        "target": {"column": "left", "positive": "Yes"},
        "candidates": ["logistic_regression", "xgboost"],
        "features": features,
    }
    contract = folder / f"{out}.yaml"
    contract.write_text(json.dumps(written | keys))
    given = ["--table", str(folder / "customers.csv"), "--contract", str(contract), "--out", str(folder / out)]
    done = run("train", *given, "--tracking-uri", server.url, "--json")
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def champion(server: Server, folder: Path) -> str:
    code, said, told = trained(server, folder, "churn", FEATURES, name="churn")
    assert code == 0, told
    version = str(json.loads(said)["challenger_version"])
    MlflowClient(server.url, server.url).set_registered_model_alias("churn", Alias.CHAMPION, version)
    return version


def test_the_champion_predicts_the_file_that_it_was_trained_on(champion: str, folder: Path) -> None:
    model = mlflow.pyfunc.load_model("models:/churn@champion")
    (smoke,) = (folder / "churn").rglob("smoke.parquet")
    known = pq.read_table(smoke)
    said = model.predict(known.drop_columns("expected").to_pandas())[:, 1]
    assert np.allclose(said, known.column("expected").to_numpy(), rtol=0, atol=1e-12)
    rows = pd.read_csv(folder / "customers.csv")
    nullable = pd.read_csv(folder / "customers.csv", dtype_backend="numpy_nullable")
    assert np.array_equal(model.predict(rows), model.predict(nullable))
    native = mlflow.sklearn.load_model(f"models:/churn/{champion}")
    assert set(native.predict(pa.Table.from_pandas(rows))) == {"Yes", "No"}


def test_another_contract_has_a_model_of_its_own_and_cannot_take_this_one(
    server: Server, folder: Path, champion: str
) -> None:
    code, said, told = trained(server, folder, "fraud", {"income": "numeric", "visits": "numeric"}, name="fraud")
    assert code == 0, told
    assert json.loads(said)["champion_version"] is None
    assert MlflowClient(server.url, server.url).get_registered_model("fraud").aliases == {"challenger": "1"}
    code, _, told = trained(server, folder, "taken", FEATURES, name="taken", registered_model="churn")
    assert code == 2
    assert "PlaceTaken: the registered model churn in MLflow holds what contract churn trained" in " ".join(
        told.split()
    )
    assert not list((folder / "taken").rglob("record.json"))
    versions = MlflowClient(server.url, server.url).search_model_versions("name = 'churn'")
    assert [str(each.version) for each in versions] == [champion]


def test_a_champion_with_a_feature_that_the_contract_dropped_still_predicts_the_holdout(
    server: Server, folder: Path, champion: str
) -> None:
    fewer = {name: kind for name, kind in FEATURES.items() if name != "plan"}
    code, said, told = trained(server, folder, "fewer", fewer, name="churn")
    assert code == 0, told
    record = json.loads(said)
    assert (record["champion_version"], record["champion_incomparable"]) == (champion, None)
    assert record["champion_differs"] == "also reads plan"
    (holdout,) = (folder / "fewer").rglob("holdout.parquet")
    (first,) = (folder / "churn").rglob("holdout.parquet")
    by_champion = pq.read_table(holdout).column("champion").to_numpy()
    assert np.allclose(by_champion, pq.read_table(first).column("challenger").to_numpy(), rtol=0, atol=1e-12)
