"""What is no table is recognised by its first bytes, whatever its name says, and every reader says the same of it."""

import gzip
import io
import json
import pickle
import tarfile
import zipfile
from pathlib import Path

import pytest
from pyarrow import fs

from courtside.core.drift.reading import UnreadableFile, open_table
from courtside.core.drift.reading.foreign import foreign
from courtside.core.games import read_games
from courtside.core.games.errors import GamesFileForeign


def zipped(*members: str, first: bytes = b"<x/>" * 100) -> bytes:
    """Return a ZIP archive with these members; the first of them holds this."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in members:
            kind = zipfile.ZIP_STORED if member == "mimetype" else None  # as the format wants it
            archive.writestr(member, first if member == members[0] else b"<x/>", kind)
    return content.getvalue()


def tarred() -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("table.csv"))
    return content.getvalue()


OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
SPREADSHEET = b"application/vnd.oasis.opendocument.spreadsheet"
FOREIGN = {
    "excel.xlsx": (zipped("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml"), "it is an Excel workbook; save it"),
    "openpyxl.xlsx": (
        zipped("docProps/app.xml", "docProps/core.xml", "xl/theme/theme1.xml"),
        "an Excel workbook; save",
    ),
    "short.xlsx": (b"PK\x03\x04" + bytes(30), "it is an Excel workbook; save it as CSV or parquet"),
    "old.xls": (OLD_OFFICE, "it is an Excel workbook; save it as CSV or parquet"),
    "locked.XLSX": (OLD_OFFICE, "it is an Excel workbook; save it as CSV or parquet"),
    "sheet.ods": (zipped("mimetype", "content.xml", first=SPREADSHEET), "it is an OpenDocument spreadsheet"),
    "text.docx": (zipped("[Content_Types].xml", "word/document.xml"), "it is a Word document"),
    "old.doc": (OLD_OFFICE, "it is a Word document"),
    "slides.pptx": (zipped("[Content_Types].xml", "ppt/presentation.xml"), "it is a PowerPoint presentation"),
    "table.zip": (zipped("table.csv", first=b"a,b\n1,2\n"), "it is a ZIP archive; unpack it"),
    "table.pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "it is a PDF document"),
    "table.rtf": (rb"{\rtf1\ansi table}", "it is a document in rich text format"),
    "table.json": (json.dumps([{"a": 1}]).encode(), "it is JSON"),
    "table.jsonl": (b'\xef\xbb\xbf{"a": 1}\n{"a": 2}\n', "it is JSON"),
    "table.html": (b"\n<!DOCTYPE html><table></table>", "it is a page or XML"),
    "table.tar": (tarred(), "it is an archive of files"),
    "table.7z": (b"7z\xbc\xaf\x27\x1c" + bytes(30), "it is an archive of files"),
    "table.png": (b"\x89PNG\r\n\x1a\n" + bytes(30), "it is a picture"),
    "table.jpg": (b"\xff\xd8\xff\xe0" + bytes(30), "it is a picture"),
    "table.pkl": (pickle.dumps({"a": [1]}), "it is a pickle of Python"),
    "table.db": (b"SQLite format 3\x00" + bytes(30), "it is an SQLite database"),
    "table.h5": (b"\x89HDF\r\n\x1a\n" + bytes(30), "it is an HDF5 file"),
}
SAME_BYTES = {"short.xlsx", "old.xls", "locked.XLSX", "old.doc"}
"""Of these only the name says what they are."""


@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_no_table_is_refused_by_what_it_is(name: str, tmp_path: Path) -> None:
    content, said = FOREIGN[name]
    path = tmp_path / name
    names = [path] if name in SAME_BYTES else [path, path.with_suffix(".csv"), path.with_suffix(".parquet")]
    for given in names:
        given.write_bytes(content)
        with pytest.raises(UnreadableFile, match=said):
            open_table(fs.LocalFileSystem(), str(given), name=given.name).require_readable()
        with pytest.raises(GamesFileForeign, match=said):
            read_games(given)


@pytest.mark.parametrize("name", sorted(FOREIGN.keys() - SAME_BYTES))
def test_it_is_recognised_when_it_is_compressed_as_well(name: str, tmp_path: Path) -> None:
    content, said = FOREIGN[name]
    path = tmp_path / "table.csv.gz"
    path.write_bytes(gzip.compress(content))
    with pytest.raises(UnreadableFile, match=said):
        open_table(fs.LocalFileSystem(), str(path), name=path.name).require_readable()
    with pytest.raises(GamesFileForeign, match=said):
        read_games(path)


@pytest.mark.parametrize("header", ["ORCID,name", "PARENT_ID,name", "FEA1,FEA2", "CSDP,x", "PK,x", "GIF8,x", "Obj,x"])
def test_names_of_columns_are_not_taken_for_a_format(header: str, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(f"{header}\n1,2\n")
    assert foreign(path.read_bytes(), path.name) is None
    table = open_table(fs.LocalFileSystem(), str(path), name=path.name)
    assert table.column_names == header.split(",")
