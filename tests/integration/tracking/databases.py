"""These helpers create MLflow databases on one real PostgreSQL, fill them as trainings do, and read what users see."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, Metric, Param, RunTag

from courtside.adapters.tracking_backups import database
from courtside.adapters.tracking_copy.dump import MANIFEST, CopyManifest, dump
from courtside.adapters.tracking_copy.load import load
from courtside.contracts.names import REGISTERED_MODEL, Alias

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
EMPTY, FULL = "mlflow_empty", "mlflow_full"
AWKWARD = "tab\there, newline\nthere, a \\ and \\N, 'quotes' \"both\" and ünïcode ☃"


@dataclass(frozen=True)
class Databases:
    """One server with an empty MLflow database, a full one, and as many new ones as a test asks for."""

    port: int

    def uri(self, name: str) -> str:
        return f"postgresql+psycopg2://mlflow:secret@127.0.0.1:{self.port}/{name}"

    def new(self, name: str, *, template: str | None = EMPTY) -> str:
        with database(self.uri("postgres")) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(f"create database {name}" + (f" template {template}" if template else ""))
        return self.uri(name)


def client_of(uri: str) -> MlflowClient:
    """Return a client for this database only, even if an earlier test pointed this process's registry elsewhere."""
    return MlflowClient(tracking_uri=uri, registry_uri=uri)


def close(uri: str) -> None:
    """Close the connections that MLflow's pool keeps open, because a database with connections cannot be a template."""
    with database(uri.rpartition("/")[0] + "/postgres") as connection, connection.cursor() as cursor:
        cursor.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s and pid <> pg_backend_pid()",
            [uri.rpartition("/")[2]],
        )


def fill(client: MlflowClient) -> None:
    """Leave what trainings leave: runs with all kinds of data, versions, aliases, tags and a deleted run."""
    experiment = client.create_experiment("nba-game-predictions", artifact_location="s3://old-bucket/mlflow/1")
    client.create_registered_model(REGISTERED_MODEL, description=AWKWARD)
    for number in range(3):
        run = client.create_run(experiment, tags={"training_id": f"t{number}", "note": AWKWARD})
        metrics = [
            Metric("test_auc", 0.6 + number / 100 + step / 7, 1_700_000_000_000 + step, step) for step in range(5)
        ]
        metrics.append(Metric("odd/name with space", float("nan"), 1_700_000_000_000, 0))
        client.log_batch(run.info.run_id, metrics, [Param("depth", "10")], [RunTag("later", "yes")])
        data = Dataset(name="games", digest=f"d{number}", source_type="s3", source="s3://lake/games")
        client.log_inputs(run.info.run_id, [DatasetInput(data, [])])
        client.set_terminated(run.info.run_id)
        source = f"s3://old-bucket/mlflow/1/{run.info.run_id}/artifacts/model"
        client.create_model_version(REGISTERED_MODEL, source, run.info.run_id, tags={"training_id": f"t{number}"})
    client.set_registered_model_alias(REGISTERED_MODEL, Alias.CHAMPION, "2")
    client.set_registered_model_alias(REGISTERED_MODEL, Alias.PREVIOUS, "1")
    client.set_model_version_tag(REGISTERED_MODEL, "2", "stage", "Production")
    client.delete_run(client.create_run(experiment).info.run_id)
    gone = client.create_experiment("gone")
    with database(client.tracking_uri) as connection, connection, connection.cursor() as cursor:
        cursor.execute("delete from experiments where experiment_id = %s", [int(gone)])


def backup(uri: str) -> tuple[bytes, CopyManifest]:
    buffer = io.BytesIO()
    with database(uri) as connection:
        manifest = dump(connection, buffer, now=NOW)
    return buffer.getvalue(), manifest


def restore(uri: str, content: bytes, **options: Any) -> CopyManifest:
    with database(uri) as connection:
        return load(connection, io.BytesIO(content), **options)


def told(uri: str) -> dict[str, Any]:
    """Return everything that users of MLflow see."""
    client = client_of(uri)
    experiments = client.search_experiments(view_type=3)
    runs = client.search_runs([each.experiment_id for each in experiments], run_view_type=3)
    versions = client.search_model_versions(f"name = '{REGISTERED_MODEL}'")
    return {
        "experiments": {each.name: each.artifact_location for each in experiments},
        "runs": {each.info.run_id: (each.info.status, each.info.lifecycle_stage, each.data.tags) for each in runs},
        "metrics": {
            run.info.run_id: [(m.step, m.value) for m in client.get_metric_history(run.info.run_id, "test_auc")]
            for run in runs
        },
        "params": {run.info.run_id: run.data.params for run in runs},
        "inputs": {run.info.run_id: [each.dataset.digest for each in run.inputs.dataset_inputs] for run in runs},
        "versions": {each.version: (each.source, each.run_id, each.tags) for each in versions},
        "aliases": {name: str(each) for name, each in client.get_registered_model(REGISTERED_MODEL).aliases.items()},
    }


def members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name != MANIFEST}


def rewritten(content: bytes, changes: dict[str, Callable[[bytes], bytes] | None]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            change = changes.get(name, lambda same: same)
            if change is not None:
                new.writestr(name, change(old.read(name)))
    return buffer.getvalue()


def make_schema(uri: str, revision: str) -> None:
    """Give an empty database the schema that an older MLflow left."""
    from alembic import command
    from mlflow.store.db.utils import _get_alembic_config
    from mlflow.store.tracking.dbmodels.initial_models import Base
    from sqlalchemy import create_engine

    engine = create_engine(uri)
    Base.metadata.create_all(engine)
    config = _get_alembic_config(uri)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()
