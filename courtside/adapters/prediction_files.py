"""Predictions as files for people: parquet as they are, CSV with contributions in words; in constant memory."""

import os
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import csv

from courtside.adapters.files import writing
from courtside.core.parquet import write_batches

SUFFIXES = (".parquet", ".csv")


def write_predictions(pieces: Iterable[pa.Table], path: Path) -> None:
    """Write pieces of one table into a file of a kind in `SUFFIXES`, whole or not at all.

    Raises `FolderNotWritable`, and what making the pieces raises.
    """
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name[:200]}.{os.getpid()}.part")
    try:
        if path.suffix.lower() == ".csv":
            _write_csv(pieces, part)
        else:
            with writing(path):
                write_batches(_batches(pieces), part)
        with writing(path):
            part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _batches(pieces: Iterable[pa.Table]) -> Iterator[pa.RecordBatch]:
    for piece in pieces:
        yield from piece.to_batches() or [pa.RecordBatch.from_pylist([], schema=piece.schema)]


def _write_csv(pieces: Iterable[pa.Table], path: Path) -> None:
    tables = (_flat(piece) for piece in pieces)
    first = next(tables)
    with writing(path), csv.CSVWriter(path, first.schema) as writer:
        for table in chain([first], tables):
            writer.write_table(table)


def _flat(table: pa.Table) -> pa.Table:
    """Return a table whose maps are text like ``fee=0.41, months=-0.2``."""
    for place, field in enumerate(table.schema):
        if pa.types.is_map(field.type):
            texts = [in_words(row) for row in table.column(place).to_pylist()]
            table = table.set_column(place, field.name, pa.array(texts, pa.string()))
    return table


def in_words(pairs: list[tuple[str, Any]] | None) -> str | None:
    """Return a map as text, its numbers with three digits."""
    if pairs is None:
        return None
    return ", ".join(f"{name}={value:.3g}" if isinstance(value, float) else f"{name}={value}" for name, value in pairs)
