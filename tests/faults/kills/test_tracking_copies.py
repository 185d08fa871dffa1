"""The tasks that back the tracking database up and put a backup back die in the middle of it."""

import io
import json
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psutil
import psycopg2
import pytest

from courtside.contracts.lake_keys import TRACKING_BACKUPS_PREFIX
from embedded_aws.faults.client import HOLD
from embedded_aws.processes import command_of, environment_of
from tests.fakes.own_points import done
from tests.faults.fault import fault
from tests.faults.kills.machine import waited
from tests.faults.model import Model
from tests.integration.stage.test_tracking_database import secret_of

TASK = "-copy$"
UPLOAD = "PUT .*/backups/tracking/"
MOMENTS = {
    "before it has read the database": HOLD(caller=TASK, request="GetSecretValue"),
    "by SIGTERM before the backup is in the lake": HOLD(caller=TASK, request=UPLOAD),
    "after the backup is in the lake": HOLD(caller=TASK, request=UPLOAD, after=True),
}


@contextmanager
def command(*words: str) -> Iterator["subprocess.Popen[str]"]:
    """Run a command about the tracking database as a process of its own."""
    line = [sys.executable, "-m", "courtside.cli", "tracking", *words, "--stage", "dev", "--json"]
    with subprocess.Popen(
        line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=dict(os.environ)
    ) as it:
        yield it


@fault(
    "The task that backs the tracking database up is killed {moment}.",
    promise="The command says so, no cut backup is listed, and the next backup is made.",
)
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_backup_leaves_no_half(model: Model, moment: str) -> None:
    before, number = _backups(model), signal.SIGTERM if "SIGTERM" in moment else signal.SIGKILL
    with model.faults.fault("kill", MOMENTS[moment]), command("backup") as asked:
        model.faults.kill_at("kill", number=number)
        said, _ = asked.communicate()
    assert asked.returncode == 1
    assert f"exit code {128 + number}" in said
    assert "Traceback" not in said
    assert len(_backups(model) - before) == (1 if "after" in moment else 0)
    made = done("tracking", "backup")
    assert made["key"] in _backups(model)


@fault(
    "`courtside tracking backup` is killed while its task works.",
    promise="The task goes on, and its backup is listed.",
)
def test_a_backup_outlives_its_command(model: Model) -> None:
    before = _backups(model)
    with model.faults.fault("hold", HOLD(caller=TASK, request=UPLOAD)), command("backup") as asked:
        model.faults.wait_held("hold")
        asked.kill()
        asked.communicate()
        model.faults.release("hold")
        waited(lambda: len(_backups(model) - before) == 1)


@fault(
    "The task that puts a backup back is killed while it waits until nobody uses the tracking database.",
    promise="Nothing is changed, the command says so, and the champion predicts on.",
)
def test_a_restore_killed_while_it_waits_changes_nothing(model: Model) -> None:
    backup = done("tracking", "backup")["key"]
    before = _versions(model)
    with _connection(model) as connection, command("restore", backup, "--replace") as asked:
        cursor = connection.cursor()
        cursor.execute("lock table runs in access share mode")
        waited(lambda: _waiting(model, "mode = 'AccessExclusiveLock'"))
        _task(model).kill()
        connection.rollback()
        said, _ = asked.communicate()
    assert asked.returncode == 1
    assert "exit code 137" in said
    assert _versions(model) == before


@fault(
    "The task that puts a backup back is killed when half of it is in the tracking database.",
    promise="The database holds what it held before, and the same command again puts all of it back.",
)
def test_a_restore_killed_halfway_changes_nothing(model: Model) -> None:
    backup = done("tracking", "backup")["key"]
    before = _versions(model)
    with _connection(model) as connection, _stop_at_the_experiments(connection):
        with command("restore", backup, "--replace") as asked:
            waited(lambda: _waiting(model, "locktype = 'advisory'"))
            _task(model).kill()
            connection.cursor().execute("select pg_advisory_unlock(1)")
            said, _ = asked.communicate()
        assert asked.returncode == 1
        assert "exit code 137" in said
    assert _versions(model) == before
    assert done("tracking", "restore", backup, "--replace")["key"] == backup
    assert _versions(model) == before


def _backups(model: Model) -> set[str]:
    """Return the keys of all backups, each of which must be whole."""
    keys = set(model.stage.lake.keys(TRACKING_BACKUPS_PREFIX))
    for key in keys:
        assert zipfile.ZipFile(io.BytesIO(model.stage.lake.read(key))).testzip() is None
    return keys


def _versions(model: Model) -> str:
    return json.dumps(model.command("versions", "list"))


def _task(model: Model) -> psutil.Process:
    """Return the process of the stage's copy task."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            mine = environment_of(process).get("AWS_ENDPOINT_URL") == model.stage.aws.endpoint
            if mine and "training_image.tracking_copy" in command_of(process):
                return process
    raise AssertionError("no copy task runs")


@contextmanager
def _connection(model: Model) -> Iterator[Any]:
    """Connect to the tracking database as its owner; the block's transaction is undone at its end."""
    fields = secret_of(model.stage)
    names = {"host": "host", "port": "port", "username": "user", "password": "password", "dbname": "dbname"}
    connection = psycopg2.connect(**{names[key]: value for key, value in fields.items() if key in names})
    try:
        yield connection
    finally:
        connection.close()


def _waiting(model: Model, what: str) -> bool:
    with _connection(model) as connection:
        cursor = connection.cursor()
        cursor.execute(f"select count(*) from pg_locks where not granted and {what}")  # noqa: S608 (a constant)
        return bool(cursor.fetchone()[0])


@contextmanager
def _stop_at_the_experiments(connection: Any) -> Iterator[None]:
    """Make whoever writes the first experiment wait for a lock of the connection, as long as the block runs."""
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute("select pg_advisory_lock(1)")
    cursor.execute(
        "create function wait_for_test() returns trigger language plpgsql as "
        "'begin perform pg_advisory_xact_lock(1); return new; end'"
    )
    cursor.execute("create trigger wait_for_test before insert on experiments execute function wait_for_test()")
    try:
        yield
    finally:
        cursor.execute("select pg_advisory_unlock_all()")
        cursor.execute("drop function wait_for_test() cascade")
