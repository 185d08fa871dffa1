"""The columns of CSV files hold what the contract says, not what the cells of one file look like."""

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyarrow import fs

from courtside.core.dataset import Dataset, Feature, FeatureKind, Inference
from courtside.core.drift.reading import ALL_DAYS, open_table
from courtside.workflows.row_source import FilesDiffer
from courtside.workflows.rows import rows_before, usable_files
from courtside.workflows.table_loads import load_table
from courtside.workflows.tables import table_content
from tests.fakes.ports import InMemoryLake

DATASET = Dataset(
    name="visits",
    time_column=None,
    season_column=None,
    id_columns=("id",),
    target="bought",
    features=(
        Feature("age", FeatureKind.NUMERIC),
        Feature("plan", FeatureKind.CATEGORICAL),
        Feature("member", FeatureKind.BINARY),
    ),
    builder=None,
    reference_seasons=1,
)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
Cells = Sequence[str | None]


def content(**columns: Cells) -> bytes:
    """Return one file's content; columns that are not given hold plain values."""
    rows = max(len(cells) for cells in columns.values())
    plain = {"id": [f"v{row}" for row in range(rows)], "age": ["30"] * rows, "plan": ["a"] * rows}
    whole = {**plain, "member": ["0"] * rows, "bought": ["0", "1"] * rows, **columns}
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(whole)
    writer.writerows(zip(*whole.values(), strict=False))
    return file.getvalue().encode()


def read(folder: Path, *files: bytes, dataset: Dataset = DATASET) -> pa.Table:
    """Return the rows that a training gets of a folder with these files."""
    folder.mkdir(exist_ok=True)
    for place, each in enumerate(files):
        (folder / f"{place}.csv").write_bytes(each)
    table = open_table(fs.LocalFileSystem(), str(folder), name="visits")
    return pq.read_table(pa.BufferReader(table_content(table, dataset)))


def texts(table: pa.Table, name: str) -> list[str | None]:
    column: Any = table.column(name)
    return [None if cell is None else str(cell) for cell in column.to_pylist()]


ODD = ["007", "+5", "1.0", "true", "TRUE", "2024-01-01", "1e3", "NA", " 7", "1,5", "7", "-0", "99999999999999999999"]


@pytest.mark.parametrize("cell", ODD)
@pytest.mark.parametrize("column", ["plan", "id"])
def test_a_label_keeps_its_text_whatever_else_its_file_holds(column: str, cell: str, tmp_path: Path) -> None:
    alone, among = content(**{column: [cell]}), content(**{column: ["x1", "8" + cell]})
    assert texts(read(tmp_path / "one", alone), column) == [cell]
    assert texts(read(tmp_path / "two", alone, among), column) == [cell, "x1", "8" + cell]


@pytest.mark.parametrize("cells", [["1", "20", "-3"], ["0", None, "7"]])
def test_labels_that_are_whole_numbers_in_their_shortest_form_stay_numbers(cells: Cells, tmp_path: Path) -> None:
    found = read(tmp_path / "t", content(plan=cells))
    assert found.schema.field("plan").type == pa.int64()
    assert texts(found, "plan") == cells


labels = st.one_of(
    st.none(),
    st.sampled_from(ODD),
    st.integers(-1000, 1000).map(str),
    st.text(st.sampled_from("ab 0123456789+-.,;\"'eENA"), min_size=1, max_size=6),
)
numbers = st.one_of(
    st.sampled_from([None, "NA", " ", "null", "007", "+5", "1.0", " 2.5 ", "1e3", "-.5"]),
    st.integers(-(10**6), 10**6).map(str),
    st.floats(-1e6, 1e6).map(repr),
)


def cut(cells: Cells, places: Sequence[int]) -> list[Cells]:
    ends = sorted({min(place, len(cells)) for place in places} | {len(cells)})
    return [cells[start:end] for start, end in zip([0, *ends], ends, strict=False) if end > start]


@given(st.lists(st.tuples(labels, numbers), min_size=1, max_size=12), st.lists(st.integers(1, 12), max_size=3))
@example([(";", None), (";", None)], [])
@settings(max_examples=60, deadline=None)
def test_a_table_split_into_files_reads_as_the_whole_one(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str | None, str | None]], places: list[int]
) -> None:
    plans, ages = [row[0] for row in rows], [row[1] for row in rows]
    files = [content(plan=plan, age=age) for plan, age in zip(cut(plans, places), cut(ages, places), strict=True)]
    split = read(tmp_path_factory.mktemp("split"), *files)
    whole = read(tmp_path_factory.mktemp("whole"), content(plan=plans, age=ages))
    assert texts(split, "plan") == texts(whole, "plan") == plans
    known = [None if age is None or age.strip() in {"", "NA", "null"} else float(age) for age in ages]
    for table in (split, whole):
        assert table.column("age").to_pylist() == known


@pytest.mark.parametrize("cells", [[None, None], ["NA", "NA"], [" ", "  "], ["null", None]])
def test_a_numeric_column_without_a_value_takes_the_type_of_the_others(cells: Cells, tmp_path: Path) -> None:
    for place, files in enumerate([(cells, ["1.5", "2"]), (["1.5", "2"], cells)]):
        found = read(tmp_path / str(place), *(content(age=each) for each in files))
        assert found.schema.field("age").type == pa.float64()
        assert found.column("age").null_count == 2
    assert read(tmp_path / "alone", content(age=cells)).column("age").null_count == 2


@pytest.mark.parametrize("column", ["age", "member"])
def test_truth_values_are_zeros_and_ones_where_another_file_holds_numbers(column: str, tmp_path: Path) -> None:
    files = [content(**{column: ["true", "False", None]}), content(**{column: ["1", "0"]})]
    for place, given_ in enumerate((files, files[::-1])):
        assert sorted(texts(read(tmp_path / str(place), *given_), column), key=str) == ["0", "0", "1", "1", None]


def test_text_among_numbers_is_refused_with_the_file_and_the_column(tmp_path: Path) -> None:
    with pytest.raises(FilesDiffer, match=r"visits/1\.csv does not fit .* its column 'age' is of another type"):
        read(tmp_path / "t", content(age=["1"]), content(age=["old"]))


def test_a_folder_whose_features_are_to_be_inferred_is_read_together(tmp_path: Path) -> None:
    infer = replace(DATASET, features=(), inference=Inference())
    found = read(tmp_path / "t", content(plan=["1", "2"]), content(plan=["x1"]), dataset=infer)
    assert texts(found, "plan") == ["1", "2", "x1"]


def loaded(folder: Path, *files: bytes) -> pa.Table:
    """Return the table of a lake into which these files were loaded one after another."""
    lake = InMemoryLake()
    for place, each in enumerate(files):
        path = folder / f"{place}.csv"
        path.write_bytes(each)
        rows = table_content(open_table(fs.LocalFileSystem(), str(path), name=path.name), DATASET)
        load_table(rows, file=path.name, lake=lake, dataset=DATASET, now=NOW, progress=lambda _: None)
    found, quarantined = usable_files(ALL_DAYS, lake=lake, dataset=DATASET)
    assert not quarantined
    return rows_before(NOW.date().replace(year=2030), found, dataset=DATASET)


def files_of(column: str, *cells: Cells) -> list[bytes]:
    """Return a file for each, in which no id repeats."""
    return [
        content(**{"id": [f"{place}-{row}" for row in range(len(each))], column: each})
        for place, each in enumerate(cells)
    ]


@pytest.mark.parametrize(
    ("column", "files", "expected"),
    [
        ("plan", [["1", "2"], ["007", "x"]], ["1", "2", "007", "x"]),
        ("plan", [["007"], ["1", "2"], ["1.0"]], ["007", "1", "2", "1.0"]),
        ("plan", [["1", "2"], ["1.0", None], ["2", "NA"]], ["1", "2", "1", None, "2", None]),
        ("age", [[None], ["1"], ["2.5"], [" "], ["NA"], ["3"]], [None, 1.0, 2.5, None, None, 3.0]),
        ("age", [["2.5"], ["007"], ["true", "false"]], [2.5, 7.0, 1.0, 0.0]),
        ("member", [["true"], ["0", "1"], ["NA"], ["1.0", None]], [True, False, True, None, True, None]),
        ("member", [["1", "0"], ["true", None], ["False"]], [1, 0, 1, None, 0]),
    ],
)
def test_loads_of_csv_files_read_together(column: str, files: list[Cells], expected: list[Any], tmp_path: Path) -> None:
    found = loaded(tmp_path, *files_of(column, *files))
    got = texts(found, column) if column == "plan" else found.column(column).to_pylist()
    assert sorted(map(repr, got)) == sorted(map(repr, expected))
