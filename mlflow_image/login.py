"""Log in to the database with a password from Secrets Manager, not from the environment a container started with.

ECS injects a secret only once, at the start, so after a rotation every new connection of a running server would
fail.
"""

import json
import os
from collections.abc import Iterator
from functools import cache
from typing import Any

SECRET = "COURTSIDE_DATABASE_SECRET_ARN"  # noqa: S105 — the name of a variable
CURRENT, PENDING = "AWSCURRENT", "AWSPENDING"


class Login:
    """The password that worked last, and where to find another one when it no longer works."""

    def __init__(self, secret_arn: str) -> None:
        self._arn = secret_arn
        self._worked: str | None = None

    def connect(self, dialect: Any, _record: object, arguments: Any, parameters: dict[str, Any]) -> Any:
        """Connect to the database, as a listener to SQLAlchemy's `do_connect` may.

        Raises the driver's error if every password is refused. A login that has a password of its own is left
        alone.
        """
        if dialect.name != "postgresql" or "password" in parameters:
            return None
        refused: Exception | None = None
        for password in self._passwords():
            try:
                connection = dialect.connect(*arguments, **parameters, password=password)
            except dialect.dbapi.OperationalError as error:
                refused = error
            else:
                self._worked = password
                return connection
        assert refused is not None
        raise refused

    def _passwords(self) -> Iterator[str]:
        """Yield each password that may be right, once.

        During a rotation the database may already have the pending one.
        """
        tried: set[str] = set()
        if self._worked is not None:
            tried.add(self._worked)
            yield self._worked
        for stage in (CURRENT, PENDING):
            version = read(self._arn, stage)
            if version is not None and version["password"] not in tried:
                tried.add(version["password"])
                yield version["password"]


@cache
def client() -> Any:
    """Return the Secrets Manager client of this process."""
    import boto3

    return boto3.client("secretsmanager")


def read(secret_arn: str, stage: str) -> dict[str, Any] | None:
    """Return the secret's fields at a stage, with `version_id`; None when no version has that stage."""
    try:
        found = client().get_secret_value(SecretId=secret_arn, VersionStage=stage)
    except client().exceptions.ResourceNotFoundException:
        return None
    fields: dict[str, Any] = json.loads(found["SecretString"])
    return fields | {"version_id": found["VersionId"]}


def follow_secret() -> None:
    """Make every PostgreSQL connection of this process log in with the secret's password, if there is a secret."""
    arn = os.environ.get(SECRET)
    if not arn:
        return
    from sqlalchemy import Engine, event

    event.listen(Engine, "do_connect", Login(arn).connect)
