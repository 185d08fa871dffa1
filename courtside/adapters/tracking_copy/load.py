"""Zip → database, all of it or nothing."""

import zipfile
import zlib
from dataclasses import dataclass
from typing import IO, Any

from pydantic import ValidationError

from courtside.adapters.tracking_copy.dump import FORMAT, MANIFEST, CopiedTable, CopyManifest, member, quoted
from courtside.adapters.tracking_copy.errors import (
    BackupNewer,
    BackupOlder,
    BackupUnreadable,
    DatabaseNotEmpty,
    RowsMissing,
    SchemaDiffers,
)
from courtside.adapters.tracking_copy.revisions import is_older
from courtside.adapters.tracking_copy.schema import content, identifier, schema_version, tables

LOCK_SECONDS = 60
# The columns in which MLflow stores the addresses of artifacts.
_LOCATIONS = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("model_versions", "source"),
    ("model_versions", "storage_location"),
    ("logged_models", "artifact_location"),
)


@dataclass(frozen=True, slots=True)
class ArtifactsMoved:
    """The address of the artifacts when the backup was made, and the one they have now."""

    before: str
    after: str


def load(
    connection: Any, source: IO[bytes], *, replace: bool = False, moved: ArtifactsMoved | None = None
) -> CopyManifest:
    """Fill an empty database that MLflow has set up (or `replace` what it holds), in one transaction.

    Raises `BackupUnreadable`, `NoMlflowSchema`, `SchemaDiffers` (`BackupOlder`, `BackupNewer`), `DatabaseNotEmpty` and
    `RowsMissing`, after which nothing is changed. `connection` is psycopg2's, fresh.
    """
    archive, manifest = _opened(source)
    with archive, connection, connection.cursor() as cursor:
        _prepare(cursor, manifest, replace=replace)
        for table in manifest.tables:
            _fill(cursor, table, archive)
        if moved is not None:
            _move_artifacts(cursor, moved)
        # Sequences come last, because no transaction undoes a change to them.
        for sequence, (value, called) in manifest.sequences.items():
            cursor.execute("select setval(%s::regclass, %s, %s)", [identifier(sequence), value, called])
    return manifest


def _opened(source: IO[bytes]) -> tuple[zipfile.ZipFile, CopyManifest]:
    """Read the whole file once, before anything waits for it, so that damage is not discovered halfway."""
    try:
        archive = zipfile.ZipFile(source)
        manifest = _manifest(archive)
        missing = {member(table.name) for table in manifest.tables}.difference(archive.namelist())
        damaged = archive.testzip()
    except (zipfile.BadZipFile, zlib.error, KeyError) as error:
        raise BackupUnreadable(str(error)) from error
    if missing:
        raise BackupUnreadable(f"{', '.join(sorted(missing))} is not in it")
    if damaged:
        raise BackupUnreadable(f"{damaged} is damaged")
    return archive, manifest


def _manifest(archive: zipfile.ZipFile) -> CopyManifest:
    try:
        manifest = CopyManifest.model_validate_json(archive.read(MANIFEST))
    except ValidationError as error:
        raise BackupUnreadable(f"its manifest is not understood ({error.error_count()} problems)") from error
    if manifest.format != FORMAT:
        raise BackupUnreadable(f"it has format {manifest.format}, this release reads {FORMAT}")
    return manifest


def _prepare(cursor: Any, manifest: CopyManifest, *, replace: bool) -> None:
    _compare(manifest.schema_version, schema_version(cursor))
    names = ", ".join(identifier(table.name) for table in tables(cursor))
    # The server waits until the end, because what it read in between would be gone.
    cursor.execute(f"set local lock_timeout = '{LOCK_SECONDS}s'")
    cursor.execute(f"lock table {names} in access exclusive mode")
    if not replace and (found := content(cursor)):
        raise DatabaseNotEmpty(found)
    cursor.execute(f"truncate {names}")


def _compare(backup: str, database: str) -> None:
    if backup != database:
        kinds = {None: SchemaDiffers, True: BackupOlder, False: BackupNewer}
        raise kinds[is_older(backup, database)](backup=backup, database=database)


def _fill(cursor: Any, table: CopiedTable, archive: zipfile.ZipFile) -> None:
    with archive.open(member(table.name)) as file:
        cursor.copy_expert(f"copy {quoted(table.name, table.columns)} from stdin", file)
    if cursor.rowcount != table.rows:
        raise RowsMissing(table.name, expected=table.rows, found=cursor.rowcount)


def _move_artifacts(cursor: Any, moved: ArtifactsMoved) -> None:
    before, after = moved.before.rstrip("/"), moved.after.rstrip("/")
    known = {table.name: table.columns for table in tables(cursor)}
    for table, column in _LOCATIONS:
        if column in known.get(table, ()):
            cursor.execute(
                f"update {table} set {column} = %s || substr({column}, %s) "  # noqa: S608 — constants of ours
                f"where {column} = %s or starts_with({column}, %s)",
                [after, len(before) + 1, before, f"{before}/"],
            )
