"""Tables in memory and streams of rows from any library that supports Arrow: pandas, polars, pyarrow, DuckDB."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any, Protocol, runtime_checkable

import pyarrow as pa
from pyarrow import fs

from courtside.contracts.errors import BadInput
from courtside.core.drift.columns import arrow, moments
from courtside.core.drift.errors import DuplicateColumns, NotATable, RowsBrokeOff, UnreadableTable
from courtside.core.drift.reading import parquet
from courtside.core.drift.reading.day_filter import rows_within
from courtside.core.drift.reading.errors import require_utf8
from courtside.core.drift.reading.formats.conversion import Conversions
from courtside.core.drift.reading.formats.times import Clock, timed
from courtside.core.drift.reading.plain import singles, viewless
from courtside.core.drift.reading.spread import spread
from courtside.core.drift.reading.table import SAMPLE, FeatureTable, Sample, TableFile

IN_MEMORY = frozenset({"pandas", "polars"})
"""The frames of these libraries can be read repeatedly; any other stream may be readable only once."""


@runtime_checkable
class Frame(Protocol):
    """An object that offers its rows through the Arrow PyCapsule interface."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Return a capsule of a stream of record batches."""
        ...


@dataclass(frozen=True)
class FrameTable(FeatureTable):
    """A table in memory that is read in slices, without copying the whole."""

    rows: pa.Table = field(default_factory=lambda: pa.table({}), compare=False, repr=False)

    def batches(self, file: TableFile) -> Iterator[pa.RecordBatch]:
        """Yield the rows of the selected days; raises `MissingColumns` or `WrongType` if it cannot tell days."""
        clock = Clock(self.time_column) if self.time_column else None
        names = self.rows.column_names
        if not self.days.unlimited:
            parquet.require_time(self.time_column, names)
        wanted = self.rows.select([name for name in dict.fromkeys(self.columns) if name in names])
        for batch in wanted.to_batches(max_chunksize=arrow.ROWS_PER_BATCH):
            require_utf8(file.path, batch)
            yield rows_within(timed(viewless(batch), clock), self.days, time_column=self.time_column)

    def sample(self, budget: parquet.Budget = SAMPLE) -> Sample:
        """Return all columns of rows from all over the table, or every row if the table is small enough."""
        rows, total = self.rows, self.rows.num_rows
        most = min(budget.rows, budget.bytes * total // max(1, rows.nbytes))
        if total > most:
            length = max(1, most // parquet.MOST_GROUPS)
            starts = spread(range(total - length + 1), parquet.MOST_GROUPS)
            rows = pa.concat_tables([rows.slice(start, length) for start in starts])
        batches = [singles(viewless(batch)) for batch in rows.to_batches() or [_empty(rows.schema)]]
        return Sample(pa.Table.from_batches(batches), total)

    def period(self, file: TableFile) -> arrow.Period | None:  # noqa: ARG002 — there is only one table
        """Return the first and last day of the rows, or None without a time column; raises `WrongType`."""
        if self.time_column is None or self.time_column not in self.rows.column_names:
            return None
        clock = Clock(self.time_column)
        found: arrow.Period | None = None
        for batch in self.rows.select([self.time_column]).to_batches(max_chunksize=arrow.ROWS_PER_BATCH):
            found = arrow.joined(found, moments.period(clock.read(viewless(batch).column(0)), self.time_column))
        return found

    def converted_schemas(self) -> Iterator[pa.Schema]:
        """Yield nothing, because a frame has types of its own."""
        yield from ()

    @cached_property
    def first(self) -> tuple[TableFile, pa.Schema] | None:
        """Return the table itself and its columns."""
        return self.files[0], self.rows.schema


def frame_table(frame: Any, *, name: str) -> FeatureTable:
    """Return the rows of a frame as a table called `name`.

    A frame in memory is read where it is. A stream, which may be readable only once, is first written to a temporary
    file, batch by batch. Raises `NotATable`, `UnreadableTable`, `RowsBrokeOff` and `DuplicateColumns`.
    """
    only = (TableFile(name, name),)
    if is_in_memory(frame):
        return FrameTable(fs.LocalFileSystem(), name, only, single=True, rows=arrow_table(frame, name=name))
    if not isinstance(frame, Frame):
        raise NotATable(frame, table=name)
    try:
        reader = pa.RecordBatchReader.from_stream(frame)
        _require_once(reader.schema.names, name)
        kept = Conversions.of(name, chain([_empty(reader.schema)], reader))
    except (BadInput, MemoryError):
        raise
    except Exception as error:  # the code behind a stream is not ours, and may raise anything
        raise _refused(error, name) from error
    return FeatureTable(fs.LocalFileSystem(), name, only, single=True, conversions=kept)


def is_in_memory(frame: Any) -> bool:
    """Tell whether a frame lies in memory; pandas and polars are recognised here but never imported."""
    libraries = {base.__module__.partition(".")[0] for base in type(frame).__mro__}
    return isinstance(frame, pa.Table | pa.RecordBatch | dict) or bool(libraries & IN_MEMORY)


def arrow_table(frame: Any, *, name: str) -> pa.Table:
    """Return a frame, called `name` in errors, as an Arrow table.

    Raises `NotATable`, `UnreadableTable`, `RowsBrokeOff` and `DuplicateColumns`.
    """
    if isinstance(frame, pa.RecordBatch):
        frame = pa.Table.from_batches([frame])
    if isinstance(frame, pa.Table):
        _require_once(frame.column_names, name)
        return _without_runs(_plain(frame))
    if not isinstance(frame, dict):
        if not _has_columns(frame):  # for example a series or a lazy frame
            raise NotATable(frame, table=name)
        _require_once([str(each) for each in frame.columns], name)
    try:
        return _without_runs(_plain(pa.table(frame)))
    except MemoryError:
        raise
    except Exception as error:  # the code of a frame is not ours, and may raise anything
        raise _refused(error, name) from error


def _plain(table: pa.Table) -> pa.Table:
    """Return a table without categories of an extension type, such as pandas' intervals, which Arrow cannot cast."""
    for place, column in enumerate(table.schema):
        if pa.types.is_dictionary(column.type) and isinstance(column.type.value_type, pa.BaseExtensionType):
            chunks: Any = table.column(place).chunks
            plain = [each.dictionary.storage.take(each.indices) for each in chunks]
            kind: Any = column.type.value_type.storage_type
            table = table.set_column(place, column.name, pa.chunked_array(plain, kind))
    return table


def _without_runs(table: pa.Table) -> pa.Table:
    """Return a table whose columns have the types in which their batches are read."""
    if not any(pa.types.is_run_end_encoded(kind) for kind in table.schema.types):
        return table
    return pa.Table.from_batches([viewless(batch) for batch in table.to_batches() or [_empty(table.schema)]])


def _refused(error: Exception, name: str) -> BadInput:
    """Return what to say of a frame that cannot be read, without the traceback that Arrow adds for a stream's code."""
    said, raised, _ = str(error).partition(". Detail: Python exception")
    if raised or not isinstance(error, pa.ArrowException | TypeError | ValueError | OverflowError):
        return RowsBrokeOff(said or type(error).__name__, table=name)
    return UnreadableTable(error, table=name)


def _has_columns(frame: Any) -> bool:
    return isinstance(frame, Frame) and hasattr(type(frame), "columns")


def _require_once(names: list[str], table: str) -> None:
    if repeated := [name for name, count in Counter(names).items() if count > 1]:
        raise DuplicateColumns(repeated, table=table)


def _empty(schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([], schema=schema)
