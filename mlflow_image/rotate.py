"""Gives the database a new password and the secret with it, in the order that never locks anybody out.

Pending version first, then the database, then the pending version becomes current: whoever connects meanwhile tries
both (`login.py`). A run that was cut off is finished by the next one.
"""

import json
import logging
import os
import secrets
from typing import Any

from mlflow_image.login import CURRENT, PENDING, SECRET, client, read

log = logging.getLogger("courtside.rotate")


def rotate() -> int:
    """Rotate the password and return the exit code."""
    arn = os.environ[SECRET]
    current = read(arn, CURRENT)
    assert current is not None
    pending = read(arn, PENDING)
    if pending is None or pending["version_id"] == current["version_id"]:
        pending = _prepare(arn, current)
    _tell_database(user=current["username"], password=pending["password"])
    _promote(arn, current=current["version_id"], pending=pending["version_id"])
    log.info("The password of %s was rotated: version %s", current["username"], pending["version_id"])
    return 0


def _prepare(arn: str, current: dict[str, Any]) -> dict[str, Any]:
    fields = {name: value for name, value in current.items() if name != "version_id"}
    fields["password"] = secrets.token_urlsafe(32)
    stored = client().put_secret_value(SecretId=arn, SecretString=json.dumps(fields), VersionStages=[PENDING])
    return fields | {"version_id": stored["VersionId"]}


def _tell_database(*, user: str, password: str) -> None:
    from psycopg2.extensions import encrypt_password, quote_ident
    from sqlalchemy import create_engine

    connection = create_engine(os.environ["MLFLOW_BACKEND_STORE_URI"]).raw_connection()
    driver: Any = connection.driver_connection
    # The hash, so that no statement log ever holds the password.
    hashed = encrypt_password(password, user, scope=driver)
    with driver, driver.cursor() as cursor:
        cursor.execute(f"ALTER ROLE {quote_ident(user, driver)} PASSWORD %s", [hashed])
    connection.close()


def _promote(arn: str, *, current: str, pending: str) -> None:
    client().update_secret_version_stage(
        SecretId=arn, VersionStage=CURRENT, MoveToVersionId=pending, RemoveFromVersionId=current
    )
    client().update_secret_version_stage(SecretId=arn, VersionStage=PENDING, RemoveFromVersionId=pending)
