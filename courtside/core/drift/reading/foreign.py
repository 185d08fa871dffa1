"""A file that is not parquet is identified by its size and first bytes, and the error says what to do with it."""

from dataclasses import dataclass
from typing import Self

HEAD_BYTES = 64
TAIL_BYTES = 4
SMALLEST = 12
_MAGIC = b"PAR1"
_KINDS = {
    b"PARE": "its footer is encrypted, which is not supported; write it without encryption",
    b"PK\x03\x04": "it is an Excel or ZIP file; save its table as parquet",
    b"\x1f\x8b": "it is compressed with gzip; unpack it, as parquet compresses itself, and convert what is in it",
    b"BZh": "it is compressed with bzip2; unpack it, and convert what is in it",
    b"\x28\xb5\x2f\xfd": "it is compressed with zstd; unpack it, and convert what is in it",
    b"ARROW1": "it is an Arrow or Feather file; rename it to end in .feather, and it is read as that",
    b"FEA1": "it is a Feather file of version 1, which Arrow gives up; write it again as version 2",
    b"ORC": "it is an ORC file; convert it with `pandas.read_orc(file).to_parquet(...)`",
    b"Obj\x01": "it is an Avro file; convert it to parquet",
    b"SQLite format 3": "it is an SQLite database; export the table as parquet",
    b"CSDP": "it is a saved drift profile, not a table",
    b"version https://git-lfs": "it is a pointer of Git LFS, not the file itself; fetch it with `git lfs pull`",
}
_CUT = "it begins as a parquet file, but its end is missing: it was cut while it was written or copied; do that again"
_CSV = "it is text, such as CSV; rename it to end in .csv, and it is read as that"


@dataclass(frozen=True, slots=True)
class Ends:
    """The first and last bytes of a file, and its size."""

    head: bytes
    tail: bytes
    size: int

    @classmethod
    def of(cls, content: bytes) -> Self:
        """Return the ends of a whole file."""
        return cls(content[:HEAD_BYTES], content[-TAIL_BYTES:], len(content))


def described(ends: Ends) -> str | None:
    """Say what a file seems to be and what to do, or return None if it begins and ends like a parquet file."""
    head = ends.head
    if ends.size == 0:
        return "it is empty (0 bytes); write or copy it again"
    if head.startswith(_MAGIC):
        return None if ends.tail == _MAGIC and ends.size > SMALLEST else _CUT
    for magic, words in _KINDS.items():
        if head.startswith(magic):
            return words
    if head.lstrip().startswith((b"{", b"[")):
        return "it is JSON; convert it, for example in pandas with `pd.read_json(file).to_parquet(...)`"
    if head.lstrip().startswith(b"<"):
        return "it is a page or XML, perhaps of a server that refused to give the file; fetch it again"
    return (
        _text(head) if _is_text(head) else "it is of no format that is known here; give a parquet, CSV or Feather file"
    )


def _text(head: bytes) -> str:
    blank = "it begins with blank lines only; write it again, with a header in its first line"
    return _CSV if head.strip() else blank


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8", errors="ignore") if len(head) == HEAD_BYTES else head.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return len(text) > 1 and all(each.isprintable() or each in "\r\n\t\ufeff" for each in text)
