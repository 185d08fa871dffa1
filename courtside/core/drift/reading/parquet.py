"""One parquet file, batch by batch: memory holds a few pages of the wanted columns, however large the file.

The reader's defaults (and Arrow's dataset scanner, and memory mapping) keep what they have read; without pre-buffering,
with a small buffer and one row group at a time the peak stays the same from 1 to 10 million rows. From a store on a
network (S3) more is read at a time, since every request takes as long as reading megabytes.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import fs

from courtside.core.drift.columns import arrow, moments
from courtside.core.drift.errors import DuplicateColumns, MissingColumns
from courtside.core.drift.reading.day_filter import rows_within
from courtside.core.drift.reading.days import Days
from courtside.core.drift.reading.errors import require_utf8, unreadable
from courtside.core.drift.reading.foreign import HEAD_BYTES, TAIL_BYTES, Ends
from courtside.core.drift.reading.formats.footer import require_shallow
from courtside.core.drift.reading.formats.times import Clock, timed
from courtside.core.drift.reading.plain import singles, viewless
from courtside.core.drift.reading.spread import spread

BUFFER_BYTES = 65_536
"""The bytes that are read at a time from one column of a local file."""
REMOTE_BYTES = 2**24
"""The bytes that are read at a time from all columns of a remote file, with at most `MOST_REMOTE` for each."""
MOST_REMOTE = 2**22
BYTES_AT_A_TIME = 2**27
"""The most bytes of values of a fixed width that a batch holds."""
MOST_GROUPS = 16
"""A sample is taken from at most this many row groups of a file."""
SAMPLED_AT_A_TIME = 1_024
Constant = tuple[str, Callable[[int], arrow.Array]]
"""A column's name, and what makes it for a number of rows."""


@dataclass(frozen=True, slots=True)
class Budget:
    """The most rows, and bytes of them in memory, that a sample may have."""

    rows: int
    bytes: int

    def shared(self, among: int) -> "Budget":
        """Return the share of one among that many, which is at least one row."""
        return Budget(-(-self.rows // among), self.bytes // among)

    @property
    def spent(self) -> bool:
        """Tell whether nothing is left of it."""
        return self.rows <= 0 or self.bytes <= 0


@dataclass(frozen=True, slots=True)
class Scope:
    """What to read from a file: columns (if it has them), rows of some days by the time column, and added constants."""

    columns: Sequence[str]
    days: Days
    time_column: str | None
    constants: Sequence[Constant] = ()


def stream(filesystem: fs.FileSystem, path: str, scope: Scope, *, name: str) -> Iterator[pa.RecordBatch]:
    """Yield the batches of a file that errors call `name`, with times in any notation as timestamps or dates.

    Raises `UnreadableFile`, and `MissingColumns` or `WrongType` if days cannot be told.
    """
    with _opened(filesystem, path, scope.columns, name) as file, readable(name):
        schema = file.schema_arrow
        added = [(name, made) for name, made in scope.constants if name not in schema.names]
        if not scope.days.unlimited:
            require_time(scope.time_column, [*schema.names, *(name for name, _ in added)])
        wanted = list(filter(frozenset(scope.columns).__contains__, schema.names))
        _require_once(wanted, schema.names, table=name)
        clock = None if scope.time_column is None else Clock(scope.time_column)
        at_a_time = _rows_at_a_time(schema, wanted)
        for group in range(file.num_row_groups):
            rows = file.metadata.row_group(group)
            if not rows.num_rows or not _may_hold(rows, scope):
                continue
            for batch in file.iter_batches(at_a_time, row_groups=[group], columns=wanted, use_threads=False):
                # Parquet takes "a.b" for a field of the column "a" too, and reads both.
                batch = batch.select(wanted)  # noqa: PLW2901
                require_utf8(name, batch)
                timed_batch = timed(_with_constants(viewless(batch), added), clock)
                yield rows_within(timed_batch, scope.days, time_column=scope.time_column)


def sampled(filesystem: fs.FileSystem, path: str, budget: "Budget", *, name: str) -> Iterator[pa.RecordBatch]:
    """Yield all columns of rows from the beginnings of row groups all over a file, about as many as the budget allows.

    At least one batch is yielded, which may be empty. Raises `UnreadableFile` and `DuplicateColumns`.
    """
    with _opened(filesystem, path, (), name) as file, readable(name):
        names = file.schema_arrow.names
        _require_once(names, names, table=name)
        yield singles(viewless(pa.RecordBatch.from_pylist([], schema=file.schema_arrow)))
        groups = spread(range(file.num_row_groups), MOST_GROUPS)
        for group in groups:
            left = budget.shared(len(groups))
            for batch in file.iter_batches(min(left.rows, SAMPLED_AT_A_TIME), row_groups=[group], use_threads=False):
                require_utf8(name, batch)
                taken = batch.slice(0, left.rows)
                yield singles(viewless(taken))
                left = Budget(left.rows - taken.num_rows, left.bytes - taken.nbytes)
                if left.spent:
                    break


def row_count(filesystem: fs.FileSystem, path: str, *, name: str) -> int:
    """Return how many rows a file's footer states; raises `UnreadableFile`."""
    with _opened(filesystem, path, (), name) as file:
        return file.metadata.num_rows


def schema_of(filesystem: fs.FileSystem, path: str, *, name: str) -> pa.Schema:
    """Return a file's column names and types; raises `UnreadableFile`."""
    with _opened(filesystem, path, (), name) as file:
        return file.schema_arrow


def period_of(filesystem: fs.FileSystem, path: str, time_column: str, *, name: str) -> arrow.Period | None:
    """Return the first and last day of a file, or None if these cannot be told without reading all of it.

    The footer states them, and times written as text or numbers are read. Raises `UnreadableFile` and `WrongType`.
    """
    with _opened(filesystem, path, (), name) as file, readable(name):
        found: arrow.Period | None = None
        if time_column in file.schema_arrow.names and not moments.is_time(file.schema_arrow.field(time_column).type):
            return _read_period(file, time_column)
        for group in range(file.num_row_groups):
            rows = file.metadata.row_group(group)
            stated = _stated(rows, time_column)
            if rows.num_rows and stated is None:
                return None
            found = arrow.joined(found, stated)
        return found


def _read_period(file: pq.ParquetFile, time_column: str) -> arrow.Period | None:
    clock = Clock(time_column)
    found: arrow.Period | None = None
    for batch in file.iter_batches(arrow.ROWS_PER_BATCH, columns=[time_column], use_threads=False):
        found = arrow.joined(found, moments.period(clock.read(viewless(batch).column(0)), time_column))
    return found


@contextmanager
def readable(name: str, source: pa.NativeFile | None = None) -> Iterator[None]:
    """Turn what a reader raises into an error that names the file, and what it is if `source` can tell."""
    try:
        yield
    except (OSError, MemoryError, pa.ArrowException, UnicodeDecodeError) as error:  # the last one is a column's name
        raise unreadable(name, error, ends=None if source is None else _ends(source)) from error


def _ends(source: pa.NativeFile) -> Ends | None:
    try:
        source.seek(0)
        head, size = source.read(HEAD_BYTES), source.size()
        source.seek(max(0, size - TAIL_BYTES))
        return Ends(head, source.read(TAIL_BYTES), size)
    except (OSError, pa.ArrowException):  # the earlier error says what went wrong
        return None


@contextmanager
def _opened(filesystem: fs.FileSystem, path: str, columns: Sequence[str], name: str) -> Iterator[pq.ParquetFile]:
    with readable(name):
        source = filesystem.open_input_file(path)
    with source:
        with readable(name, source):
            if filesystem.type_name == "local":  # elsewhere each look would be a request
                require_shallow(source, name)
            buffer = _buffer_size(filesystem, len(columns))
            file = _parquet(source, buffer_size=buffer)
            texts = _texts(file.schema_arrow, columns)
            if texts:  # in dictionaries, equal labels are counted by number and converted to text once
                file = _parquet(source, buffer_size=buffer, metadata=file.metadata, read_dictionary=texts)
        yield file


def _parquet(source: pa.NativeFile, **options: Any) -> pq.ParquetFile:
    return pq.ParquetFile(source, pre_buffer=False, page_checksum_verification=True, **options)


def _buffer_size(filesystem: fs.FileSystem, columns: int) -> int:
    if filesystem.type_name == "local":
        return BUFFER_BYTES
    return min(MOST_REMOTE, max(BUFFER_BYTES, REMOTE_BYTES // max(1, columns)))


def _texts(schema: pa.Schema, columns: Sequence[str]) -> list[str]:
    wanted = set(columns)
    return [field.name for field in schema if field.name in wanted and _is_of_bytes(field.type)]


def _is_of_bytes(kind: pa.DataType) -> bool:
    return (
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
    )


def _rows_at_a_time(schema: pa.Schema, columns: Sequence[str]) -> int:
    """Return how many rows a batch has: fewer where values of a fixed width are wide."""
    kinds = [schema.field(name).type for name in columns]
    width = sum(kind.byte_width for kind in kinds if pa.types.is_fixed_size_binary(kind))
    return max(1, min(arrow.ROWS_PER_BATCH, BYTES_AT_A_TIME // max(1, width)))


def require_time(time_column: str | None, names: Sequence[str]) -> None:
    """Raise `MissingColumns` unless the column by which days are selected exists."""
    if time_column is None or time_column not in names:
        raise MissingColumns([time_column or "time column"], names)


def _require_once(wanted: Sequence[str], names: Sequence[str], *, table: str) -> None:
    counts = Counter(names)
    if repeated := sorted({each for each in wanted if counts[each] > 1}):
        raise DuplicateColumns(repeated, table=table)


def _with_constants(batch: pa.RecordBatch, added: Sequence[Constant]) -> pa.RecordBatch:
    for name, made in added:
        batch = batch.append_column(name, made(batch.num_rows))
    return batch


def _may_hold(rows: pq.RowGroupMetaData, scope: Scope) -> bool:
    if scope.days.unlimited or scope.time_column is None:
        return True
    stated = _stated(rows, scope.time_column)
    if stated is None:
        return True
    # One day of margin is needed, because statistics are in UTC and rows may be in another time zone.
    return scope.days.meets(Days(stated[0] - timedelta(days=1), stated[1] + timedelta(days=2)))


def _stated(rows: pq.RowGroupMetaData, time_column: str) -> arrow.Period | None:
    for position in range(rows.num_columns):
        column = rows.column(position)
        if column.path_in_schema == time_column:
            limits: Any = column.statistics
            per_day = _units_per_day(limits) if limits and limits.has_min_max else None
            if per_day:
                first, last = (moments.day_of(raw, per_day) for raw in (limits.min_raw, limits.max_raw))
                return (first, last) if first and last else None
    return None


def _units_per_day(limits: pq.Statistics) -> int | None:
    """Return how many units a day has in the limits of a column, or None if these are not times.

    The integers themselves are read, because Arrow turns nanoseconds into moments only if pandas is installed.
    """
    kind = json.loads(limits.logical_type.to_json())
    if kind["Type"] == "Date":
        return 1
    return moments.SECONDS_PER_DAY * _PER_SECOND[kind["timeUnit"]] if kind["Type"] == "Timestamp" else None


_PER_SECOND = {"milliseconds": 10**3, "microseconds": 10**6, "nanoseconds": 10**9}
