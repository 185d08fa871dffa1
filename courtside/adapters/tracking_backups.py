"""Backups of the tracking database, in the lake or a file, made and put back where the database can be reached."""

import json
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import boto3
from botocore.exceptions import ClientError

from courtside.adapters.tracking_copy.dump import CopyManifest, dump
from courtside.adapters.tracking_copy.errors import BackupUnreadable, DatabaseBusy, DatabaseFailed
from courtside.adapters.tracking_copy.load import LOCK_SECONDS, ArtifactsMoved, load
from courtside.contracts import lake_keys
from courtside.contracts.errors import BadInput, CourtsideError


class DatabaseUnreachable(CourtsideError):
    """No connection to the tracking database; libpq's message names host and port, never the password."""

    def __init__(self, detail: str) -> None:
        self.detail = detail
        super().__init__(
            f"the tracking database cannot be reached: {detail}. A stage's is reached from inside its network only: "
            "omit --database-uri, and a task is started there"
        )


class DatabaseAddressInvalid(BadInput):
    """libpq cannot read the address; it may hold a password, so it is not repeated."""

    def __init__(self) -> None:
        super().__init__(
            "--database-uri is not the address of a database: write it as postgresql://USER@HOST:PORT/NAME"
        )


class BackupUnwritable(BadInput):
    """The file for a backup cannot be written."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        super().__init__(f"{path} cannot be written: {reason}; name a file in a folder that exists and has room")


@contextmanager
def database(uri: str = "", *, secret_arn: str = "") -> Iterator[Any]:
    """Connect to a database and close it again.

    It is given by URI or by libpq's own variables (PGHOST, …); its password may be that of a secret. Raises
    `DatabaseUnreachable` and `DatabaseAddressInvalid`; what fails later becomes `DatabaseBusy` or `DatabaseFailed`.
    """
    import psycopg2

    connection = _connected(uri, _passwords(secret_arn) if secret_arn else [None])
    try:
        yield connection
    except psycopg2.errors.LockNotAvailable as error:
        raise DatabaseBusy(LOCK_SECONDS) from error
    except psycopg2.Error as error:
        raise DatabaseFailed(str(error).strip()) from error
    finally:
        connection.close()


def _connected(uri: str, passwords: Iterable[str | None]) -> Any:
    """Return a connection with the first password that is accepted."""
    import psycopg2

    refused = ""
    for password in passwords:
        try:
            # MLflow is configured with SQLAlchemy's spelling.
            plain = uri.replace("postgresql+psycopg2://", "postgresql://", 1)
            return psycopg2.connect(plain, **({} if password is None else {"password": password}))
        except psycopg2.OperationalError as error:
            refused = str(error).strip()
        except psycopg2.ProgrammingError as error:
            raise DatabaseAddressInvalid from error
    raise DatabaseUnreachable(refused)


def _passwords(secret_arn: str) -> Iterator[str]:
    """Yield the secret's password and, during a rotation, the one that the database may have already."""
    client = boto3.client("secretsmanager")
    for stage in ("AWSCURRENT", "AWSPENDING"):
        try:
            found = client.get_secret_value(SecretId=secret_arn, VersionStage=stage)
        except client.exceptions.ResourceNotFoundException:
            continue
        yield str(json.loads(found["SecretString"])["password"])


def back_up_to_file(uri: str, path: Path, *, now: datetime) -> CopyManifest:
    """Write a backup; the file appears only when it is complete. Raises `BackupUnwritable`."""
    draft = path.with_name(f"{path.name}.part")
    try:
        with draft.open("wb") as file:
            try:
                with database(uri) as connection:
                    manifest = dump(connection, file, now=now)
            except BaseException:
                draft.unlink()
                raise
        draft.replace(path)
    except OSError as error:
        raise BackupUnwritable(path, error.strerror or str(error)) from error
    return manifest


def restore_from_file(
    uri: str, path: Path, *, replace: bool = False, moved: ArtifactsMoved | None = None
) -> CopyManifest:
    """Fill the database from a file; raises what `tracking_copy.load.load` does."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise BackupUnreadable(f"{path}: {error.strerror}") from error
    with file, database(uri) as connection:
        return load(connection, file, replace=replace, moved=moved)


def back_up_to_lake(bucket: str, *, secret_arn: str, now: datetime) -> tuple[str, CopyManifest]:
    """Write a backup and return its key and what is in it."""
    key = lake_keys.tracking_backup(now)
    with tempfile.TemporaryFile() as file, database(secret_arn=secret_arn) as connection:
        manifest = dump(connection, file, now=now)
        file.seek(0)
        boto3.client("s3").upload_fileobj(file, bucket, key)
    return key, manifest


def restore_from_lake(
    bucket: str, key: str, *, secret_arn: str, replace: bool = False, moved: ArtifactsMoved | None = None
) -> CopyManifest:
    """Fill the database from a backup; raises what `tracking_copy.load.load` does."""
    with tempfile.TemporaryFile() as file, database(secret_arn=secret_arn) as connection:
        _download(bucket, key, file)
        return load(connection, file, replace=replace, moved=moved)


def _download(bucket: str, key: str, file: IO[bytes]) -> None:
    try:
        boto3.client("s3").download_fileobj(bucket, key, file)
    except ClientError as error:
        if error.response["Error"]["Code"] in {"404", "NoSuchKey"}:
            raise BackupUnreadable(f"s3://{bucket}/{key} does not exist") from error
        raise
    file.seek(0)
