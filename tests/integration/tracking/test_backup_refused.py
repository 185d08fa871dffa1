"""A copy of the tracking database that is refused or breaks off says why and changes nothing."""

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from courtside.adapters.tracking_backups import (
    BackupUnwritable,
    DatabaseUnreachable,
    back_up_to_file,
    database,
    restore_from_file,
)
from courtside.adapters.tracking_copy import load as loading
from courtside.adapters.tracking_copy import revisions
from courtside.adapters.tracking_copy.dump import MANIFEST
from courtside.adapters.tracking_copy.errors import (
    BackupNewer,
    BackupOlder,
    BackupUnreadable,
    DatabaseBusy,
    DatabaseNotEmpty,
    NoMlflowSchema,
    RowsMissing,
    SchemaDiffers,
)
from courtside.cli.main import app
from tests.integration.tracking.databases import (
    FULL,
    NOW,
    Databases,
    backup,
    client_of,
    make_schema,
    members,
    restore,
    rewritten,
    told,
)
from tests.integration.tracking.test_schema import OLD


def test_a_database_with_content_is_replaced_only_on_request(databases: Databases, copy: bytes) -> None:
    uri = databases.new("in_use")
    client = client_of(uri)
    client.create_run(client.create_experiment("mine"))
    before = members(backup(uri)[0])
    with pytest.raises(DatabaseNotEmpty, match=r"1 in experiments, 1 in runs.*--replace"):
        restore(uri, copy)
    assert members(backup(uri)[0]) == before
    restore(uri, copy, replace=True)
    assert told(uri) == told(databases.uri(FULL))


def test_rows_other_than_runs_and_models_count_as_content(databases: Databases, copy: bytes) -> None:
    uri = databases.new("only_a_tag")
    client = client_of(uri)
    client.set_experiment_tag("0", "owner", "somebody")
    with pytest.raises(DatabaseNotEmpty, match="1 in experiment_tags"):
        restore(uri, copy)
    assert client.get_experiment("0").tags["owner"] == "somebody"


def set_version(uri: str, version: str) -> None:
    with database(uri) as connection, connection, connection.cursor() as cursor:
        cursor.execute("update alembic_version set version_num = %s", [version])


def test_schemas_are_ordered_as_in_mlflows_own_migrations() -> None:
    from alembic.script import ScriptDirectory
    from mlflow.store.db.utils import _get_alembic_config

    walked = ScriptDirectory.from_config(_get_alembic_config("sqlite://")).walk_revisions()
    assert revisions.known() == tuple(step.revision for step in walked)[::-1]


def test_a_newer_backup_is_refused_with_what_to_deploy(databases: Databases, copy: bytes) -> None:
    uri = databases.new("older_schema", template=None)
    make_schema(uri, OLD)
    with pytest.raises(BackupNewer, match=f"the database {OLD}.*Deploy the release of Courtside that made it"):
        restore(uri, copy, replace=True)


def test_an_older_backup_is_refused_and_can_be_restored_as_the_error_says(databases: Databases, tmp_path: Path) -> None:
    old, bridge = (databases.new(name, template=None) for name in ("old", "bridge"))
    for uri in (old, bridge):
        make_schema(uri, OLD)
    with database(old) as connection, connection, connection.cursor() as cursor:
        cursor.execute("insert into experiments (experiment_id, name, lifecycle_stage) values (7, 'kept', 'active')")
        cursor.execute(
            "insert into runs (run_uuid, experiment_id, status, user_id, lifecycle_stage, start_time, artifact_uri)"
            " values ('r1', 7, 'FINISHED', 'me', 'active', 1, 's3://bucket/7/r1')"
        )
        cursor.execute("insert into latest_metrics values ('test_auc', 0.75, 1, 0, false, 'r1')")
    target, content = databases.new("today"), backup(old)[0]
    with pytest.raises(BackupOlder, match=f"schema {OLD}, .*operations.md; nothing was changed"):
        restore(target, content, replace=True)

    restore(bridge, content)
    upgrade = [sys.executable, "-m", "mlflow", "db", "upgrade", bridge]
    assert subprocess.run(upgrade, capture_output=True, check=False).returncode == 0
    back_up_to_file(bridge, tmp_path / "new.zip", now=NOW)
    restore_from_file(target, tmp_path / "new.zip")
    run = client_of(target).get_run("r1")
    assert (run.info.experiment_id, run.data.metrics) == ("7", {"test_auc": 0.75})


def test_two_unknown_schemas_are_refused(databases: Databases, copy: bytes) -> None:
    uri = databases.new("unknown")
    set_version(uri, "first")
    content = backup(uri)[0]
    set_version(uri, "second")
    with pytest.raises(SchemaDiffers, match="schema first, the database second: restore it with the release"):
        restore(uri, content)
    with pytest.raises(BackupOlder):
        restore(uri, copy)


def test_a_database_without_a_schema_is_refused(databases: Databases, copy: bytes) -> None:
    uri = databases.new("bare", template=None)
    with pytest.raises(NoMlflowSchema, match="mlflow db upgrade"):
        restore(uri, copy)
    with pytest.raises(NoMlflowSchema):
        backup(uri)


@pytest.mark.parametrize("kind", ["cut", "flipped", "no_manifest", "no_table", "other_format", "not_a_zip"])
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


def damaged(content: bytes, kind: str) -> bytes:
    match kind:
        case "cut":
            return content[: len(content) // 2]
        case "flipped":
            return content[:2000] + bytes([content[2000] ^ 1]) + content[2001:]
        case "no_manifest":
            return rewritten(content, {MANIFEST: None})
        case "no_table":
            return rewritten(content, {"tables/runs.copy": None})
        case "other_format":
            return rewritten(content, {MANIFEST: lambda same: same.replace(b'"format": 1', b'"format": 2')})
    return b"something else"


def test_no_error_contains_a_password() -> None:
    uri = "postgresql+psycopg2://mlflow:hidden-word@127.0.0.1:9/mlflow"
    with pytest.raises(DatabaseUnreachable, match="cannot be reached") as caught, database(uri):
        pass
    assert "hidden-word" not in str(caught.value)


def test_a_restore_that_finds_no_pause_says_so(
    databases: Databases, copy: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    uri = databases.new("never_idle")
    monkeypatch.setattr(loading, "LOCK_SECONDS", 1)
    with database(uri) as busy, busy.cursor() as cursor:
        cursor.execute("select count(*) from runs")
        with pytest.raises(DatabaseBusy, match="without a pause: nothing was changed"):
            restore(uri, copy)


@pytest.fixture
def held(databases: Databases, copy: bytes, request: pytest.FixtureRequest) -> Any:
    """Lock the last table of a full database, so that a copy gets half-way and waits there."""
    uri = databases.new(f"held_{len(request.node.name)}")
    restore(uri, copy)
    with database(uri) as connection, connection.cursor() as cursor:
        cursor.execute("lock table webhook_events in access exclusive mode")
        yield uri


def waiting(uri: str) -> int:
    """Wait until a copy waits for the locked table, and return the process id of its session."""
    with database(uri) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline:
            cursor.execute(
                "select pid from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
            )
            if found := cursor.fetchone():
                return int(found[0])
            time.sleep(0.05)
    raise AssertionError("nobody waits")


def copying(uri: str, out: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "courtside.cli", "tracking", "backup", "--database-uri", uri, "--out", str(out)]
    return subprocess.Popen(command, stderr=subprocess.PIPE)


def test_a_lost_database_connection_leaves_no_file(held: str, tmp_path: Path) -> None:
    process = copying(held, tmp_path / "mlflow.zip")
    with database(held) as connection, connection.cursor() as cursor:
        cursor.execute("select pg_terminate_backend(%s)", [waiting(held)])
    said = process.communicate(timeout=300)[1].decode()
    assert process.returncode == 1
    assert said.startswith("DatabaseFailed: the tracking database broke off: ")
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


def test_a_killed_backup_leaves_nothing_that_looks_whole(held: str, databases: Databases, tmp_path: Path) -> None:
    process = copying(held, tmp_path / "mlflow.zip")
    waiting(held)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=300)
    assert [file.name for file in tmp_path.iterdir()] == ["mlflow.zip.part"]
    with pytest.raises(BackupUnreadable, match="nothing was changed"):
        restore_from_file(databases.new("from_a_part"), tmp_path / "mlflow.zip.part")


@pytest.mark.parametrize("name", ["no_folder/mlflow.zip", "a_file/mlflow.zip"])
def test_a_file_that_cannot_be_written_is_reported(databases: Databases, tmp_path: Path, name: str) -> None:
    (tmp_path / "a_file").touch()
    out = str(tmp_path / name)
    result = CliRunner().invoke(app, ["tracking", "backup", "--database-uri", databases.uri(FULL), "--out", out])
    assert isinstance(result.exception, BackupUnwritable)
    assert "name a file in a folder that exists" in str(result.exception)


def test_a_missing_file_is_reported(databases: Databases, tmp_path: Path) -> None:
    command = ["tracking", "restore", str(tmp_path / "none.zip"), "--database-uri", databases.uri(FULL)]
    assert "none.zip: No such file" in str(CliRunner().invoke(app, command).exception)
