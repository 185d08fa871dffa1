"""Where the rows of a dataset lie in the lake: one kind of source for each way they are kept."""

from collections.abc import Collection, Sequence
from typing import Protocol

import pyarrow as pa

from courtside.contracts.errors import BadInput, CourtsideError
from courtside.core.dataset import Dataset
from courtside.core.drift.reading import Days, joined, labels_of, together
from courtside.core.rows.overlap import identity


class NoRows(CourtsideError):
    """The lake holds no rows for what was asked for."""

    def __init__(self, wanted: str, *, what: str, command: str) -> None:
        self.wanted = wanted
        super().__init__(f"the lake holds no {what} {wanted}; load some with `{command}`")


class RowSource(Protocol):
    """The objects of a dataset, and how one of them is read."""

    @property
    def prefix(self) -> str:
        """The prefix of their keys."""
        ...

    def holds(self, key: str, days: Days) -> bool:
        """Say whether an object is one of the dataset's and may hold rows that are needed for these days."""
        ...

    def read(self, key: str, content: bytes) -> pa.Table:
        """Return an object's rows, with the columns that it has; raises named `BadInput` errors."""
        ...

    def check(self, table: pa.Table) -> None:
        """Raise a named `BadInput` error unless a training can use the whole table."""
        ...

    def none(self, wanted: str) -> NoRows:
        """Return the error that says there are no rows, and how to load some."""
        ...


class FilesDiffer(BadInput):
    """A file lacks a column, or holds one in a type that cannot be read together with the files before it."""

    def __init__(self, file: str, detail: str) -> None:
        self.file = file
        super().__init__(
            f"{file} does not fit the files before it: {detail}; write all files with "
            "the same columns, each in one type"
        )


def everywhere(files: Sequence[tuple[str, pa.Table]], optional: Collection[str]) -> list[tuple[str, pa.Table]]:
    """Return files without those optional columns that some of them lack, as they would be half empty."""
    gone = {name for name in optional for _, table in files if name not in table.column_names}
    return [(name, table.drop_columns([each for each in table.column_names if each in gone])) for name, table in files]


def joined_labels(dataset: Dataset) -> list[str]:
    """Return the columns that may be whole numbers in one file of the lake and text in another, which no id may be."""
    ids = identity(dataset)
    return [name for name in labels_of(dataset) if name not in ids]


def read_together(files: Sequence[tuple[str, pa.Table]], *, labels: Collection[str] = ()) -> pa.Table:
    """Return the rows of files, each with its name, one after the other; raises `FilesDiffer`.

    The columns `labels` become text if some files hold text in them and others whole numbers.
    """
    tables = together([table for _, table in files], labels=labels)
    return joined([(name, table) for (name, _), table in zip(files, tables, strict=True)], refused=FilesDiffer)
