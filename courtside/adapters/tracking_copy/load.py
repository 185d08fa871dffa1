"""Zip → database, all of it or nothing."""

import zipfile
from dataclasses import dataclass
from typing import IO, Any

from pydantic import ValidationError

from courtside.adapters.tracking_copy.dump import FORMAT, MANIFEST, CopiedTable, CopyManifest, member, quoted
from courtside.adapters.tracking_copy.errors import (
    BackupUnreadable,
    DatabaseNotEmpty,
    RowsMissing,
    SchemaDiffers,
)
from courtside.adapters.tracking_copy.schema import CONTENT, schema_version, sequences, tables

# Where MLflow writes down where artifacts lie.
_LOCATIONS = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("model_versions", "source"),
    ("model_versions", "storage_location"),
    ("logged_models", "artifact_location"),
)


@dataclass(frozen=True, slots=True)
class ArtifactsMoved:
    """Artifacts lie under another address than when the backup was made."""

    before: str
    after: str


def load(
    connection: Any, source: IO[bytes], *, replace: bool = False, moved: ArtifactsMoved | None = None
) -> CopyManifest:
    """Fill a database that MLflow has set up and that holds nothing yet (or `replace` it), in one transaction.

    Raises `BackupUnreadable`, `NoMlflowSchema`, `SchemaDiffers`, `DatabaseNotEmpty` and `RowsMissing`; nothing is
    changed then. `connection` is psycopg2's, fresh.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            manifest = _manifest(archive)
            with connection, connection.cursor() as cursor:
                _prepare(cursor, manifest, replace=replace)
                for table in manifest.tables:
                    _fill(cursor, table, archive)
                _count_on(cursor)
                if moved is not None:
                    _move_artifacts(cursor, moved)
    except (zipfile.BadZipFile, KeyError) as error:
        raise BackupUnreadable(str(error)) from error
    return manifest


def _manifest(archive: zipfile.ZipFile) -> CopyManifest:
    try:
        manifest = CopyManifest.model_validate_json(archive.read(MANIFEST))
    except ValidationError as error:
        raise BackupUnreadable(f"its manifest is not understood ({error.error_count()} problems)") from error
    if manifest.format != FORMAT:
        raise BackupUnreadable(f"it has format {manifest.format}, this release reads {FORMAT}")
    return manifest


def _prepare(cursor: Any, manifest: CopyManifest, *, replace: bool) -> None:
    version = schema_version(cursor)
    if version != manifest.schema_version:
        raise SchemaDiffers(backup=manifest.schema_version, database=version)
    names = [table.name for table in tables(cursor)]
    # The server waits until the end: what it read in between would be gone.
    cursor.execute(f"lock table {_listed(names)} in access exclusive mode")
    if not replace and (found := _content(cursor, names)):
        raise DatabaseNotEmpty(found)
    cursor.execute(f"truncate {_listed(names)}")


def _content(cursor: Any, names: list[str]) -> dict[str, int]:
    counts = {}
    for table, condition in CONTENT.items():
        if table in names:
            cursor.execute(f"select count(*) from {table} where {condition}")  # noqa: S608 — constants of ours
            counts[table] = int(cursor.fetchone()[0])
    return {table: count for table, count in counts.items() if count}


def _fill(cursor: Any, table: CopiedTable, archive: zipfile.ZipFile) -> None:
    with archive.open(member(table.name)) as file:
        cursor.copy_expert(f"copy {quoted(table.name, table.columns)} from stdin", file)
    if cursor.rowcount != table.rows:
        raise RowsMissing(table.name, expected=table.rows, found=cursor.rowcount)


def _count_on(cursor: Any) -> None:
    """Let what counts by itself go on after the highest number that was restored."""
    for table, column, sequence in sequences(cursor):
        cursor.execute(f'select max("{column}") from "{table}"')  # noqa: S608 — names of the catalogue
        (highest,) = cursor.fetchone()
        cursor.execute("select setval(%s, %s, %s)", [sequence, highest or 1, highest is not None])


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


def _listed(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
