"""A file that is no table in a readable format is recognised by its first bytes, and the error says what to do."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

HEAD_BYTES: Final = 4096
TAIL_BYTES: Final = 4
SMALLEST: Final = 12
_MAGIC: Final = b"PAR1"
_WORKBOOK: Final = "it is an Excel workbook; save it as CSV or parquet"
_SPREADSHEET: Final = "it is an OpenDocument spreadsheet; save it as CSV or parquet"
_WORD: Final = "it is a Word document; put its table into a spreadsheet and save that as CSV"
_SLIDES: Final = "it is a PowerPoint presentation; put its table into a spreadsheet and save that as CSV"
_ZIP: Final = "it is a ZIP archive; unpack it, and give the table that is in it"
_OFFICE: Final = "it is an Excel workbook or another document of Microsoft Office; save it as CSV or parquet"
_ARCHIVE: Final = "it is an archive of files; unpack it, and give the table that is in it"
_PICTURE: Final = "it is a picture; give the table that it shows as CSV or parquet"
_JSON: Final = "it is JSON; convert it, for example in pandas with `pd.read_json(file).to_parquet(...)`"
_PAGE: Final = "it is a page or XML, perhaps of a server that refused to give the file; fetch it again"
_ZIPPED: Final = b"PK\x03\x04"
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_KINDS: Final[Mapping[bytes, str]] = {
    b"%PDF-": "it is a PDF document; export the table that it shows as CSV",
    b"{\\rtf": "it is a document in rich text format; put its table into a spreadsheet and save that as CSV",
    b"PK\x05\x06": "it is a ZIP archive with nothing in it; write it again",
    b"7z\xbc\xaf\x27\x1c": _ARCHIVE,
    b"Rar!\x1a\x07": _ARCHIVE,
    b"\xfd7zXZ\x00": "it is compressed with xz; unpack it, and convert what is in it",
    b"\x89PNG\r\n\x1a\n": _PICTURE,
    b"\xff\xd8\xff": _PICTURE,
    b"GIF87a": _PICTURE,
    b"GIF89a": _PICTURE,
    b"\x89HDF\r\n\x1a\n": "it is an HDF5 file; convert it, for example in pandas with `read_hdf(file).to_parquet(...)`",
    b"\x93NUMPY": "it is an array of numpy, whose columns have no names; write it as CSV or parquet with a header",
    b"\x80\x02": "it is a pickle of Python; write the table as parquet with `to_parquet(...)`",
    b"\x80\x03": "it is a pickle of Python; write the table as parquet with `to_parquet(...)`",
    b"\x80\x04\x95": "it is a pickle of Python; write the table as parquet with `to_parquet(...)`",
    b"\x80\x05\x95": "it is a pickle of Python; write the table as parquet with `to_parquet(...)`",
    b"Obj\x01": "it is an Avro file; convert it to parquet",
    b"SQLite format 3\x00": "it is an SQLite database; export the table as parquet",
    b"version https://git-lfs": "it is a pointer of Git LFS, not the file itself; fetch it with `git lfs pull`",
}
_UNLESS_TEXT: Final[Mapping[bytes, str]] = {
    b"PARE": "its footer is encrypted, which is not supported; write it without encryption",
    b"FEA1": "it is a Feather file of version 1, which Arrow gives up; write it again as version 2",
    b"ORC": "it is an ORC file; convert it with `pandas.read_orc(file).to_parquet(...)`",
    b"CSDP": "it is a saved drift profile, not a table",
    b"\x1f\x8b": "it is compressed with gzip; unpack it, as parquet compresses itself, and convert what is in it",
    b"BZh": "it is compressed with bzip2; unpack it, and convert what is in it",
    b"\x28\xb5\x2f\xfd": "it is compressed with zstd; unpack it, and convert what is in it",
    b"ARROW1": "it is an Arrow or Feather file; rename it to end in .feather, and it is read as that",
}
"""What a file is if nothing could read it; CSV may begin with the same letters, and may be compressed."""
_BY_SUFFIX: Final[Mapping[str, str]] = {
    ".xlsx": _WORKBOOK,
    ".xlsm": _WORKBOOK,
    ".xlsb": _WORKBOOK,
    ".xls": _WORKBOOK,
    ".ods": _SPREADSHEET,
    ".docx": _WORD,
    ".doc": _WORD,
    ".pptx": _SLIDES,
    ".ppt": _SLIDES,
}
"""What an office document is, where its first bytes leave it open."""
OFFICE_SUFFIXES: Final = tuple(_BY_SUFFIX)
_MEMBER: Final = re.compile(
    rb"PK\x03\x04.{26}(xl/|word/|ppt/|mimetypeapplication/vnd\.oasis\.opendocument\.spreadsheet)", re.DOTALL
)
_BY_MEMBER: Final[Mapping[bytes, str]] = {b"xl/": _WORKBOOK, b"word/": _WORD, b"ppt/": _SLIDES}
_TAR: Final = (257, b"ustar")
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


def foreign(head: bytes, name: str) -> str | None:
    """Say which well-known format that is never read as a table a file has, and what to do; None for any other file.

    `head` are its first bytes, unpacked where it is compressed. Its name tells office documents apart whose first bytes
    are the same.
    """
    if head.startswith(_ZIPPED):
        return _in_zip(head) or _by_suffix(name) or _ZIP
    if head.startswith(_OLD_OFFICE):
        return _by_suffix(name) or _OFFICE
    if (words := _beginning(head, _KINDS)) is not None:
        return words
    at, magic = _TAR
    if head[at : at + len(magic)] == magic:
        return _ARCHIVE
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return _JSON if text.startswith((b"{", b"[")) else _PAGE if text.startswith(b"<") else None


def _in_zip(head: bytes) -> str | None:
    found = _MEMBER.search(head)
    return None if found is None else _BY_MEMBER.get(found[1], _SPREADSHEET)


def _by_suffix(name: str) -> str | None:
    return next((words for suffix, words in _BY_SUFFIX.items() if name.lower().endswith(suffix)), None)


def _beginning(head: bytes, kinds: Mapping[bytes, str]) -> str | None:
    return next((words for magic, words in kinds.items() if head.startswith(magic)), None)


def described(ends: Ends, name: str = "") -> str | None:
    """Say what a file seems to be and what to do, or return None if it begins and ends like a parquet file."""
    head = ends.head
    if ends.size == 0:
        return "it is empty (0 bytes); write or copy it again"
    if head.startswith(_MAGIC):
        return None if ends.tail == _MAGIC and ends.size > SMALLEST else _CUT
    known = foreign(head, name) or _beginning(head, _UNLESS_TEXT)
    if known is not None:
        return known
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
