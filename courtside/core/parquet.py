"""How Courtside writes parquet; ruff refuses every other writer."""

import io
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

COMPRESSION: Final = "zstd"
FORMAT_VERSION: Final = "2.6"
"""It is spelled out because the library's default changes with its releases, and stored files must stay readable."""

_SMALL = 2**20
"""A file of so many bytes is read sooner by one thread: to share it out costs more than to read it."""


def parquet_content(table: pa.Table) -> bytes:
    """Return a table as the content of a parquet file: the same table gives the same bytes."""
    content = io.BytesIO()
    pq.write_table(table, content, compression=COMPRESSION, version=FORMAT_VERSION)  # noqa: TID251 — the one writer
    return content.getvalue()


def parquet_groups(tables: Sequence[pa.Table]) -> bytes:
    """Return tables of the same columns as the content of one parquet file, each in a row group of its own."""
    content = io.BytesIO()
    with pq.ParquetWriter(content, tables[0].schema, compression=COMPRESSION, version=FORMAT_VERSION) as writer:  # noqa: TID251 — the one writer
        for table in tables:
            writer.write_table(table, row_group_size=max(table.num_rows, 1))
    return content.getvalue()


def read_parquet_group(content: bytes, group: int, *, columns: Sequence[str]) -> pa.Table:
    """Read back one of the tables that `parquet_groups` wrote, with those of these columns that are there."""
    with pq.ParquetFile(pa.BufferReader(content)) as file:
        return file.read_row_group(group, columns=list(columns))


def parquet_row_groups(content: bytes) -> list[pa.Table]:
    """Read back all tables that `parquet_groups` wrote."""
    with pq.ParquetFile(pa.BufferReader(content)) as file:
        return [file.read_row_group(group) for group in range(file.num_row_groups)]


def read_parquet_content(content: bytes, *, columns: Sequence[str] | None = None) -> pa.Table:
    """Read back what `parquet_content` wrote, or of it those of these columns that are there.

    For files from elsewhere there is `courtside.core.drift.reading`.
    """
    with pq.ParquetFile(pa.BufferReader(content)) as file:
        wanted = None if columns is None else list(columns)
        return file.read(columns=wanted, use_threads=len(content) > _SMALL)


def write_batches(batches: Iterable[pa.RecordBatch], path: Path) -> None:
    """Write at least one batch to a file in constant memory; all must have the columns of the first."""
    rows = iter(batches)
    first = next(rows)
    with pq.ParquetWriter(path, first.schema, compression=COMPRESSION, version=FORMAT_VERSION) as writer:  # noqa: TID251 — the one writer
        for batch in chain([first], rows):
            if batch.num_rows:  # an empty row group would take its part of a sample
                writer.write_batch(batch)
