"""Trainings go on while a real tracking server is away or dies, and the command logs them afterwards."""

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from itertools import count
from pathlib import Path
from threading import Barrier, Event

import mlflow
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from mlflow import MlflowClient

from courtside.adapters.folder_lake import FolderLake
from courtside.adapters.mlflow_registry import MlflowRegistry
from courtside.adapters.mlflow_tracking import MlflowTracking
from courtside.contracts import lake_keys, training_keys
from courtside.contracts.events import RetrainingRequest, Trigger
from courtside.contracts.names import REGISTERED_MODEL, TRAINING_EXPERIMENT, Alias, ModelPlace
from courtside.contracts.records import TrainingRecord
from courtside.datasets.catalog import load_dataset
from courtside.datasets.simulated import simulate_games
from courtside.workflows.games import store_games
from courtside.workflows.import_model import import_model
from courtside.workflows.ports import CandidateRun, TrackingUnavailable, TrainingRun
from courtside.workflows.resume_logging import resume_logging
from courtside.workflows.spool import spooled_trainings
from courtside.workflows.train import train
from tests.fakes.console_script import run
from tests.integration.tracking.server import Server, create_database

DATASET = load_dataset("nba_games")
NAMES = ["lightgbm", "logistic_regression", "random_forest", "xgboost"]


@pytest.fixture(scope="module")
def games() -> pa.Table:
    return simulate_games(seasons=[2010, 2011])


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("database") / "mlflow.db"
    create_database(path)
    return path


@pytest.fixture
def server(database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    (tmp_path / "server").mkdir()
    shutil.copy(database, tmp_path / "server")
    server = Server(tmp_path / "server")
    yield server
    server.kill()
    mlflow.set_tracking_uri(None)
    mlflow.set_registry_uri(None)


def command_line(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, as people do, which takes seconds of imports each time."""
    quiet = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0", "OMP_WAIT_POLICY": "PASSIVE"}
    return subprocess.run(
        [sys.executable, "-m", "courtside.cli", *arguments],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        env={key: value for key, value in os.environ.items() if key != "MLFLOW_TRACKING_URI"} | quiet,
    )


def courtside(*arguments: str) -> tuple[int, str, str]:
    """Run the command in this process and return its exit code, its stdout and its stderr."""
    done = run(*arguments)
    return done.returncode, done.stdout, done.stderr


def logged_runs(server: Server) -> pd.DataFrame:
    mlflow.set_tracking_uri(server.url)
    runs = mlflow.search_runs(experiment_names=[TRAINING_EXPERIMENT], order_by=["metrics.test_auc DESC"])
    assert isinstance(runs, pd.DataFrame)
    return runs


def test_the_command_trains_without_the_server_says_so_and_logs_later(
    server: Server, games: pa.Table, tmp_path: Path
) -> None:
    pq.write_table(games, tmp_path / "games.parquet")
    out = tmp_path / "models"
    done = command_line(
        "train", "--games", str(tmp_path / "games.parquet"), "--out", str(out), "--tracking-uri", server.url, "--json"
    )
    assert done.returncode == 4, done.stderr
    assert f"courtside train --resume-logging --out {out}" in " ".join(done.stderr.split())
    record = json.loads(done.stdout)
    assert (record["spooled"], record["challenger_version"]) == (True, None)
    assert json.loads((out / lake_keys.LEGACY_SET).read_text())["training_id"] == record["training_id"]
    resume = ("train", "--resume-logging", "--out", str(out), "--tracking-uri", server.url, "--json")
    code, printed, said = courtside(*resume)
    assert (code, printed) == (1, "")
    assert "does not answer" in " ".join(said.split())

    server.start()
    code, printed, said = courtside(*resume)
    assert code == 0, said
    (row,) = json.loads(printed)
    assert (row["training_id"], row["version"]) == (record["training_id"], "1")
    runs = logged_runs(server)
    assert sorted(runs["params.model_name"].dropna()) == NAMES
    aucs = {model["name"]: model["test_auc"] for model in record["models"]}
    assert runs.iloc[0]["params.model_name"] == max(aucs, key=lambda name: aucs[name])
    assert runs.set_index("run_id").loc[row["run_id"], "params.model_name"] == record["best"]
    model = mlflow.pyfunc.load_model(f"runs:/{row['run_id']}/model")
    rows = pd.DataFrame(np.zeros((2, 16)), columns=DATASET.feature_names)
    assert model.predict(rows).shape == (2, 2)
    assert json.loads(courtside(*resume)[1]) == []
    assert len(logged_runs(server)) == 5
    version = MlflowClient(server.url, server.url).get_model_version_by_alias(REGISTERED_MODEL, Alias.CHALLENGER)
    assert "Trained on" in version.description
    assert not list(out.glob("training/*/spool/*"))


class Dying(MlflowTracking):
    """A client whose server is killed when two of four candidates are logged."""

    def __init__(self, server: Server) -> None:
        super().__init__(server.url)
        self._server = server
        self._begun = count(1)
        self._killed = Event()
        self._two_logged = Barrier(3)

    def at(self, place: ModelPlace) -> "Dying":
        """Return this very client, which is at the contract's place already."""
        assert place == self.place
        return self

    def _log_candidate(self, candidate: CandidateRun, run: TrainingRun, *, parent: str, experiment: str) -> str:
        begun = next(self._begun)
        if begun == 3:
            self._two_logged.wait(60)
            self._client.create_run(experiment, tags=dict(run.tags))  # a broken attempt leaves this behind
            self._server.kill()
            self._killed.set()
        if begun == 4:
            assert self._killed.wait(60)
        run_id = super()._log_candidate(candidate, run, parent=parent, experiment=experiment)
        self._two_logged.wait(60)
        return run_id


def test_a_server_that_dies_in_the_middle_keeps_its_runs_and_gets_the_rest_later(
    server: Server, games: pa.Table, tmp_path: Path
) -> None:
    lake = FolderLake(tmp_path / "lake")
    store_games(games, lake=lake)
    server.start()
    _train("champion", lake, MlflowTracking(server.url))
    registry = MlflowRegistry(server.url)
    assert registry.champion_version() is None
    registry.appoint("1", previous=None, reason="the first")

    record = _train("half", lake, Dying(server))
    assert (record.spooled, record.challenger_version, record.champion_version) == (True, None, None)
    assert "champion" not in _holdout(lake, "half").column_names
    with pytest.raises(TrackingUnavailable):
        resume_logging(lake=lake, tracking=MlflowTracking(server.url))
    assert spooled_trainings(lake=lake) == [("nba_games", "half")]

    server.start()
    before = logged_runs(server)
    finished = before[(before["tags.training_id"] == "half") & (before["status"] == "FINISHED")]
    assert len(finished) == 2
    (replayed,) = resume_logging(lake=lake, tracking=MlflowTracking(server.url))
    runs = logged_runs(server)
    children = runs[runs["tags.training_id"] == "half"]
    assert sorted(children["params.model_name"]) == NAMES
    assert set(finished.run_id) < set(children.run_id)
    assert (runs["status"] == "FINISHED").all()
    assert (runs["tags.training"] == "half").sum() == 1
    assert (replayed.challenger_version, replayed.champion_version, replayed.spooled) == ("2", "1", False)
    assert registry.training_of("2") == "half"
    holdout = _holdout(lake, "half")
    assert np.allclose(holdout.column("champion").to_numpy(), holdout.column("challenger").to_numpy(), atol=1e-6)
    assert json.loads(lake.read(training_keys.training_record("nba_games", "half")))["challenger_version"] == "2"


def test_an_old_pickle_is_registered_without_changing_the_recipe_or_aliases(
    server: Server, games: pa.Table, tmp_path: Path
) -> None:
    lake = FolderLake(tmp_path / "lake")
    store_games(games, lake=lake)
    server.start()
    tracking = MlflowTracking(server.url)
    _train("first", lake, tracking)
    for name, scaler in (("logistic_regression", "scaler"), ("random_forest", None), ("xgboost", None)):
        logged = import_model(
            name,
            sha256=_sha256(lake, name),
            scaler_sha256=_sha256(lake, scaler) if scaler else None,
            lake=lake,
            tracking=tracking,
            dataset=DATASET,
        )
        model = mlflow.pyfunc.load_model(f"models:/{REGISTERED_MODEL}/{logged.version}")
        assert model.predict(pd.DataFrame(np.zeros((2, 16)), columns=DATASET.feature_names)).shape == (2, 2)
    runs = logged_runs(server)
    assert (runs["tags.imported"] == "true").sum() == 6
    assert runs["metrics.test_auc"].notna().sum() == 4
    judged = runs[runs["metrics.imported_auc"].notna()].set_index("params.model_name")
    published = runs[runs["metrics.test_auc"].notna()].set_index("params.model_name")
    for name in judged.index:
        assert judged.loc[name, "metrics.imported_auc"] == pytest.approx(published.loc[name, "metrics.test_auc"])
    aliases = MlflowClient(server.url, server.url).get_registered_model(REGISTERED_MODEL).aliases
    assert aliases == {"challenger": "1"}
    assert [row["stage"] for row in MlflowRegistry(server.url).versions()] == [*["Imported"] * 3, "Staging"]


def _sha256(lake: FolderLake, name: str) -> str:
    return hashlib.sha256(lake.read(f"{lake_keys.LEGACY_MODELS_PREFIX}{name}.pkl")).hexdigest()


def _train(training_id: str, lake: FolderLake, tracking: MlflowTracking) -> TrainingRecord:
    request = RetrainingRequest(
        model="nba_games", training_id=training_id, as_of=date(2011, 7, 1), trigger=Trigger.MANUAL, reason="test"
    )
    return train(request, lake=lake, tracking=tracking, dataset=DATASET)


def _holdout(lake: FolderLake, training_id: str) -> pa.Table:
    return pq.read_table(io.BytesIO(lake.read(training_keys.training_holdout("nba_games", training_id))))
