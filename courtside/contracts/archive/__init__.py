"""The tables of the archive, which people query: every module of this package that declares a `TABLE` is one."""

from collections.abc import Collection

from courtside.contracts.archive.table import (
    FIRST_DAY,
    STAGE_ITSELF,
    ArchiveTable,
    Column,
    NoSuchColumn,
    Type,
    day_of_file,
    may_have_rows,
)
from courtside.contracts.discovery import declared_in
from courtside.contracts.errors import BadInput

TABLES = {each.name: each for each in declared_in(__name__, __path__, name="TABLE", kind=ArchiveTable)}
"""Every table by its name, in alphabetical order."""


class NoSuchTable(BadInput):
    """The archive has no table of a name."""

    def __init__(self, name: str, known: Collection[str]) -> None:
        self.name, self.known = name, tuple(known)
        super().__init__(f"the archive has no table {name!r}; its tables are {', '.join(self.known)}")


def table_named(name: str) -> ArchiveTable:
    """Return the table of a name; raises `NoSuchTable`."""
    if name not in TABLES:
        raise NoSuchTable(name, TABLES)
    return TABLES[name]


__all__ = [
    "FIRST_DAY",
    "STAGE_ITSELF",
    "TABLES",
    "ArchiveTable",
    "Column",
    "NoSuchColumn",
    "NoSuchTable",
    "Type",
    "day_of_file",
    "may_have_rows",
    "table_named",
]
