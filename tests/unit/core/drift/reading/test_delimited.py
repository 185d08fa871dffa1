"""The reader finds the columns, their kinds and the header of a CSV file also where they are not obvious."""

import gzip
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyarrow import fs

from courtside.core.drift.reading.formats import delimited
from courtside.core.drift.reading.formats.cells import EMPTY, KINDS, TEXT, present_cells, read_as
from courtside.core.drift.reading.formats.delimited import Delimited
from courtside.core.drift.reading.formats.errors import (
    NumbersAmbiguous,
    RowsMalformed,
    TitleAboveHeader,
    TooManyColumns,
    UnreadableFile,
)
from courtside.core.drift.reading.formats.looking import KindOfColumn


def read(path: Path, text: str) -> pa.Table:
    path.write_text(text, encoding="utf-8")
    return pa.Table.from_batches(list(Delimited.of(fs.LocalFileSystem(), str(path)).batches()))


CELLS = [
    "1",
    " 2 ",
    "2.5",
    "1,234",
    "12,5",
    "true",
    "x",
    "",
    " ",
    "NA",
    " NA",
    "2024-03-01",
    "2024-03-01 10:00",
    "+7",
    "007",
]


@given(st.lists(st.lists(st.sampled_from(CELLS), max_size=4), max_size=4))
@example([["1"], ["2.5"], [" 2 "], ["1,234"]])
@example([["2024-03-01"] * 200, ["2024-03-01 10:00"]])
def test_a_column_read_in_blocks_has_the_kind_of_all_its_cells(batches: list[list[str]]) -> None:
    arrays = [pa.array(batch, pa.string()) for batch in batches]
    looking = KindOfColumn()
    for array in arrays:
        looking.look(array)
    while looking.unsure:
        looking.again()
        for array in arrays:
            looking.look(array)
    present = present_cells(pa.array([cell for batch in batches for cell in batch], pa.string()))
    fitting = (kind for kind in KINDS if kind.fits(present))
    assert looking.found is (next(fitting, TEXT) if len(present) else EMPTY)
    for array in arrays:
        assert read_as(looking.found, array, spaced=looking.spaced).equals(read_as(looking.found, array))


def test_later_blocks_of_a_file_may_change_every_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "BLOCK_BYTES", 256)
    monkeypatch.setattr(delimited, "BYTES_PER_COLUMN", 1)
    beginning = "".join(f"{number},{number},2024-03-01,{number},true\n" for number in range(200))
    end = '7.5, 8 ,2024-03-01T10:00,"1,234",yes\n'
    rows = read(tmp_path / "t.csv", f"a,b,c,d,e\n{beginning}{end}")
    assert [str(kind) for kind in rows.schema.types] == ["double", "int64", "timestamp[us]", "double", "string"]
    assert rows.num_rows == 201
    assert rows.slice(200).to_pydict() | {"c": None} == {"a": [7.5], "b": [8], "c": None, "d": [1234.0], "e": ["yes"]}


def test_a_table_with_thousands_of_columns_is_read_in_few_blocks(tmp_path: Path) -> None:
    names = [f"column {number}" for number in range(3_000)]
    row = ",".join(str(number / 7) for number in range(3_000))
    path = tmp_path / "wide.csv"
    path.write_text(f"{','.join(names)}\n" + f"{row}\n" * 100)
    batches = list(Delimited.of(fs.LocalFileSystem(), str(path)).batches())
    assert len(batches) == 2  # an empty one, and all of 5 MB
    assert set(batches[1].schema.types) == {pa.float64()}


TITLES = [
    ("Sales report 2024\nregion,amount,day\nnorth,1,2024-01-01\nsouth,2,2024-01-02\n", 2),
    ("Sales report 2024,,\nregion,amount,day\nnorth,1,2024-01-01\nsouth,2,2024-01-02\n", 2),
    ("Sales report 2024\n\nregion;amount;day\nnorth;1;2024-01-01\nsouth;2;2024-01-02\n", 3),
    ("Sales report\nall regions\n\nregion\tamount\tday\nnorth\t1\t2024-01-01\nsouth\t2\t2024-01-02\n", 4),
    ("Report for March, 2024\nregion,amount,day,hour,store\nnorth,1,2,3,a\nsouth,2,3,4,b\n", 2),
    ('"Sales, by region"\nregion,amount,day\nnorth,1,2024-01-01\nsouth,2,2024-01-02\n', 2),
]


@pytest.mark.parametrize(("text", "line"), TITLES)
def test_a_title_above_the_header_is_refused_and_the_headers_line_named(tmp_path: Path, text: str, line: int) -> None:
    with pytest.raises(TitleAboveHeader, match=f"the header seems to be line {line} .'region") as refused:
        read(tmp_path / "t.csv", text)
    assert refused.value.line == line
    assert "delete the lines above the header" in str(refused.value)
    below = text.splitlines(keepends=True)[line - 1 :]
    assert read(tmp_path / "t.csv", "".join(below)).num_rows == 2


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("note\none\ntwo\nthree\n", ["note"]),
        ("region,,\nnorth,1,2\nsouth,2,3\n", ["region", "", ""]),
        ("a,b\nx,y\nz,w\n", ["a", "b"]),
        ("only header,b,c\n", ["only header", "b", "c"]),
    ],
)
def test_a_first_line_that_may_be_the_header_is_taken_as_the_header(
    tmp_path: Path, text: str, names: list[str]
) -> None:
    assert read(tmp_path / "t.csv", text).column_names == names


def test_a_short_header_above_rows_of_numbers_is_not_a_title(tmp_path: Path) -> None:
    with pytest.raises(RowsMalformed):
        read(tmp_path / "t.csv", "speed\n1,2.5\n2,3.5\n3,4.5\n")


def columns(*cells: Sequence[str]) -> str:
    rows = zip(*cells, strict=True)
    return ";".join(f"c{place}" for place in range(len(cells))) + "\n" + "".join(";".join(row) + "\n" for row in rows)


THOUSANDS = ["1.234", "12.500", "950"]


@pytest.mark.parametrize(
    ("others", "read_as_numbers"),
    [
        ([["1,5", "2", "3"]], [1234.0, 12500.0, 950.0]),
        ([["1.234.567", "2", "3"]], [1234.0, 12500.0, 950.0]),
        ([["1.5", "2", "3"]], [1.234, 12.5, 950.0]),
        ([["0.123", "2.345", "3.456"]], [1.234, 12.5, 950.0]),
    ],
)
def test_another_column_tells_what_a_point_means_in_a_semicolon_file(
    tmp_path: Path, others: list[list[str]], read_as_numbers: list[float]
) -> None:
    assert read(tmp_path / "t.csv", columns(THOUSANDS, *others)).column("c0").to_pylist() == read_as_numbers


@pytest.mark.parametrize(
    "others",
    [
        [["a", "b", "c"]],
        [["1", "2", "3"]],
        [["1,5", "2", "3"], ["1.5", "2", "3"]],
    ],
)
def test_numbers_with_an_ambiguous_point_are_refused(tmp_path: Path, others: list[list[str]]) -> None:
    with pytest.raises(NumbersAmbiguous, match=r"its column 'c0' holds only numbers like 1\.234") as refused:
        read(tmp_path / "t.csv", columns(THOUSANDS, *others))
    assert refused.value.columns == ("c0",)
    assert isinstance(refused.value, UnreadableFile)


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        (["1.234", "1.5"], [1.234, 1.5]),
        (["1.234", "0.500"], [1.234, 0.5]),
        (["1.234", "1234"], [1.234, 1234.0]),
        (["1.234", "1.234,5"], [1234.0, 1234.5]),
        (["12", "950"], [12, 950]),
    ],
)
def test_a_single_cell_may_tell_what_a_point_means(tmp_path: Path, cells: list[str], found: list[Any]) -> None:
    assert read(tmp_path / "t.csv", columns(cells, ["a", "b"])).column("c0").to_pylist() == found


def test_a_point_in_a_comma_separated_file_is_a_decimal_point(tmp_path: Path) -> None:
    text = columns(THOUSANDS, ["a", "b", "c"]).replace(";", ",")
    assert read(tmp_path / "t.csv", text).column("c0").to_pylist() == [1.234, 12.5, 950.0]


def test_very_many_columns_are_refused_with_the_advice_to_write_parquet(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    names = ",".join(f"c{number}" for number in range(20_001))
    path.write_text(f"{names}\n{names}\n")
    with pytest.raises(TooManyColumns, match=r"it has 20,001 columns, .* 20,000 at most; write it as parquet"):
        Delimited.of(fs.LocalFileSystem(), str(path))
    path.write_text(path.read_text().replace(",c20000", ""))
    assert len(Delimited.of(fs.LocalFileSystem(), str(path)).columns) == 20_000


def test_a_text_whose_first_line_does_not_end_is_no_table(tmp_path: Path) -> None:
    path = tmp_path / "line.csv.gz"
    path.write_bytes(gzip.compress(b"0" * 2**24, 1) * 100)
    with pytest.raises(UnreadableFile, match="its first line does not end within 32 MiB"):
        Delimited.of(fs.LocalFileSystem(), str(path))
