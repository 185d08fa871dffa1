"""A table in one file or in a folder of files, which can be read repeatedly."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, partial

import pyarrow as pa
from pyarrow import fs

from courtside.contracts.errors import BadInput
from courtside.core.dataset import Dataset, Feature
from courtside.core.drift.columns import arrow
from courtside.core.drift.columns.buffers import constant
from courtside.core.drift.profiles.profile import Profile
from courtside.core.drift.reading import parquet
from courtside.core.drift.reading.days import ALL_DAYS, Days
from courtside.core.drift.reading.errors import FileDiffers, NothingReadable, TableMissing, TypesDiffer
from courtside.core.drift.reading.formats.conversion import Conversions
from courtside.core.drift.reading.formats.errors import UnreadableFile
from courtside.core.drift.reading.formats.looking import Meaning
from courtside.core.drift.reading.formats.recognition import ARROW_SUFFIXES, CSV_SUFFIXES, PARQUET_SUFFIXES
from courtside.core.drift.reading.meanings import labels_of, meanings_in, meanings_of
from courtside.core.drift.reading.partitions import all_whole_numbers, days_of, partitions_of
from courtside.core.drift.reading.spread import spread
from courtside.core.drift.reading.types import joined, require_types
from courtside.core.drift.reports.quarantine import QuarantinedFile, TableSide

EPOCH = date(1970, 1, 1)
MOST_SAMPLED_FILES = 16
SAMPLE = parquet.Budget(rows=100_000, bytes=2**27)
"""The part of a table that is examined to infer what its columns are."""


@dataclass(frozen=True, slots=True)
class TableFile:
    """One file: where it lies, and its path below the table's root."""

    path: str
    relative: str


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows from all over a table, with all columns; `total` is its number of rows, or None if it is unknown."""

    rows: pa.Table
    total: int | None

    @property
    def whole(self) -> bool:
        """Tell whether these are all rows of the table."""
        return self.total == self.rows.num_rows

    @property
    def described(self) -> str:
        """Say in words which rows of a reference these are."""
        seen = f"{self.rows.num_rows:,} rows"
        return f"all {seen} of the reference" if self.whole else f"{seen} from all over the reference"


@dataclass(frozen=True)
class FeatureTable:
    """The files of a table and what to read from them; iterating yields record batches.

    `name` is how the caller wrote it. `columns` are read if a file or its path (hive partitions) has them; `days` keeps
    the rows of these days by `time_column` and skips files and row groups that cannot contain any.
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

    def meant(self, dataset: Dataset) -> "FeatureTable":
        """Return the table with columns that hold what a contract says, where a file's cells are all text.

        Call it before anything is read, because files are converted once.
        """
        return replace(self, conversions=self.conversions.meant(meanings_of(dataset)))

    def alike(self, dataset: Dataset) -> "FeatureTable":
        """Return `meant` with the labels as text that are text in any of its files, which are then converted anew."""
        table = self.meant(dataset)
        text: dict[str, set[bool]] = {name: set() for name in labels_of(dataset)}
        for schema in table.converted_schemas() if not self.single else ():
            for each in schema:
                if each.name in text and not pa.types.is_null(each.type):
                    text[each.name].add(arrow.is_text(each.type))
        mixed = {name: Meaning.TEXT for name, found in text.items() if len(found) > 1}
        return replace(table, conversions=table.conversions.meant({**meanings_of(dataset), **mixed}))

    def like(self, reference: Profile) -> "FeatureTable":
        """Return the table with text and numbers in the columns in which the reference has them.

        Files whose cells are all text are converted once more if what their cells look like is something else.
        """
        meanings = meanings_in(reference)
        for schema in self.converted_schemas():
            known = [each for each in schema if each.name in meanings and not pa.types.is_null(each.type)]
            if any(arrow.is_text(each.type) != (meanings[each.name] is Meaning.TEXT) for each in known):
                return replace(self, conversions=self.conversions.meant(meanings))
        return self

    def converted_schemas(self) -> Iterator[pa.Schema]:
        """Yield the columns of the readable files that have to be converted."""
        for file in self.pruned:
            if not file.path.lower().endswith(PARQUET_SUFFIXES):
                with suppress(UnreadableFile):  # it is named, or set aside, when its rows are read
                    yield parquet.schema_of(*self._located(file), name=file.path)

    def without(self, paths: Collection[str]) -> "FeatureTable":
        """Return the table without some of its files."""
        return replace(self, files=tuple(file for file in self.files if file.path not in paths))

    @cached_property
    def pruned(self) -> tuple[TableFile, ...]:
        """Return the files whose partitions may contain rows of the selected days."""
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
        scope = parquet.Scope(self.columns, self.days, self.time_column, self._constants(file, self.columns))
        filesystem, path = self._located(file)
        yield from parquet.stream(filesystem, path, scope, name=file.path)

    def sample(self, budget: parquet.Budget = SAMPLE) -> Sample:
        """Return all columns of rows from all over the table, or every row if the table is small enough.

        Columns of folders (hive partitions) are added. Raises what `batches` raises, `NothingReadable` and
        `TypesDiffer`.
        """
        files = spread(self.files, MOST_SAMPLED_FILES)
        tables: list[tuple[str, pa.Table]] = []
        unreadable: list[QuarantinedFile] = []
        for file in files:
            try:
                tables.append((self.shown(file), self._sampled(file, budget.shared(len(files)))))
            except UnreadableFile as error:
                if self.single:
                    raise
                unreadable.append(QuarantinedFile(self.shown(file), TableSide.CURRENT, error.detail))
        if not tables:
            raise NothingReadable(self.name, unreadable)
        rows = joined(tables, refused=lambda file, said: TypesDiffer(self.name, f"{file}: {said}"))
        if len(tables) < len(self.files):
            return Sample(rows, None)
        return Sample(rows, sum(parquet.row_count(*self._located(file), name=file.path) for file in files))

    def _sampled(self, file: TableFile, budget: parquet.Budget) -> pa.Table:
        """Return rows of a file; raises what `batches` raises."""
        table = pa.Table.from_batches(list(parquet.sampled(*self._located(file), budget, name=file.path)))
        for key, make in self._constants(file, partitions_of(file.relative)):
            if key not in table.column_names:
                table = table.append_column(key, make(table.num_rows))
        return table

    def period(self, file: TableFile) -> arrow.Period | None:
        """Return the first and last day that a file's footer or path states, or None if neither does."""
        if self.time_column is None:
            return None
        partitions = partitions_of(file.relative)
        if self.time_column in partitions:
            day = days_of(partitions, time_column=self.time_column).start
            return (day, day) if day else None
        return parquet.period_of(*self._located(file), self.time_column, name=file.path)

    @cached_property
    def first(self) -> tuple[TableFile, pa.Schema] | None:
        """Return the first readable file and its columns, including those of its folders, or None without any."""
        for file in self.files:
            try:
                schema = parquet.schema_of(*self._located(file), name=file.path)
            except UnreadableFile:
                continue
            for key, make in self._constants(file, partitions_of(file.relative)):
                if key not in schema.names:
                    schema = schema.append(pa.field(key, make(0).type))
            return file, schema
        return None

    def require_readable(self) -> None:
        """Raise the error of the first file, an `UnreadableFile`, if no file is readable."""
        if self.first is None:
            parquet.schema_of(*self._located(self.files[0]), name=self.files[0].path)

    @property
    def column_names(self) -> list[str]:
        """Return the columns of the first readable file."""
        return self.first[1].names if self.first else []

    def require_types(self, features: Sequence[Feature], *, time_column: str | None) -> None:
        """Check the types of the first readable file before rows are read, which may take minutes.

        Raises what `require_types` of the types raises, inside `FileDiffers` for a folder.
        """
        if self.first is None:  # reading the files will tell what is wrong with each
            return
        file, schema = self.first
        try:
            require_types(schema, features, time_column=time_column)
        except BadInput as error:
            if self.single:
                raise
            raise FileDiffers(self.shown(file), error) from error

    def shown(self, file: TableFile) -> str:
        """Return the name of the file for people."""
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

    def _constants(self, file: TableFile, columns: Collection[str]) -> list[parquet.Constant]:
        constants: list[parquet.Constant] = []
        for key, value in partitions_of(file.relative).items():
            if key in columns:
                whole = key in self._whole_number_keys
                constants.append((key, partition_column(key, value, time_column=self.time_column, whole=whole)))
        return constants


def partition_column(
    key: str, value: str | None, *, time_column: str | None, whole: bool
) -> Callable[[int], arrow.Array]:
    """Return a function that turns a folder's value into a column of any number of rows.

    The time column becomes days. Other values become int64 if those of the key are `whole` numbers, else strings.
    """
    if key == time_column:
        day = days_of({key: value}, time_column=key).start
        return partial(constant, day.toordinal() - EPOCH.toordinal() if day else None, pa.date32())
    if whole:
        return partial(constant, None if value is None else int(value), pa.int64())
    return partial(pa.repeat, pa.scalar(value, pa.string()))


def open_table(filesystem: fs.FileSystem, path: str, *, name: str) -> FeatureTable:
    """Find the files of a table at `path`, a file or a folder; raises `TableMissing`.

    In a folder, parquet files at any depth count, or else its CSV files, or else its Feather files. Names and folders
    that start with ``_`` or ``.`` are ignored, as by query engines.
    """
    try:
        found = filesystem.get_file_info(path)
        if found.type is fs.FileType.File:
            return FeatureTable(filesystem, name, (TableFile(path, path.rsplit("/", 1)[-1]),), single=True)
        if found.type is fs.FileType.Unknown:
            raise TableMissing(name, "it is a pipe or a device, which cannot be read twice; write it to a file first")
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
    """Tell by its name and folders whether a path below a table's root is one of its files."""
    hidden = any(step.startswith(("_", ".")) and "=" not in step for step in relative.split("/"))
    return not hidden and relative.lower().endswith(suffixes)
