"""What a table of the archive is: its name, its place in the lake, and its columns in the order in which they came."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from courtside.contracts.errors import BadInput
from courtside.contracts.key_names import is_name, key_name

STAGE_ITSELF = "stage.itself"
"""The `model` of what belongs to no model; it has a dot, which no model's name has."""

FIRST_DAY = date(2000, 1, 1)
"""No day of an archive is before this one, so that a catalog can count them up."""

_DAY = re.compile(r"/dt=(\d{4}-\d\d-\d\d)/([^_./][^/]*\.parquet)$")


class Type(StrEnum):
    """The types of columns, as Glue and Athena write them."""

    TEXT = "string"
    NUMBER = "double"
    COUNT = "bigint"
    SMALL = "int"
    YES_NO = "boolean"
    DAY = "date"
    MOMENT = "timestamp"
    TEXTS = "array<string>"
    NUMBERS = "array<double>"
    TEXT_OF = "map<string,string>"
    NUMBER_OF = "map<string,double>"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `meaning` is a sentence about it, `required` says that no row lacks it."""

    name: str
    type: Type
    meaning: str
    required: bool = False


def always(name: str, kind: Type, meaning: str) -> Column:
    """Return a column that every row has."""
    return Column(name, kind, meaning, required=True)


def maybe(name: str, kind: Type, meaning: str) -> Column:
    """Return a column that may be null, as it is in files from before the column."""
    return Column(name, kind, meaning)


class NoSuchColumn(BadInput):
    """A table has no column of a name."""

    def __init__(self, table: str, names: Collection[str], known: Collection[str]) -> None:
        self.table, self.names, self.known = table, tuple(names), tuple(known)
        super().__init__(
            f"the table {table} has no column {', '.join(self.names)}; its columns are {', '.join(self.known)}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveTable:
    """A table of parquet files below `prefix`, apart by model and by day (``model=<name>/dt=<YYYY-MM-DD>/``).

    `about` says what a row is, and `day` what its day is. Add columns at the end, and never change one: old files are
    read with null for what they lack. A `derived` table is made from records that lie elsewhere, and can be made anew.
    The files of a table that `merges` are merged where a day has many, because its rows say themselves which is newer.
    The files of an `open_ended` table have columns of their model's table besides. A table that `expires` may be
    forgotten after some days, because nothing that is decided rests on its old rows.
    """

    name: str
    prefix: str
    about: str
    day: str
    columns: tuple[Column, ...]
    derived: bool = False
    merges: bool = False
    open_ended: bool = False
    expires: bool = False

    def of(self, model: str) -> str:
        """Prefix of the rows of one model, of the stage itself, or of all models (``*``)."""
        name = model if model in {"*", STAGE_ITSELF} else key_name(model, "the name of a model")
        return f"{self.prefix}model={name}/"

    def day_of(self, model: str, day: date) -> str:
        """Prefix of the rows of one model and day."""
        return f"{self.of(model)}dt={day.isoformat()}/"

    def derived_file(self, model: str, day: date, of: str) -> str:
        """Key of the rows of one model and day that are made `of` one kind of records, written as a whole."""
        return f"{self.day_of(model, day)}{of}.parquet"

    def derived_from(self, model: str, of: str) -> str:
        """Key of the note of which records of a kind the rows of a model are made of; queries pass over it."""
        return f"{self.of(model)}_{of}.json"


def may_have_rows(folder: str) -> bool:
    """Say whether a folder's name is that of a model or of the stage itself, so that its files are rows of one."""
    return is_name(folder) or folder == STAGE_ITSELF


def day_of_file(key: str) -> date | None:
    """Return the day of a file of a table; None for any other key, such as a note whose name begins with ``_``.

    >>> day_of_file("archive/labels/model=churn/dt=2026-03-01/000001.parquet")
    datetime.date(2026, 3, 1)
    """
    found = _DAY.search(key)
    try:
        return None if found is None else date.fromisoformat(found[1])
    except ValueError:  # digits that are not a day
        return None
