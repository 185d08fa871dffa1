"""Why a copy cannot be made or put back."""

from courtside.contracts.errors import BadInput, CourtsideError


class NoMlflowSchema(CourtsideError):
    """The database is not one that MLflow has set up."""

    def __init__(self) -> None:
        super().__init__(
            "the database has no MLflow schema (no table alembic_version): let the server of the release that made the "
            "backup start on it once, or run `mlflow db upgrade`"
        )


class SchemaDiffers(CourtsideError):
    """The backup was made by a release of MLflow with another schema."""

    def __init__(self, *, backup: str, database: str) -> None:
        self.backup = backup
        self.database = database
        super().__init__(
            f"the backup has schema {backup}, the database {database}: deploy the release that made the backup, "
            "restore, and let the newer release migrate the database"
        )


class DatabaseNotEmpty(CourtsideError):
    """Runs or models would be overwritten."""

    def __init__(self, rows: dict[str, int]) -> None:
        self.rows = rows
        said = ", ".join(f"{count} in {table}" for table, count in rows.items())
        super().__init__(
            f"the database already holds rows: {said}. Back it up, then restore with --replace, which deletes them"
        )


class BackupUnreadable(BadInput):
    """A file is no backup of ours, or a damaged one."""

    def __init__(self, detail: str) -> None:
        self.detail = detail
        super().__init__(f"the backup cannot be read: {detail}; nothing was changed")


class RowsMissing(CourtsideError):
    """Fewer rows arrived than the backup counted; everything was undone."""

    def __init__(self, table: str, *, expected: int, found: int) -> None:
        self.table = table
        super().__init__(f"table {table} got {found} of {expected} rows; everything was undone")


class TablesInACircle(CourtsideError):
    """Tables refer to each other, so there is no order to fill them in."""

    def __init__(self, tables: list[str]) -> None:
        self.tables = tables
        super().__init__(f"tables {', '.join(tables)} refer to each other in a circle; use a snapshot of RDS instead")
