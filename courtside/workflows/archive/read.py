"""Read a table of the archive: every file of the days that are asked for, whenever it was written."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from courtside.contracts.archive import FIRST_DAY, ArchiveTable
from courtside.contracts.archive.files import files_that_count
from courtside.core.archive.schema import DAY, MODEL, fitted, schema_read
from courtside.core.parquet import read_parquet_content
from courtside.workflows.archive_log import LogDamaged
from courtside.workflows.ports import Lake, ObjectMissing
from courtside.workflows.reading_ahead import ahead

_READERS = 32
_MOST_TRIES = 5


@dataclass(frozen=True, slots=True)
class Archive:
    """The tables of the archive in a lake."""

    lake: Lake

    def files(self, table: ArchiveTable, model: str, start: date = FIRST_DAY, end: date = date.max) -> dict[str, date]:
        """Return the keys of the files that hold the rows of a model's days from `start` to `end` (not included)."""
        found = files_that_count(self.lake.keys(table.of(model)))
        return {key: day for key, day in found.items() if start <= day < end}

    def read(
        self,
        table: ArchiveTable,
        model: str,
        start: date = FIRST_DAY,
        end: date = date.max,
        columns: Collection[str] | None = None,
    ) -> pa.Table:
        """Return the rows of a model's days from `start` to `end` (not included), in the order of the files' keys.

        They have these columns (None: all) in the order of the table, and null where a file is older than a column;
        `model` and `dt`, the day as text, come from the keys. Files that are merged meanwhile are read where they are
        then. Raises `LogDamaged`, `NoSuchColumn`, and `ObjectMissing` if files keep vanishing.
        """
        tries = 1
        while True:
            reading = _Reading(self.lake, table, model, self.files(table, model, start, end), columns)
            try:
                return reading.rows()
            except ObjectMissing:
                tries += 1
                if tries > _MOST_TRIES:
                    raise


@dataclass(frozen=True, slots=True)
class _Reading:
    """Some files of a table, of which some columns are read."""

    lake: Lake
    table: ArchiveTable
    model: str
    files: Mapping[str, date]
    columns: Collection[str] | None

    def rows(self) -> pa.Table:
        schema = schema_read(self.table, self.columns)
        read = ahead(lambda key: self._of_file(key, schema), self.files, at_once=_READERS)
        tables = [schema.empty_table(), *(rows for _, rows in read)]
        if not self.table.open_ended:
            return pa.concat_tables(tables)
        found = pa.concat_tables(tables, promote_options="permissive")
        for name in self.columns or ():
            if name not in found.column_names:
                found = found.append_column(name, pa.nulls(found.num_rows))
        return found

    def _of_file(self, key: str, schema: pa.Schema) -> pa.Table:
        content = self.lake.read(key)
        wanted = None if self.table.open_ended and self.columns is None else [*(self.columns or schema.names)]
        try:
            rows = read_parquet_content(content, columns=wanted)
            for name, value in ((MODEL, self.model), (DAY, self.files[key].isoformat())):
                if name in schema.names:
                    rows = _with(rows, name, value)
            own = fitted(rows, schema)
        except (pa.ArrowException, ValueError) as error:
            raise LogDamaged(key, str(error).splitlines()[0]) from error
        for name in rows.column_names if self.table.open_ended else ():
            if name not in schema.names:
                own = own.append_column(name, rows.column(name))
        return own


def _with(rows: pa.Table, name: str, value: str) -> pa.Table:
    """Return rows with a column that has one value; a model's own column of that name gives way to that of the key."""
    kept = rows.drop_columns([name]) if name in rows.column_names else rows
    return kept.append_column(name, pa.repeat(pa.scalar(value), rows.num_rows))
