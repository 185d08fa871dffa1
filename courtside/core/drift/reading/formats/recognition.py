"""The format of a file is recognised by its first bytes."""

from collections.abc import Iterator, Mapping
from typing import Final, Protocol

import pyarrow as pa
from pyarrow import fs

from courtside.core.drift.reading.foreign import HEAD_BYTES, foreign
from courtside.core.drift.reading.formats import arrow_file
from courtside.core.drift.reading.formats.arrow_file import ArrowFile
from courtside.core.drift.reading.formats.delimited import COMPRESSIONS, NOTHING_SAID, UTF16, Delimited
from courtside.core.drift.reading.formats.errors import UnreadableFile
from courtside.core.drift.reading.formats.looking import Meaning

CSV_SUFFIXES: Final = (".csv", ".tsv", ".csv.gz", ".tsv.gz", ".csv.zst", ".csv.bz2")
ARROW_SUFFIXES: Final = (".feather", ".arrow", ".ipc", ".arrows")
PARQUET_SUFFIXES: Final = (".parquet", ".parq", ".pq")
_ARROW: Final = (arrow_file.FILE_MAGIC, arrow_file.STREAM_MAGIC)


class Convertible(Protocol):
    """A file whose rows can be read batch by batch, all with the same columns."""

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the rows, at least one batch even if it is empty."""
        ...


def recognised(
    filesystem: fs.FileSystem, path: str, meanings: Mapping[str, Meaning] = NOTHING_SAID
) -> Convertible | None:
    """Return the reader of a file that must be converted, or None for parquet and for unknown formats.

    `meanings` are what columns hold, for formats that do not say so themselves.
    Raises `UnreadableFile` for a well-known format of something else, `NotUtf8`, `HeaderMissing`, and the filesystem's
    errors.
    """
    if path.lower().endswith(PARQUET_SUFFIXES):
        return None
    with filesystem.open_input_stream(path, compression=None) as stream:
        head = stream.read(HEAD_BYTES)
    magic = next((each for each in _ARROW if head.startswith(each)), None)
    if magic is not None:
        return ArrowFile(filesystem, path, magic)
    if (words := foreign(head, path)) is not None:
        raise UnreadableFile(path, words)
    packed = head.startswith(tuple(COMPRESSIONS)) and path.lower().endswith(CSV_SUFFIXES)
    return Delimited.of(filesystem, path, meanings) if packed or _is_text(head, path) else None


def _is_text(head: bytes, path: str) -> bool:
    if not head.strip():
        return False
    if head.startswith(UTF16):
        return True
    if b"\x00" in head:  # the reader of text files says what is wrong
        return path.lower().endswith(CSV_SUFFIXES) and not any(byte < 9 for byte in head if byte)
    control = sum(byte < 32 and byte not in b"\t\r\n\x0c" for byte in head)
    return not control and (path.lower().endswith(CSV_SUFFIXES) or _decodes(head))


def _decodes(head: bytes) -> bool:
    try:
        head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return error.start >= HEAD_BYTES - 3  # this character was cut in two
    return True
