"""Copies of a real PostgreSQL with MLflow's real schema: what was in it is in the database it is restored into."""

import io
import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import mlflow
import pytest
from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, Metric, Param, RunTag
from typer.testing import CliRunner

from courtside.adapters.tracking_backups import DatabaseUnreachable, database
from courtside.adapters.tracking_copy.dump import MANIFEST, CopyManifest, dump
from courtside.adapters.tracking_copy.errors import (
    BackupUnreadable,
    DatabaseNotEmpty,
    NoMlflowSchema,
    RowsMissing,
    SchemaDiffers,
)
from courtside.adapters.tracking_copy.load import ArtifactsMoved, load
from courtside.cli.main import app
from courtside.contracts.names import REGISTERED_MODEL, Alias
from courtside.local.postgres import Database, PostgresServer

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
EMPTY, FULL = "mlflow_empty", "mlflow_full"
AWKWARD = "tab\there, newline\nthere, a \\ and \\N, 'quotes' \"both\" and ünïcode ☃"


@dataclass(frozen=True)
class Databases:
    """One server: an empty MLflow database, a full one, and as many new ones as a test asks for."""

    port: int

    def uri(self, name: str) -> str:
        return f"postgresql+psycopg2://mlflow:secret@127.0.0.1:{self.port}/{name}"

    def new(self, name: str, *, template: str | None = EMPTY) -> str:
        with database(self.uri("postgres")) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(f"create database {name}" + (f" template {template}" if template else ""))
        return self.uri(name)


@pytest.fixture(scope="module")
def databases() -> Iterator[Databases]:
    with tempfile.TemporaryDirectory(prefix="courtside-test-") as name:
        Path(name).chmod(0o711)  # the server may run as another user
        server = PostgresServer(Path(name) / "pg", Database("postgres", "mlflow", "secret"), {"PATH": os.defpath})
        server.start()
        try:
            found = Databases(server.port)
            client = MlflowClient(found.new(EMPTY, template=None))
            assert [each.name for each in client.search_experiments()] == ["Default"]
            _close(found.uri(EMPTY))
            fill(MlflowClient(found.new(FULL)))
            _close(found.uri(FULL))
            yield found
        finally:
            server.stop()
            mlflow.set_tracking_uri(None)


def _close(uri: str) -> None:
    """A database with connections can be no template: MLflow keeps its pool as long as the process lives."""
    with database(uri.rpartition("/")[0] + "/postgres") as connection, connection.cursor() as cursor:
        cursor.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s and pid <> pg_backend_pid()",
            [uri.rpartition("/")[2]],
        )


def fill(client: MlflowClient) -> None:
    """Leave what trainings leave: runs with all kinds of data, versions, aliases, tags, a deleted run."""
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


def backup(uri: str) -> tuple[bytes, CopyManifest]:
    buffer = io.BytesIO()
    with database(uri) as connection:
        manifest = dump(connection, buffer, now=NOW)
    return buffer.getvalue(), manifest


@pytest.fixture(scope="module")
def copy(databases: Databases) -> bytes:
    return backup(databases.uri(FULL))[0]


def restore(uri: str, content: bytes, **options: Any) -> CopyManifest:
    with database(uri) as connection:
        return load(connection, io.BytesIO(content), **options)


def told(uri: str) -> dict[str, Any]:
    """Everything that users of MLflow see."""
    client = MlflowClient(uri)
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


def test_a_restored_database_tells_the_same_runs_versions_and_aliases(databases: Databases, copy: bytes) -> None:
    uri = databases.new("restored")
    manifest = restore(uri, copy)
    assert told(uri) == told(databases.uri(FULL))
    assert told(uri)["aliases"] == {"champion": "2", "previous": "1"}
    assert sum(table.rows for table in manifest.tables if table.name == "runs") == 4


def test_a_restored_database_holds_the_same_bytes_in_every_table(databases: Databases, copy: bytes) -> None:
    uri = databases.new("same_bytes")
    restore(uri, copy)
    again, _ = backup(uri)
    assert members(again) == members(copy)
    assert sum(map(len, members(copy).values())) > 1000


def test_work_goes_on_after_a_restore(databases: Databases, copy: bytes) -> None:
    uri = databases.new("goes_on")
    restore(uri, copy)
    client = MlflowClient(uri)
    run = client.create_run(client.create_experiment("another"))
    client.log_metric(run.info.run_id, "test_auc", 0.7)
    version = client.create_model_version(REGISTERED_MODEL, "s3://new/model", run.info.run_id)
    assert str(version.version) == "4"


def test_a_backup_is_of_one_moment_whatever_is_written_meanwhile(databases: Databases, copy: bytes) -> None:
    uri = databases.new("busy")
    restore(uri, copy)
    written = []

    def write_once() -> None:
        if not written:
            client = MlflowClient(uri)
            written.append(client.create_run(client.create_experiment("meanwhile")).info.run_id)

    buffer = Interrupted(write_once)
    with database(uri) as connection:
        manifest = dump(connection, buffer, now=NOW)
    assert written
    counts = {table.name: table.rows for table in manifest.tables}
    assert (counts["experiments"], counts["runs"]) == (2, 4)
    assert written[0] not in b"".join(members(buffer.getvalue()).values()).decode()


class Interrupted(io.BytesIO):
    """A file whose first bytes make somebody else write to the database."""

    def __init__(self, interrupt: Callable[[], None]) -> None:
        super().__init__()
        self._interrupt = interrupt

    def write(self, data: Any) -> int:
        self._interrupt()
        return super().write(data)


def test_a_database_with_content_is_only_replaced_when_asked(databases: Databases, copy: bytes) -> None:
    uri = databases.new("in_use")
    client = MlflowClient(uri)
    client.create_run(client.create_experiment("mine"))
    before = members(backup(uri)[0])
    with pytest.raises(DatabaseNotEmpty, match=r"1 in experiments, 1 in runs.*--replace"):
        restore(uri, copy)
    assert members(backup(uri)[0]) == before
    restore(uri, copy, replace=True)
    assert told(uri) == told(databases.uri(FULL))


def test_another_schema_is_refused(databases: Databases, copy: bytes) -> None:
    uri = databases.new("other_schema")
    with database(uri) as connection, connection, connection.cursor() as cursor:
        cursor.execute("update alembic_version set version_num = 'other'")
    with pytest.raises(SchemaDiffers, match="the database other: deploy the release that made the backup"):
        restore(uri, copy)


def test_a_database_without_a_schema_is_refused(databases: Databases, copy: bytes) -> None:
    uri = databases.new("bare", template=None)
    with pytest.raises(NoMlflowSchema, match="mlflow db upgrade"):
        restore(uri, copy)
    with pytest.raises(NoMlflowSchema):
        backup(uri)


@pytest.mark.parametrize("kind", ["cut", "no_manifest", "no_table", "other_format", "not_a_zip"])
def test_a_damaged_backup_changes_nothing(databases: Databases, copy: bytes, kind: str) -> None:
    uri = databases.new(f"damaged_{kind}")
    before = members(backup(uri)[0])
    with pytest.raises(BackupUnreadable, match="nothing was changed"):
        restore(uri, damaged(copy, kind))
    assert members(backup(uri)[0]) == before


def test_missing_rows_undo_everything(databases: Databases, copy: bytes) -> None:
    uri = databases.new("missing_rows")
    before = members(backup(uri)[0])
    with pytest.raises(RowsMissing, match="table tags got"):
        restore(uri, rewritten(copy, {"tables/tags.copy": lambda content: content.split(b"\n", 1)[1]}))
    assert members(backup(uri)[0]) == before


def test_artifacts_that_moved_are_found_under_their_new_address(databases: Databases, copy: bytes) -> None:
    uri = databases.new("moved")
    restore(uri, copy, moved=ArtifactsMoved("s3://old-bucket/mlflow/", "s3://new-bucket/here"))
    after, before = told(uri), told(databases.uri(FULL))
    assert after["experiments"]["nba-game-predictions"] == "s3://new-bucket/here/1"
    for version, (source, run_id, tags) in before["versions"].items():
        moved = source.replace("s3://old-bucket/mlflow", "s3://new-bucket/here")
        assert after["versions"][version] == (moved, run_id, tags)
    run = MlflowClient(uri).get_model_version(REGISTERED_MODEL, "1").run_id
    assert MlflowClient(uri).get_run(run).info.artifact_uri.startswith("s3://new-bucket/here/1/")


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


def damaged(content: bytes, kind: str) -> bytes:
    match kind:
        case "cut":
            return content[: len(content) // 2]
        case "no_manifest":
            return rewritten(content, {MANIFEST: None})
        case "no_table":
            return rewritten(content, {"tables/runs.copy": None})
        case "other_format":
            return rewritten(content, {MANIFEST: lambda same: same.replace(b'"format": 1', b'"format": 2')})
    return b"something else"


def test_a_password_is_in_no_error() -> None:
    uri = "postgresql+psycopg2://mlflow:hidden-word@127.0.0.1:9/mlflow"
    with pytest.raises(DatabaseUnreachable, match="cannot be reached") as caught, database(uri):
        pass
    assert "hidden-word" not in str(caught.value)


def test_the_commands_copy_between_databases_that_this_machine_reaches(databases: Databases, tmp_path: Path) -> None:
    file, uri = tmp_path / "mlflow.zip", databases.new("by_command")
    made = courtside("backup", "--database-uri", databases.uri(FULL), "--out", str(file), "--json")
    assert (made["runs"], made["model_versions"]) == (4, 3)
    assert courtside("restore", str(file), "--database-uri", uri, "--json")["rows"] == made["rows"]
    assert told(uri) == told(databases.uri(FULL))
    assert list(tmp_path.iterdir()) == [file]


def courtside(*arguments: str) -> dict[str, Any]:
    result = CliRunner().invoke(app, ["tracking", *arguments])
    assert result.exit_code == 0, result.output
    printed: dict[str, Any] = json.loads(result.stdout)
    return printed
