"""What the bytes of an object say about an id, by the kind of file that they are, and the same file without it."""

import csv
import gzip
import io
import json
import lzma
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from courtside.contracts.scoring_keys import merged_log_file_of
from courtside.contracts.shortening import ELLIPSIS
from courtside.core.forget.rows import KnownRows, columns_looked_at, masked, mentions, rows_about, text_columns
from courtside.core.forget.wanted import ROW_ID, Wanted
from courtside.core.parquet import parquet_content, parquet_groups, parquet_row_groups

_PARQUET, _ZIP, _GZIP = b"PAR1", b"PK\x03\x04", b"\x1f\x8b"
_LONGEST_CELL = 2**31 - 1
_SHORTENED_IDS = "unknown_ids"
"""The key under which the record of a load of labels names ids of rows."""

UNREADABLE = (
    pa.ArrowException,
    ValueError,
    OSError,
    EOFError,
    RuntimeError,  # a part of a zip file that is encrypted or packed in an unknown way, JSON that is nested too deeply
    csv.Error,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
)
"""What the readers of files raise for one that is damaged, whatever it was."""


@dataclass(frozen=True, slots=True)
class Searched:
    """What was found in one object: `rows` about a wanted id, and `mentions` of one in texts.

    `content` is the same file without them, None where it holds none or where nothing can be taken out of its kind, and
    `left` the rows that it has then. `found` are the rows, of a table that has them by their ids.
    """

    rows: int = 0
    mentions: int = 0
    content: bytes | None = None
    left: int = 0
    found: pa.Table | None = None

    @property
    def holds(self) -> bool:
        """Whether the object is about a wanted id."""
        return bool(self.rows or self.mentions)


def searched(
    name: str,
    content: bytes,
    wanted: Wanted,
    *,
    folders: Mapping[str, str | None] | None = None,
    any_column: bool = False,
) -> Searched:
    """Look for the wanted ids in an object of this name.

    `folders` are values of columns that it has by its path; with `any_column`, any cell of a CSV file may be an id, as
    a query calls its columns what it likes.

    Raises one of `UNREADABLE` for a file that is not what it seems to be.
    """
    if content.startswith(_PARQUET):
        return _in_parquet(name, content, wanted, folders or {})
    if content.startswith(_ZIP):
        return _in_zip(content, wanted)
    if content.startswith(_GZIP):
        return Searched(mentions=_named(gzip.decompress(content), wanted))
    if name.endswith(".json"):
        return _in_json(content, wanted)
    if name.endswith(".csv"):
        return _in_csv(content, wanted, any_column=any_column)
    return _in_text(content, wanted)


def copies_of(content: bytes, known: KnownRows, *, besides: str) -> Searched:
    """Look for rows of features that are those of a wanted id, in a file that holds no ids.

    `besides` is a column that is no feature.
    """
    table = _table(content)
    same = known.copies(table.drop_columns([besides]))
    kept = table.filter(pc.invert(same))
    rows = table.num_rows - kept.num_rows
    return Searched(rows=rows, content=parquet_content(kept) if rows else None, left=kept.num_rows)


def _in_parquet(name: str, content: bytes, wanted: Wanted, folders: Mapping[str, str | None]) -> Searched:
    with pq.ParquetFile(pa.BufferReader(content), page_checksum_verification=True) as file:
        texts = text_columns(file.schema_arrow) if wanted.texts else []
        names = {*columns_looked_at(file.schema_arrow.names, wanted), *texts}
        wanted_columns = [each for each in file.schema_arrow.names if each in names]
        looked_at = file.read(columns=wanted_columns, use_threads=False)  # many files are read at once
    about = rows_about(looked_at, wanted, folders=folders)
    rows, named = int(pc.sum(about).as_py() or 0), mentions(looked_at.filter(pc.invert(about)), wanted)
    if not rows and not named:
        return Searched()
    # In a merged file of a log, each row group is a file that was numbered.
    parts = parquet_row_groups(content) if merged_log_file_of(name) else [_table(content)]
    gone = [rows_about(each, wanted, folders=folders) for each in parts]
    kept = [masked(each.filter(pc.invert(out)), wanted) for each, out in zip(parts, gone, strict=True)]
    found = pa.concat_tables([each.filter(out) for each, out in zip(parts, gone, strict=True)]) if rows else None
    content = parquet_content(kept[0]) if len(kept) == 1 else parquet_groups(kept)
    return Searched(rows, named, content, sum(each.num_rows for each in kept), found)


def _table(content: bytes) -> pa.Table:
    with pq.ParquetFile(pa.BufferReader(content)) as file:
        return file.read(use_threads=False)


def _in_zip(content: bytes, wanted: Wanted) -> Searched:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        named = sum(_named(archive.read(name), wanted) for name in archive.namelist())
    return Searched(mentions=named)


def _in_text(content: bytes, wanted: Wanted) -> Searched:
    named = _named(content, wanted)
    if not named:
        return Searched()
    text = _text(content)
    readable = text.encode(errors="surrogateescape") == content and "\N{NULL}" not in text
    return Searched(mentions=named, content=wanted.masked(text).encode(errors="surrogateescape") if readable else None)


def _named(content: bytes, wanted: Wanted) -> int:
    """Return how often an id is named; what cannot name one, such as a large model, is not decoded."""
    return wanted.mentioned(_text(content)) if wanted.may_be_in(content) else 0


def _text(content: bytes) -> str:
    return content.decode(errors="surrogateescape")


def _in_json(content: bytes, wanted: Wanted) -> Searched:
    said = json.loads(content)
    kept, named = _without(said, wanted)
    if not named:
        return Searched()
    return Searched(mentions=named, content=json.dumps(kept, indent=2, ensure_ascii=False).encode())


def _without(said: Any, wanted: Wanted, *, ids: bool = False) -> tuple[Any, int]:
    """Return a JSON value without the wanted ids, and how many there were; with `ids`, its texts are ids of rows."""
    if isinstance(said, str):
        if ids and (wanted.is_row_id(said) or ELLIPSIS in said):  # nobody knows whose id was shortened
            return None, 1
        column = ROW_ID if ids else None
        return wanted.masked(said, column=column), wanted.mentioned(said, column=column)
    if isinstance(said, list):
        parts = [_without(each, wanted, ids=ids) for each in said]
        kept = [each for each, _ in parts if not (ids and each is None)]
        return kept, sum(count for _, count in parts)
    if isinstance(said, dict):
        pairs = {wanted.masked(key): _without(each, wanted, ids=key == _SHORTENED_IDS) for key, each in said.items()}
        return {key: each for key, (each, _) in pairs.items()}, sum(
            [*(count for _, count in pairs.values()), *map(wanted.mentioned, said)]
        )
    return said, 0


def _in_csv(content: bytes, wanted: Wanted, *, any_column: bool) -> Searched:
    """Look into rows that were set aside; they are read as text, as a number like 17 was written."""
    csv.field_size_limit(_LONGEST_CELL)
    read = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    names = next(read, [])
    rows = [row for row in read if row]
    cells = [pa.array([row[at] if at < len(row) else "" for row in rows], pa.string()) for at in range(len(names))]
    about = rows_about(pa.table(cells, names=names), wanted).to_pylist() if rows else []
    if any_column:
        about = [gone or any(map(wanted.is_id, row)) for row, gone in zip(rows, about, strict=True)]
    kept = [row for row, gone in zip(rows, about, strict=True) if not gone]
    columns = [*names, *[None] * max((len(row) - len(names) for row in kept), default=0)]
    named = sum(wanted.mentioned(cell, column=name) for row in kept for name, cell in zip(columns, row, strict=False))
    if not any(about) and not named:
        return Searched()
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(
        [wanted.masked(cell, column=name) for name, cell in zip(columns, row, strict=False)] for row in kept
    )
    return Searched(sum(about), named, written.getvalue().encode())
