"""Migrate the schema to the version that this image's MLflow needs, and admit the server's role.

Alembic runs all steps in one transaction, which PostgreSQL undoes as a whole when one fails.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mlflow_image.server_role import let_server_in

# Any number will do, as long as it is the same in every version of this image.
_LOCK = 8_675_309
log = logging.getLogger("courtside.migrate")


def migrate() -> int:
    """Upgrade the schema in one process at a time and return the exit code: 0 done, 3 it is newer than this image."""
    from alembic.util import CommandError
    from mlflow.db import commands

    uri = os.environ["MLFLOW_BACKEND_STORE_URI"]
    with _alone(uri) as engine:
        before = _version(uri)
        try:
            commands(["upgrade", uri], standalone_mode=False)
        except CommandError:
            log.exception(
                "The schema is at %s, which this image's MLflow does not know: a newer one has migrated it. Deploy "
                "that one again, or restore the database to a time before its migration (docs/tracking.md)",
                before,
            )
            return 3
        log.info("Schema: %s, was %s", _version(uri), before or "empty")
        let_server_in(engine)
    return 0


def _version(uri: str) -> str | None:
    from mlflow.store.db.utils import _get_schema_version, create_sqlalchemy_engine

    version: str | None = _get_schema_version(create_sqlalchemy_engine(uri))
    return version


@contextmanager
def _alone(uri: str) -> Iterator[Any]:
    """Wait until no other process migrates this database; the lock belongs to the session and ends with it."""
    from mlflow.store.db.utils import create_sqlalchemy_engine_with_retry
    from sqlalchemy import text

    engine = create_sqlalchemy_engine_with_retry(uri)
    if engine.dialect.name != "postgresql":
        yield engine
        return
    with engine.connect() as connection:
        connection.execute(text(f"SELECT pg_advisory_lock({_LOCK})"))
        yield engine
