"""A ledger in one file, for replays, which have no table in AWS."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from courtside.adapters.files import writing
from courtside.contracts.errors import BadInput
from courtside.workflows.ports import LedgerEntry, LedgerWrite

_TABLE = "CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, document TEXT NOT NULL, revision INTEGER NOT NULL)"
_WRITE = (
    "INSERT INTO entries VALUES (?, ?, ?) "
    "ON CONFLICT (key) DO UPDATE SET document = excluded.document, revision = excluded.revision"
)
_PATIENCE = 30.0
"""Seconds that one process waits while another one writes."""


class LedgerFileUnusable(BadInput):
    """The file of a ledger cannot be used."""

    def __init__(self, path: Path, detail: str) -> None:
        self.path = path
        super().__init__(f"{path} cannot be used as the ledger of a replay ({detail}); replay into an empty folder")


class SqliteLedger:
    """Documents in the SQLite file `path`, which is made with the first use; threads and processes may share it.

    Every method raises `LedgerFileUnusable` and `FolderNotWritable`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def get(self, key: str) -> LedgerEntry | None:
        """Return the newest document under `key`, or None."""
        with self._opened() as connection:
            found = connection.execute("SELECT key, document, revision FROM entries WHERE key = ?", (key,)).fetchone()
        return None if found is None else LedgerEntry(*found)

    def entries(self, *prefixes: str) -> list[LedgerEntry]:
        """Return every entry whose key starts with one of the prefixes, by prefix and key; each ends with a slash."""
        asked = "SELECT key, document, revision FROM entries WHERE substr(key, 1, ?) = ? ORDER BY key"
        with self._opened() as connection:
            return [
                LedgerEntry(*found)
                for prefix in prefixes
                for found in connection.execute(asked, (len(prefix), prefix)).fetchall()
            ]

    def put(self, *writes: LedgerWrite) -> bool:
        """Write all or none; return False when a revision was not as expected."""
        with self._opened() as connection:
            connection.execute("BEGIN IMMEDIATE")
            for write in writes:
                found = connection.execute("SELECT revision FROM entries WHERE key = ?", (write.key,)).fetchone()
                if (found[0] if found else 0) != write.expected_revision:
                    connection.rollback()
                    return False
            connection.executemany(_WRITE, [(each.key, each.document, each.expected_revision + 1) for each in writes])
            connection.commit()
        return True

    def remove(self, *keys: str) -> None:
        """Remove the entries of these keys; one that ends with a slash or a dot is a prefix."""
        with self._opened() as connection:
            for key in keys:
                if key.endswith(("/", ".")):
                    connection.execute("DELETE FROM entries WHERE substr(key, 1, ?) = ?", (len(key), key))
                else:
                    connection.execute("DELETE FROM entries WHERE key = ?", (key,))

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        with writing(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with closing(sqlite3.connect(self.path, timeout=_PATIENCE, isolation_level=None)) as connection:
                # A replay can be made again, so it need not wait until the disk has every step.
                connection.execute("PRAGMA synchronous = OFF")
                connection.execute(_TABLE)
                yield connection
        except sqlite3.Error as error:
            raise LedgerFileUnusable(self.path, str(error)) from error
