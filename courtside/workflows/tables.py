"""A team's own table in the lake: parquet files that hold the features already."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from courtside.contracts import lake_keys
from courtside.contracts.errors import BadInput
from courtside.contracts.shortening import listed
from courtside.core.dataset import Dataset
from courtside.core.drift.errors import DuplicateColumns
from courtside.core.drift.reading import Days, FeatureTable, labels_of, require_utf8, unreadable
from courtside.core.drift.reading.foreign import Ends
from courtside.core.drift.reading.formats.footer import require_shallow
from courtside.core.drift.reading.formats.times import Clock, timed
from courtside.core.drift.reading.partitions import all_whole_numbers, days_of, partitions_of
from courtside.core.drift.reading.table import is_table_file, partition_column
from courtside.core.drift.reading.unpacked import MOST_BYTES, Room
from courtside.core.parquet import parquet_content
from courtside.core.rows import require_contract, require_once
from courtside.core.sentences import plural
from courtside.workflows.row_source import FilesDiffer, NoRows, everywhere, read_together


class TableEmpty(BadInput):
    """A table has no rows."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"{name} holds no rows; give a table with at least one")


@dataclass(frozen=True, slots=True)
class TableRows:
    """The files of a dataset that brings its own table, in any number of folders (``dt=2024-03-01/``) or none."""

    dataset: Dataset

    @property
    def prefix(self) -> str:
        """The prefix of their keys."""
        return lake_keys.tables(self.dataset.name)

    def holds(self, key: str, days: Days) -> bool:
        """Say whether a key names a parquet file whose folders allow rows of these days."""
        relative = key.removeprefix(self.prefix)
        folders = days_of(partitions_of(relative), time_column=self.dataset.time_column)
        return is_table_file(relative) and days.meets(folders)

    def read(self, key: str, content: bytes) -> pa.Table:
        """Return the contract's columns that a file or its folders hold, its times as timestamps or dates.

        While its features are still to be inferred, these are all columns.

        Raises `UnreadableFile`, `DuplicateColumns`, and `WrongType` for a time column that holds no times.
        """
        require_shallow(pa.BufferReader(content), key)
        try:
            with pq.ParquetFile(io.BytesIO(content), page_checksum_verification=True) as file:
                names = file.schema_arrow.names
                columns = self.dataset.columns_of(list(dict.fromkeys(names)))
                repeated = [name for name in columns if names.count(name) > 1]
                if repeated:
                    raise DuplicateColumns(repeated, table=key)
                # Parquet takes "a.b" for a field of the column "a" too, and reads both.
                found, wanted = file.read(columns=columns, use_threads=False), frozenset(columns)
                table = _plain(found.select(list(filter(wanted.__contains__, found.column_names))))
        except (pa.ArrowException, OSError, MemoryError, UnicodeDecodeError) as error:  # the last: a column's name
            raise unreadable(key, error, ends=Ends.of(content)) from error
        require_utf8(key, table)
        return timed(self._with_folders(table, key), _clock(self.dataset))

    def check(self, table: pa.Table) -> None:
        """Raise what `require_contract` raises."""
        require_contract(table, self.dataset)

    def none(self, wanted: str) -> NoRows:
        """Return the error that says how to load the table."""
        command = f"courtside tables load --model {self.dataset.name}"
        return NoRows(wanted, what=f"rows of {self.dataset.name} (under {self.prefix})", command=command)

    def _with_folders(self, table: pa.Table, key: str) -> pa.Table:
        for name, value in partitions_of(key.removeprefix(self.prefix)).items():
            if name in self.dataset.columns_of([name]) and name not in table.column_names:
                column = partition_column(
                    name, value, time_column=self.dataset.time_column, whole=all_whole_numbers([value])
                )
                table = table.append_column(name, column(table.num_rows))
        return table


def table_content(table: FeatureTable, dataset: Dataset, *, most: int = MOST_BYTES) -> bytes:
    """Return the contract's columns of a table, in files of any readable format, as the content of one parquet file.

    Where its features are still to be inferred, these are all columns of the table's first file.

    Raises what `FeatureTable.batches` raises, `TableEmpty`, `FilesDiffer` where its files differ in columns, and
    `RowsTooLarge` for rows of more than `most` bytes once they are unpacked.
    """
    table = table.meant(dataset)
    besides = [name for name in dataset.besides if name in table.column_names]
    wanted = table.of(
        table.column_names if dataset.to_infer else [*dataset.columns, *besides], time_column=dataset.time_column
    )
    files, room = [], Room(table.name, most)
    for file in wanted.pruned:
        batches = room.kept(wanted.batches(file))
        if batches:
            files.append((table.shown(file), _plain(pa.Table.from_batches(batches))))
    if not files:
        raise TableEmpty(table.name)
    files = everywhere(files, besides)
    _require_alike(files)
    names = files[0][1].column_names
    labels = [name for name in names if name != dataset.target] if dataset.to_infer else labels_of(dataset)
    return parquet_content(read_together(files, labels=labels))


def _require_alike(files: Sequence[tuple[str, pa.Table]]) -> None:
    """Raise `FilesDiffer` for a file that lacks what others have: its rows would all miss the column."""
    there = dict.fromkeys(name for _, table in files for name in table.column_names)
    for file, table in files:
        if missing := [name for name in there if name not in table.column_names]:
            raise FilesDiffer(file, f"it has no {plural('column', missing)} {listed(missing)}, which others have")


def checked_table(content: bytes, *, name: str, dataset: Dataset) -> pa.Table:
    """Return the rows of a parquet file, called `name`, that a training can use.

    Raises what `TableRows.read`, `require_contract` and `require_once` raise, and `TableEmpty`.
    """
    source = TableRows(dataset)
    table = source.read(name, content)
    source.check(table)
    require_once(table, dataset)
    if table.num_rows == 0:
        raise TableEmpty(name)
    return table


def _clock(dataset: Dataset) -> Clock | None:
    return Clock(dataset.time_column) if dataset.time_column else None


def _plain(table: pa.Table) -> pa.Table:
    """Return the table without dictionaries and views, which store the same values in ways that differ by file.

    Half floats become floats, because Arrow cannot sort or count them.
    """
    for place, field in enumerate(table.schema):
        kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        plain = pa.string() if pa.types.is_string_view(kind) else pa.float32() if pa.types.is_float16(kind) else kind
        if plain != field.type:
            table = table.set_column(place, field.name, table.column(place).cast(plain))
    return table
