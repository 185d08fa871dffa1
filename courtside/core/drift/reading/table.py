"""A table in one file or in a folder of them, read again as often as wanted."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, partial

import pyarrow as pa
from pyarrow import fs

from courtside.core.drift.columns import arrow
from courtside.core.drift.columns.buffers import constant
from courtside.core.drift.reading import parquet
from courtside.core.drift.reading.days import ALL_DAYS, Days
from courtside.core.drift.reading.errors import TableMissing
from courtside.core.drift.reading.formats.conversion import Conversions
from courtside.core.drift.reading.formats.errors import UnreadableFile
from courtside.core.drift.reading.formats.recognition import ARROW_SUFFIXES, CSV_SUFFIXES, PARQUET_SUFFIXES
from courtside.core.drift.reading.partitions import all_whole_numbers, days_of, partitions_of

EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class TableFile:
    """One file: where it lies, and below the table's root."""

    path: str
    relative: str


@dataclass(frozen=True)
class FeatureTable:
    """The files of a table and what is wanted of them; iterating yields record batches.

    `name` is how the caller wrote it. `columns` are read where a file has them, or its path (hive partitions) does;
    `days` keeps the rows of these days by `time_column` and skips files and row groups that cannot hold any.
    """

    filesystem: fs.FileSystem
    name: str
    files: tuple[TableFile, ...]
    single: bool
    columns: tuple[str, ...] = ()
    time_column: str | None = None
    days: Days = ALL_DAYS
    conversions: Conversions = field(default_factory=Conversions, compare=False, repr=False)

    def of(self, columns: Sequence[str], *, time_column: str | None = None, days: Days = ALL_DAYS) -> "FeatureTable":
        """Return the table narrowed to columns and days."""
        wanted = tuple(dict.fromkeys((*columns, time_column) if time_column else columns))
        return replace(self, columns=wanted, time_column=time_column, days=days)

    def without(self, paths: Collection[str]) -> "FeatureTable":
        """Return the table without some of its files."""
        return replace(self, files=tuple(file for file in self.files if file.path not in paths))

    @cached_property
    def pruned(self) -> tuple[TableFile, ...]:
        """The files whose partitions may hold rows of the wanted days."""
        return tuple(
            file
            for file in self.files
            if self.days.unlimited
            or self.days.meets(days_of(partitions_of(file.relative), time_column=self.time_column))
        )

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        """Yield the batches of all files; raises what `batches` raises."""
        for file in self.pruned:
            yield from self.batches(file)

    def batches(self, file: TableFile) -> Iterator[pa.RecordBatch]:
        """Yield one file's batches; raises `UnreadableFile`, `MissingColumns`, `WrongType` or `DuplicateColumns`."""
        scope = parquet.Scope(self.columns, self.days, self.time_column, self._constants(file))
        filesystem, path = self._located(file)
        yield from parquet.stream(filesystem, path, scope, name=file.path)

    def period(self, file: TableFile) -> arrow.Period | None:
        """Return the first and last day that a file's footer or path states, None where neither does."""
        if self.time_column is None:
            return None
        partitions = partitions_of(file.relative)
        if self.time_column in partitions:
            day = days_of(partitions, time_column=self.time_column).start
            return (day, day) if day else None
        return parquet.period_of(*self._located(file), self.time_column, name=file.path)

    def has_column(self, name: str) -> bool:
        """Tell whether the path or the footer of the first readable file holds the column."""
        for file in self.files:
            if name in partitions_of(file.relative):
                return True
            try:
                return name in parquet.names_of(*self._located(file), name=file.path)
            except UnreadableFile:
                continue
        return False

    def shown(self, file: TableFile) -> str:
        """Return the file's name for people."""
        return self.name if self.single else f"{self.name.rstrip('/')}/{file.relative}"

    def _located(self, file: TableFile) -> tuple[fs.FileSystem, str]:
        """Return where the rows lie as parquet; raises `UnreadableFile`."""
        with parquet.readable(file.path):
            return self.conversions.located(self.filesystem, file.path)

    @cached_property
    def _whole_number_keys(self) -> frozenset[str]:
        found: dict[str, list[str | None]] = {}
        for file in self.files:
            for key, value in partitions_of(file.relative).items():
                found.setdefault(key, []).append(value)
        return frozenset(key for key, values in found.items() if all_whole_numbers(values))

    def _constants(self, file: TableFile) -> list[parquet.Constant]:
        constants: list[parquet.Constant] = []
        for key, value in partitions_of(file.relative).items():
            if key in self.columns:
                whole = key in self._whole_number_keys
                constants.append((key, partition_column(key, value, time_column=self.time_column, whole=whole)))
        return constants


def partition_column(
    key: str, value: str | None, *, time_column: str | None, whole: bool
) -> Callable[[int], arrow.Array]:
    """Return what makes a folder's value a column of any number of rows.

    The time column becomes days, other values int64 where the key's are `whole` numbers, else strings.
    """
    if key == time_column:
        day = days_of({key: value}, time_column=key).start
        return partial(constant, day.toordinal() - EPOCH.toordinal() if day else None, pa.date32())
    if whole:
        return partial(constant, None if value is None else int(value), pa.int64())
    return partial(pa.repeat, pa.scalar(value, pa.string()))


def open_table(filesystem: fs.FileSystem, path: str, *, name: str) -> FeatureTable:
    """Find the files of a table at `path`, a file or a folder; raises `TableMissing`.

    In a folder the parquet files count, at any depth, or else its CSV files, or else its Feather files; names and
    folders that start with ``_`` or ``.`` do not, as query engines have it.
    """
    try:
        found = filesystem.get_file_info(path)
        if found.type is fs.FileType.File:
            return FeatureTable(filesystem, name, (TableFile(path, path.rsplit("/", 1)[-1]),), single=True)
        if found.type is not fs.FileType.Directory:
            raise TableMissing(name, "there is no such file or folder")
        listed = filesystem.get_file_info(fs.FileSelector(path, recursive=True))
    except OSError as error:
        raise TableMissing(name, str(error).splitlines()[0]) from error
    root = f"{path.rstrip('/')}/"
    within = [TableFile(each.path, each.path.removeprefix(root)) for each in listed if each.type is fs.FileType.File]
    for suffixes in (PARQUET_SUFFIXES, CSV_SUFFIXES, ARROW_SUFFIXES):
        files = [file for file in within if is_table_file(file.relative, suffixes)]
        if files:
            return FeatureTable(filesystem, name, tuple(sorted(files, key=lambda file: file.relative)), single=False)
    raise TableMissing(name, "there is no parquet, CSV or Feather file below it")


def is_table_file(relative: str, suffixes: tuple[str, ...] = PARQUET_SUFFIXES) -> bool:
    """Tell whether a path below a table's root is one of its files, by its name and folders."""
    hidden = any(step.startswith(("_", ".")) and "=" not in step for step in relative.split("/"))
    return not hidden and relative.lower().endswith(suffixes)
