"""All tests of copies share this PostgreSQL server."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import mlflow
import pytest

from embedded_aws.postgres import Database, PostgresServer
from tests.integration.tracking.databases import EMPTY, FULL, Databases, backup, client_of, close, fill


@pytest.fixture(scope="package")
def databases() -> Iterator[Databases]:
    with tempfile.TemporaryDirectory(prefix="courtside-test-") as name:
        Path(name).chmod(0o711)  # the server may run as another user
        server = PostgresServer(Path(name) / "pg", Database("postgres", "mlflow", "secret"), {"PATH": os.defpath})
        server.start()
        try:
            found = Databases(server.port)
            client = client_of(found.new(EMPTY, template=None))
            assert [each.name for each in client.search_experiments()] == ["Default"]
            close(found.uri(EMPTY))
            fill(client_of(found.new(FULL)))
            close(found.uri(FULL))
            yield found
        finally:
            server.stop()
            mlflow.set_tracking_uri(None)


@pytest.fixture(scope="package")
def copy(databases: Databases) -> bytes:
    return backup(databases.uri(FULL))[0]
