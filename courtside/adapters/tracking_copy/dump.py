"""Database → zip."""

import zipfile
from datetime import datetime
from typing import IO, Any

from pydantic import BaseModel

from courtside.adapters.tracking_copy.schema import MAIN, Table, identifier, schema_version, sequences, tables

MANIFEST = "manifest.json"
FORMAT = 1


class CopiedTable(BaseModel):
    """One table as it was copied: in PostgreSQL's text format, with the columns in this order."""

    name: str
    columns: tuple[str, ...]
    rows: int


class CopyManifest(BaseModel):
    """What a backup holds: when it was made, of which schema, each table in the order to fill them, each sequence."""

    format: int
    made_at: datetime
    schema_version: str
    tables: tuple[CopiedTable, ...]
    sequences: dict[str, tuple[int, bool]]

    def summary(self) -> dict[str, object]:
        """Return what people want to know about a copy, as JSON values."""
        rows = {table.name: table.rows for table in self.tables}
        counted = {name: rows.get(name, 0) for name in MAIN}
        return {
            "made_at": self.made_at.isoformat(timespec="seconds"),
            "schema_version": self.schema_version,
            **counted,
            "rows": sum(rows.values()),
        }


def dump(connection: Any, target: IO[bytes], *, now: datetime) -> CopyManifest:
    """Write every table as it is at one moment, whatever is written meanwhile; raises `NoMlflowSchema`.

    `connection` is psycopg2's, fresh.
    """
    connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
    with connection, connection.cursor() as cursor, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        version = schema_version(cursor)
        copied = tuple(_copy(cursor, table, archive) for table in tables(cursor))
        # Sequences come after the tables: they are outside the snapshot, and must not lag behind copied rows.
        manifest = CopyManifest(
            format=FORMAT, made_at=now, schema_version=version, tables=copied, sequences=sequences(cursor)
        )
        # The manifest comes last: an archive without it broke off.
        archive.writestr(MANIFEST, manifest.model_dump_json(indent=2))
    return manifest


def _copy(cursor: Any, table: Table, archive: zipfile.ZipFile) -> CopiedTable:
    with archive.open(member(table.name), "w", force_zip64=True) as file:
        cursor.copy_expert(f"copy {quoted(table.name, table.columns)} to stdout", file)
    return CopiedTable(name=table.name, columns=table.columns, rows=cursor.rowcount)


def member(table: str) -> str:
    """Name of a table's file in the archive."""
    return f"tables/{table}.copy"


def quoted(table: str, columns: tuple[str, ...]) -> str:
    """Return `"table" ("column", …)`, safe in a statement."""
    names = ", ".join(identifier(column) for column in columns)
    return f"{identifier(table)} ({names})"
