"""Errors when a copy cannot be made or put back."""

from courtside.contracts.errors import BadInput, CourtsideError


class NoMlflowSchema(CourtsideError):
    """The database is not one that MLflow has set up."""

    def __init__(self) -> None:
        super().__init__(
            "the database has no MLflow schema (no table alembic_version): let the server of the release that made the "
            "backup start on it once, or run `mlflow db upgrade`"
        )


class SchemaDiffers(CourtsideError):
    """Backup and database have different schemas, of which this release knows neither."""

    remedy = "restore it with the release of Courtside that made it"

    def __init__(self, *, backup: str, database: str) -> None:
        self.backup = backup
        self.database = database
        super().__init__(
            f"the backup has MLflow's schema {backup}, the database {database}: {self.remedy}; nothing was changed"
        )


class BackupOlder(SchemaDiffers):
    """The backup was made before a migration that the database has gone through; a database cannot go back."""

    remedy = (
        "the backup is the older one. Bring it up to date in a database of your own first, see "
        '"A backup of an older release" in docs/operations.md'
    )


class BackupNewer(SchemaDiffers):
    """The backup was made after a migration that the database has not gone through."""

    remedy = (
        "the backup is the newer one. Deploy the release of Courtside that made it (its start migrates the database), "
        "then restore again"
    )


class DatabaseNotEmpty(CourtsideError):
    """Rows would be deleted."""

    _SHOWN = 4

    def __init__(self, rows: dict[str, int]) -> None:
        self.rows = rows
        said = ", ".join(f"{count} in {table}" for table, count in list(rows.items())[: self._SHOWN])
        if len(rows) > self._SHOWN:
            said += f" and some in {len(rows) - self._SHOWN} more tables"
        super().__init__(
            f"the database already holds rows: {said}. Back it up, then restore with --replace, which deletes them"
        )


class BackupUnreadable(BadInput):
    """A file is not one of our backups, or is damaged."""

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


class DatabaseFailed(CourtsideError):
    """The database broke off; what was under way there was undone."""

    def __init__(self, detail: str) -> None:
        self.detail = detail
        super().__init__(f"the tracking database broke off: {detail}. Nothing was changed; repeat it")


class DatabaseBusy(CourtsideError):
    """Somebody holds the tables that a restore needs for itself."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(
            f"others have used the tracking database for {seconds} s without a pause: nothing was changed. "
            "Repeat it when no training logs, or stop the MLflow service for that time"
        )
