"""CSV, Feather and parquet files with the same rows are read as the same table."""

import gzip
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import feather, fs, ipc

from courtside.core.drift.reading import UnreadableFile, open_table
from courtside.core.drift.reading.formats.cells import read_as
from courtside.core.drift.reading.formats.delimited import Delimited
from courtside.core.drift.reading.formats.errors import HeaderMissing, NotUtf8, QuoteUnclosed, RowsMalformed
from courtside.core.drift.reading.formats.looking import KindOfColumn

ROWS = pa.table(
    {
        "id": pa.array([1, 2, 2**60]),
        "zip": ["01234", "99999", None],
        "paid": [1234.5, None, -2.0],
        "active": [True, False, None],
        "day": pa.array(["2024-03-01", "2024-03-02", "2024-03-03"]).cast(pa.date32()),
        "note": ["a,b", 'say "hi"', "two\nlines"],
    }
)
TEXT = (
    "id,zip,paid,active,day,note\n"
    '1,01234,"1,234.5",true,2024-03-01,"a,b"\n'
    '2,99999,NA,False,2024-03-02,"say ""hi"""\n'
    '1152921504606846976,,-2,,2024-03-03,"two\nlines"\n'
)


def read(path: Path) -> pa.Table:
    table = open_table(fs.LocalFileSystem(), str(path), name=path.name)
    return pa.Table.from_batches(list(table.of(ROWS.column_names)))


def plain(table: pa.Table) -> dict[str, list[Any]]:
    return {name: table.column(name).to_pylist() for name in ROWS.column_names}


def saved(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", TEXT.encode()),
        ("t.csv", b"\xef\xbb\xbf" + TEXT.encode()),
        ("t.csv", TEXT.replace("\n1", "\r\n1").encode()),
        ("t.csv", TEXT.replace("\n", "\r").replace("two\r", "two\n").encode()),
        ("t.tsv", TEXT.replace(",", "\t").replace("1\t234", "1,234").replace("a\tb", "a,b").encode()),
        ("semicolons.txt", TEXT.replace(",", ";").replace('"1;234.5"', '"1.234,5"').replace("a;b", "a,b").encode()),
        ("t.csv.gz", gzip.compress(TEXT.encode())),
        ("no_suffix", TEXT.encode()),
    ],
)
def test_separated_values_are_read_with_their_types(tmp_path: Path, name: str, content: bytes) -> None:
    assert plain(read(saved(tmp_path / name, content))) == plain(ROWS)


def test_feather_and_arrow_files_are_read(tmp_path: Path) -> None:
    feather.write_feather(ROWS, str(tmp_path / "new.feather"))
    with ipc.new_stream(tmp_path / "t.arrows", ROWS.schema) as stream:
        stream.write_table(ROWS)
    assert plain(read(tmp_path / "new.feather")) == plain(ROWS)
    assert plain(read(tmp_path / "t.arrows")) == plain(ROWS)


def test_a_column_that_is_empty_in_one_file_of_a_folder_has_the_type_of_the_others(tmp_path: Path) -> None:
    saved(tmp_path / "a.csv", "number,note\n1.5,\n")
    saved(tmp_path / "b.csv", "number,note\n,later\n")
    found = open_table(fs.LocalFileSystem(), str(tmp_path), name="t").sample().rows
    assert found.to_pydict() == {"number": [1.5, None], "note": [None, "later"]}


def test_a_folder_is_read_in_one_format_and_parquet_takes_precedence(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        saved(tmp_path / name, TEXT)
    saved(tmp_path / "README.txt", "no rows")
    assert read(tmp_path).num_rows == 2 * ROWS.num_rows
    pq.write_table(ROWS, tmp_path / "c.parquet")
    assert read(tmp_path).num_rows == ROWS.num_rows


def test_a_file_with_only_a_header_is_a_table_without_rows(tmp_path: Path) -> None:
    found = Delimited.of(fs.LocalFileSystem(), str(saved(tmp_path / "t.csv", "a;b\n")))
    assert pa.Table.from_batches(list(found.batches())).num_rows == 0


@pytest.mark.parametrize(
    ("content", "error", "says"),
    [
        (TEXT.encode("utf-16"), NotUtf8, "written in UTF-16"),
        ("name,city\nAnn,Zürich\n".encode("latin-1"), NotUtf8, "0xfc"),
        (b"name,city\n" + b"Ann,Bern\n" * 20_000 + "Bo,Zürich\n".encode("latin-1"), NotUtf8, "no UTF-8 text"),
        (b"\na,b\n", HeaderMissing, "add a header"),
        (b"a,b\n1,2\n1,2,3\n4\n", RowsMalformed, "rows 2, 3 do not have 2 cells"),
        (b"", UnreadableFile, "it is empty"),
        (b"\n\n \n", UnreadableFile, "blank lines only"),
        (TEXT.encode("utf-16-le"), NotUtf8, "written in UTF-16"),
        (b"a,b\n1,x\0y\n", UnreadableFile, "NUL characters"),
        (b'a,b,c\n1,2,"x\n' + b"1,2,x\n" * 9, QuoteUnclosed, "after 8 rows or more, or never"),
        (b'a,b,c\n1,2,"x\n' + b"1,2,x\n" * 9 + b'1,2,"x\n', QuoteUnclosed, "'x' begins with a double quote"),
    ],
)
def test_text_that_is_not_a_table_is_refused_with_the_reason(
    tmp_path: Path, content: bytes, error: type[UnreadableFile], says: str
) -> None:
    with pytest.raises(error, match=says):
        read(saved(tmp_path / "t.csv", content))


def test_a_quoted_text_of_several_lines_is_one_cell(tmp_path: Path) -> None:
    text = "Dear all,\nyes, no, perhaps, why\nnothing\n1,2\nbye"
    found = Delimited.of(fs.LocalFileSystem(), str(saved(tmp_path / "t.csv", f'a,b,c\n1,2,"{text}"\n')))
    assert pa.Table.from_batches(list(found.batches())).to_pylist() == [{"a": 1, "b": 2, "c": text}]


def test_a_quoted_text_of_several_lines_may_be_the_only_column(tmp_path: Path) -> None:
    text = "Dear all,\none\ntwo\nthree\nfour\nbye"
    found = Delimited.of(fs.LocalFileSystem(), str(saved(tmp_path / "t.csv", f'note\n"{text}"\n')))
    assert pa.Table.from_batches(list(found.batches())).to_pylist() == [{"note": text}]


def test_a_header_may_be_longer_than_the_first_bytes_examined(tmp_path: Path) -> None:
    names = [f"column_{place:06}" for place in range(20_000)]
    content = ",".join(names) + "\n" + ",".join("7" for _ in names) + "\n"
    found = Delimited.of(fs.LocalFileSystem(), str(saved(tmp_path / "t.csv", content)))
    assert (found.delimiter, list(found.columns)) == (",", names)


def test_an_error_gives_the_name_of_the_damaged_file(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"broken\.feather"):
        read(saved(tmp_path / "broken.feather", b"ARROW1\0\0" + b"x" * 50))


def kind_of(*batches: list[str | None]) -> str:
    kind = KindOfColumn()
    for batch in batches:
        kind.look(pa.array(batch, pa.string()))
    return kind.found.name


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "-2", "+3"], "integer"),
        (["1", "01"], "text"),
        (["18446744073709551615"], "unsigned integer"),
        (["999999999999999999999"], "text"),
        (["1", "2.5", "1e5", "-inf", "NaN"], "number"),
        (["1,234", "12"], "number with grouped thousands"),
        (["3,14", "2"], "number with a decimal comma"),
        (["1,23,456"], "text"),
        (["TRUE", "false", None], "truth value"),
        (["yes", "no"], "text"),
        (["NA", None], "nothing"),
        ([" ", "null"], "nothing"),
        (["NA", "Namibia"], "text"),
        (["2024-02-30"], "text"),
        (["2024-02-29", "2024-03-01 10:00"], "moment"),
        (["2024-02-29T10:00:00.123456789"], "moment in nanoseconds"),
        (["2024-02-29T10:00:00+0530"], "moment with a zone"),
    ],
)
def test_a_column_has_the_first_kind_that_fits_all_its_cells(cells: list[str | None], kind: str) -> None:
    assert kind_of(cells) == kind


@pytest.mark.parametrize(("delimiter", "value"), [(",", 1234.0), ("\t", 1234.0), (";", 1.234)])
def test_a_comma_before_three_digits_is_read_as_the_separator_suggests(
    tmp_path: Path, delimiter: str, value: float
) -> None:
    path = saved(tmp_path / "t.csv", f'x{delimiter}y\n"1,234"{delimiter}a\n')
    (rows,) = [batch for batch in Delimited.of(fs.LocalFileSystem(), str(path)).batches() if batch.num_rows]
    assert rows.column(0).to_pylist() == [value]


def test_a_type_is_decided_by_the_whole_file_and_not_by_its_beginning() -> None:
    assert kind_of(["1", "2"], ["3", "x"]) == "text"
    assert kind_of(["1", "2"], ["2.5"]) == "number"


@given(st.lists(st.integers(-(2**63), 2**63 - 1) | st.none(), min_size=1))
def test_integers_are_read_to_the_last_digit(values: list[int | None]) -> None:
    kind = KindOfColumn()
    cells = pa.array([None if value is None else str(value) for value in values], pa.string())
    kind.look(cells)
    assert read_as(kind.found, cells).to_pylist() == values
