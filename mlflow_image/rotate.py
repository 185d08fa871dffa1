"""Give the database's roles new passwords, and update their secrets, in an order that never locks anybody out.

The pending version is written first, then the database is changed, then the pending version becomes current: a
client that connects meanwhile tries both (`login.py`). The next run finishes an interrupted one.
"""

import json
import logging
import os
import secrets
from typing import Any

from mlflow_image.login import CURRENT, PENDING, SECRET, client, read
from mlflow_image.server_role import SERVER_SECRET, set_password

log = logging.getLogger("courtside.rotate")


def rotate() -> int:
    """Rotate the server's password and then the master's, which sets both; return the exit code."""
    for arn in (os.environ.get(SERVER_SECRET), os.environ[SECRET]):
        if arn:
            _rotate(arn)
    return 0


def _rotate(arn: str) -> None:
    current = read(arn, CURRENT)
    assert current is not None
    pending = read(arn, PENDING)
    if pending is None or pending["version_id"] == current["version_id"]:
        pending = _prepare(arn, current)
    _tell_database(user=current["username"], password=pending["password"])
    _promote(arn, current=current["version_id"], pending=pending["version_id"])
    log.info("The password of %s was rotated: version %s", current["username"], pending["version_id"])


def _prepare(arn: str, current: dict[str, Any]) -> dict[str, Any]:
    fields = {name: value for name, value in current.items() if name != "version_id"}
    fields["password"] = secrets.token_urlsafe(32)
    stored = client().put_secret_value(SecretId=arn, SecretString=json.dumps(fields), VersionStages=[PENDING])
    return fields | {"version_id": stored["VersionId"]}


def _tell_database(*, user: str, password: str) -> None:
    from sqlalchemy import create_engine

    connection = create_engine(os.environ["MLFLOW_BACKEND_STORE_URI"]).raw_connection()
    driver: Any = connection.driver_connection
    with driver:
        set_password(driver, user=user, password=password)
    connection.close()


def _promote(arn: str, *, current: str, pending: str) -> None:
    client().update_secret_version_stage(
        SecretId=arn, VersionStage=CURRENT, MoveToVersionId=pending, RemoveFromVersionId=current
    )
    client().update_secret_version_stage(SecretId=arn, VersionStage=PENDING, RemoveFromVersionId=pending)
