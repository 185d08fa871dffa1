"""Small files that become very large, or very deep, where somebody unpacks them."""

import bz2
import gzip
import io
import struct
from collections.abc import Callable

import pyarrow as pa
import pyarrow.parquet as pq

from tests.faults.input.arriving import table_of
from tests.faults.model import rows

_MEMBER = 2**24
_HEADER = b"parcel,at,weight,distance,late\n"
_ROW = b"900000,2025-09-01,0.5,0.5,true\n"
COLUMNS = 100_000


def _one_line(packed: Callable[[bytes], bytes]) -> bytes:
    """Return a compressed text without a line break; its parts follow each other, as these formats allow."""
    return packed(b"0" * _MEMBER) * 256


def _zstd(content: bytes) -> bytes:
    packed: bytes = pa.compress(content, codec="zstd", asbytes=True)
    return packed


def _equal_rows() -> bytes:
    part = gzip.compress(_ROW * (_MEMBER // len(_ROW)), 1)
    return gzip.compress(_HEADER) + part * 256


def _wide_csv() -> bytes:
    names = [*rows(days=1).column_names, *(f"c{number}" for number in range(COLUMNS))]
    values = ["900000", "2025-09-01", "0.5", "0.5", "true", *["1"] * COLUMNS]
    return "\n".join([",".join(names), ",".join(values), ""]).encode()


def _wide_parquet() -> bytes:
    like, names = table_of(1), [f"c{number}" for number in range(COLUMNS)]
    wide = pa.table([*like.columns, *[pa.array([1.0])] * COLUMNS], [*like.column_names, *names])
    return _parquet(wide, store_schema=False, write_statistics=False, use_dictionary=False, compression="none")


def _parquet(table: pa.Table, **options: object) -> bytes:
    content = io.BytesIO()
    pq.write_table(table, content, **options)  # type: ignore[arg-type]
    return content.getvalue()


def _long_text(kind: pa.DataType, column: str, count: int) -> bytes:
    text = pa.array(["x" * 2**20], pa.string()).cast(kind)
    many = pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int32()), count), text)
    return _parquet(table_of(count, **{column: many}), store_schema=False)


def _one_group() -> bytes:
    others = [name for name in table_of(1).column_names if name != "parcel"]
    options = {"use_dictionary": others, "column_encoding": {"parcel": "DELTA_BINARY_PACKED"}}
    return _parquet(table_of(10_000_000), row_group_size=10_000_000, **options)


def deep(levels: int) -> bytes:
    """Return a parquet file whose only column lies within so many groups."""
    groups = b"".join(_element(b"x", children=1) for _ in range(levels))
    schema = _element(b"schema", children=1) + groups + _element(b"y", children=0)
    count = levels + 2
    footer = _int(1, 1) + b"\x19\xfc" + _varint(count) + schema + b"\x16" + _varint(0) + b"\x19\x0c\x00"
    return b"PAR1" + footer + struct.pack("<I", len(footer)) + b"PAR1"


def _element(name: bytes, *, children: int) -> bytes:
    """Return an element of a schema in the notation of Thrift, in which parquet keeps its footer."""
    kind = b"" if children else _int(1, 1)
    more = _int(1, children) if children else b""
    return kind + _int(3 if children else 2, 1) + b"\x18" + _varint(len(name)) + name + more + b"\x00"


def _int(step: int, value: int) -> bytes:
    return bytes([(step << 4) | 5]) + _varint(2 * value)


def _varint(number: int) -> bytes:
    out = b""
    while number > 0x7F:
        out, number = out + bytes([number & 0x7F | 0x80]), number >> 7
    return out + bytes([number])


Made = tuple[str, Callable[[], bytes]]
"""The name of a file, and what makes its content."""

LINES: dict[str, Made] = {
    "a line of 4 GiB, packed by gzip": ("line.csv.gz", lambda: _one_line(lambda part: gzip.compress(part, 1))),
    "a line of 4 GiB, packed by bzip2": ("line.csv.bz2", lambda: _one_line(bz2.compress)),
    "a line of 4 GiB, packed by zstd": ("line.csv.zst", lambda: _one_line(_zstd)),
}
DEEP: dict[str, Made] = {"30,000 levels of groups": ("deep.parquet", lambda: deep(30_000))}
TEXTS: dict[str, Made] = {
    "a text of 1 MiB in 1,000,000 rows": ("text.parquet", lambda: _long_text(pa.string(), "weight", 1_000_000)),
    "1 MiB of bytes in 1,000,000 rows": ("bytes.parquet", lambda: _long_text(pa.binary(), "weight", 1_000_000)),
}
LABELS: dict[str, Made] = {
    "a label of 1 MiB in 1,000,000 rows": ("label.parquet", lambda: _long_text(pa.string(), "late", 1_000_000)),
}
ROWS: dict[str, Made] = {"4 GiB of equal rows, packed by gzip": ("equal.csv.gz", _equal_rows)}
GROUP: dict[str, Made] = {"10,000,000 rows in one group": ("group.parquet", _one_group)}
"""This is no bomb to whoever has the memory of a laptop."""
WIDE_TEXT: dict[str, Made] = {"100,005 columns of text": ("wide.csv", _wide_csv)}
WIDE: dict[str, Made] = {"100,005 columns of numbers": ("wide.parquet", _wide_parquet)}
