"""A backup of a real PostgreSQL with MLflow's real schema brings all its data into the database it is restored into."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from courtside.adapters.tracking_backups import database
from courtside.adapters.tracking_copy.dump import dump
from courtside.adapters.tracking_copy.load import ArtifactsMoved
from courtside.cli.main import app
from courtside.contracts.names import REGISTERED_MODEL
from tests.integration.tracking.databases import FULL, NOW, Databases, backup, client_of, members, restore, told


class Interrupted(io.BytesIO):
    """A file that makes another client write to the database when its first bytes are written."""

    def __init__(self, interrupt: Callable[[], None]) -> None:
        super().__init__()
        self._interrupt = interrupt

    def write(self, data: Any) -> int:
        self._interrupt()
        return super().write(data)


def test_a_restored_database_shows_the_same_runs_versions_and_aliases(databases: Databases, copy: bytes) -> None:
    uri = databases.new("restored")
    manifest = restore(uri, copy)
    assert told(uri) == told(databases.uri(FULL))
    assert told(uri)["aliases"] == {"champion": "2", "previous": "1"}
    assert sum(table.rows for table in manifest.tables if table.name == "runs") == 4


def test_a_restored_database_holds_the_same_bytes_in_every_table(databases: Databases, copy: bytes) -> None:
    uri = databases.new("same_bytes")
    restore(uri, copy)
    again, manifest = backup(uri)
    assert members(again) == members(copy)
    assert manifest == backup(databases.uri(FULL))[1]
    assert len(manifest.tables) > 60
    assert sum(map(len, members(copy).values())) > 1000


def test_work_goes_on_after_a_restore(databases: Databases, copy: bytes) -> None:
    uri = databases.new("goes_on")
    restore(uri, copy)
    client = client_of(uri)
    experiment = client.create_experiment("another")
    # The full database has used id 1, and id 2 for a deleted experiment; ids are never used twice.
    assert experiment == "3"
    run = client.create_run(experiment)
    client.log_metric(run.info.run_id, "test_auc", 0.7)
    version = client.create_model_version(REGISTERED_MODEL, "s3://new/model", run.info.run_id)
    assert str(version.version) == "4"


def test_a_backup_shows_one_moment_whatever_is_written_meanwhile(databases: Databases, copy: bytes) -> None:
    uri = databases.new("busy")
    restore(uri, copy)
    written = []

    def write_once() -> None:
        if not written:
            client = client_of(uri)
            written.append(client.create_run(client.create_experiment("meanwhile")).info.run_id)

    buffer = Interrupted(write_once)
    with database(uri) as connection:
        manifest = dump(connection, buffer, now=NOW)
    assert written
    counts = {table.name: table.rows for table in manifest.tables}
    assert (counts["experiments"], counts["runs"]) == (2, 4)
    assert written[0] not in b"".join(members(buffer.getvalue()).values()).decode()


def test_artifacts_that_moved_are_found_under_their_new_address(databases: Databases, copy: bytes) -> None:
    uri = databases.new("moved")
    restore(uri, copy, moved=ArtifactsMoved("s3://old-bucket/mlflow/", "s3://new-bucket/here"))
    after, before = told(uri), told(databases.uri(FULL))
    assert after["experiments"]["nba-game-predictions"] == "s3://new-bucket/here/1"
    for version, (source, run_id, tags) in before["versions"].items():
        moved = source.replace("s3://old-bucket/mlflow", "s3://new-bucket/here")
        assert after["versions"][version] == (moved, run_id, tags)
    run = client_of(uri).get_model_version(REGISTERED_MODEL, "1").run_id
    assert client_of(uri).get_run(run).info.artifact_uri.startswith("s3://new-bucket/here/1/")


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
