"""The container's command migrates MLflow's schema on a real PostgreSQL."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from embedded_aws.ports import LOOPBACK
from embedded_aws.postgres import Database, PostgresServer
from infra.assets import ROOT
from tests.integration.tracking.databases import make_schema

# MLflow 2.16 ends with this revision.
OLD = "4465047574b1"
PASSWORD = "a-password"


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    # The folder is not below pytest's own, which the user that PostgreSQL runs as may not enter.
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        server = PostgresServer(Path(folder, "server"), Database("postgres", "mlflow", PASSWORD), os.environ)
        server.start()
        yield server
        server.stop()


class Store:
    """One empty database of the server."""

    def __init__(self, postgres: PostgresServer, name: str) -> None:
        self._port, self._name = postgres.port, name
        self.query(f"create database {name}", database="postgres")

    def query(self, statement: str, *, database: str = "") -> list[tuple[Any, ...]]:
        known = {"host": LOOPBACK, "port": self._port, "user": "mlflow", "password": PASSWORD}
        with closing(psycopg2.connect(**known, dbname=database or self._name)) as connection:
            connection.autocommit = True
            cursor = connection.cursor()
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    @property
    def uri(self) -> str:
        return f"postgresql+psycopg2://mlflow:{PASSWORD}@{LOOPBACK}:{self._port}/{self._name}"

    @property
    def version(self) -> str:
        ((version,),) = self.query("select version_num from alembic_version")
        return str(version)

    def migrate(self) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "mlflow_image", "migrate"],
            cwd=ROOT,
            env=os.environ | {"MLFLOW_BACKEND_STORE_URI": self.uri},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


@pytest.fixture
def store(postgres: PostgresServer, request: pytest.FixtureRequest) -> Store:
    return Store(postgres, request.node.name.removeprefix("test_")[:40])


def newest() -> str:
    from mlflow.store.db.utils import _get_latest_schema_revision

    return str(_get_latest_schema_revision())


def end(process: "subprocess.Popen[str]") -> tuple[int, str]:
    said, _ = process.communicate(timeout=300)
    return process.returncode, said


def test_of_two_migrations_at_once_the_second_changes_nothing(store: Store) -> None:
    both = [store.migrate(), store.migrate()]
    ended = [end(process) for process in both]
    assert [code for code, _ in ended] == [0, 0], ended
    assert store.version == newest()
    assert sorted("was empty" in said for _, said in ended) == [False, True]
    assert sorted(f"{newest()}, was {newest()}" in said for _, said in ended) == [False, True]


def test_an_older_schema_is_brought_up_to_date_with_its_data(store: Store) -> None:
    make_schema(store.uri, OLD)
    store.query("insert into experiments (experiment_id, name, lifecycle_stage) values (7, 'kept', 'active')")
    store.query("insert into runs (run_uuid, experiment_id, status) values ('r1', 7, 'FINISHED')")
    code, said = end(store.migrate())
    assert code == 0, said
    assert f"{newest()}, was {OLD}" in said
    assert store.version == newest()
    assert store.query("select experiment_id, name from experiments where experiment_id = 7") == [(7, "kept")]
    assert store.query("select run_uuid, experiment_id, status from runs") == [("r1", 7, "FINISHED")]


def test_a_schema_that_cannot_be_migrated_stays_as_it_was(store: Store) -> None:
    make_schema(store.uri, OLD)
    store.query("create table spans (in_the_way int)")
    before = store.query("select table_name, column_name from information_schema.columns where table_schema = 'public'")
    code, said = end(store.migrate())
    assert code not in {0, 3}, said
    assert 'relation "spans" already exists' in said
    assert store.version == OLD
    after = store.query("select table_name, column_name from information_schema.columns where table_schema = 'public'")
    assert sorted(after) == sorted(before)


def test_a_newer_schema_than_the_image_knows_is_refused_with_the_way_out(store: Store) -> None:
    store.query("create table alembic_version (version_num varchar(32) not null)")
    store.query("create table experiments (experiment_id int)")
    store.query("insert into alembic_version values ('f00dfeedf00d')")
    code, said = end(store.migrate())
    assert code == 3, said
    assert "f00dfeedf00d, which this image's MLflow does not know" in said
    assert "restore the database" in said
