"""An id is found in every kind of file, and the same file without it is whole."""

import gzip
import io
import json
import zipfile
from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv

from courtside.contracts.model_card import ModelInterface
from courtside.core.forget import Wanted, searched, wanted_ids
from courtside.core.forget.content import UNREADABLE, copies_of
from courtside.core.forget.rows import KnownRows
from courtside.core.parquet import parquet_content, parquet_groups, read_parquet_content, read_parquet_group
from courtside.core.predictions.said_columns import said_columns
from courtside.core.rows.ids import ids_of
from courtside.core.tasks import prediction_column, predictions_of
from tests.datasets.churn import DATASET

LOANS = replace(DATASET, name="loans", id_columns=("shop", "customer"), time_column="day")
DAYS = [date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 1)]


def wanted(*ids: str) -> Wanted:
    return wanted_ids(ids, DATASET)


def kept(content: bytes, looked_for: Wanted, name: str = "a.parquet") -> list[dict[str, object]]:
    """Return the rows of a parquet file that stay."""
    found = searched(name, content, looked_for)
    return read_parquet_content(found.content or content).to_pylist()


@pytest.mark.parametrize(
    "column",
    [
        pa.array([7, 17, 170]),
        pa.array([7.0, 17.0, 170.0]),
        pa.array(["7", "17", "170"]),
        pa.array(["7", "17", "170"]).dictionary_encode(),
        pa.array(["7", "17", "170"], pa.large_string()),
        pa.array([7, 17, 170]).cast(pa.decimal128(22, 2)),
        pa.array([7, 17, 170], pa.uint64()),
    ],
    ids=lambda column: str(column.type),
)
def test_a_short_id_is_found_in_columns_of_every_type_and_nowhere_else(column: pa.Array) -> None:
    table = pa.table({"customer_id": column, "measured_at": DAYS, "support_calls": [17, 1, 17]})
    assert [row["support_calls"] for row in kept(parquet_content(table), wanted("17"))] == [17, 17]
    assert searched("a.parquet", parquet_content(table), wanted("1")).holds is False


def test_ids_of_rows_are_found_by_their_part_whatever_the_time() -> None:
    table = pa.table(
        {"id": ["17|2026-03-01", "17|2026-03-02T08:00:00Z", "170|2026-03-01", "1|17"], "label": list("abcd")}
    )
    assert [row["label"] for row in kept(parquet_content(table), wanted("17"))] == ["c", "d"]


@pytest.mark.parametrize("name", ["a|b", "a\\", "\\|", "ö\n|x"])
def test_ids_with_marks_in_them_are_found_as_archives_write_them(name: str) -> None:
    rows = pa.table({"shop": ["1", "1", "2"], "customer": [name, "b", name], "day": DAYS})
    escaped = name.replace("\\", "\\\\").replace("|", "\\|")
    archive = pa.table({"id": ids_of(rows, LOANS), "row": [0, 1, 2]})
    both, alone = wanted_ids([f"1|{escaped}"], LOANS), wanted_ids([name], LOANS, column="customer")
    for looked_for, left in ((both, [1, 2]), (alone, [1])):
        assert [row["row"] for row in kept(parquet_content(archive), looked_for)] == left
        assert len(kept(parquet_content(rows), looked_for)) == len(left)


def test_an_earlier_contract_made_other_ids() -> None:
    before = replace(LOANS, id_columns=("customer",))
    archive = parquet_content(pa.table({"id": ["ann|2026-03-01", "1|ann|2026-03-01", "1|bob|2026-03-01"]}))
    now = wanted_ids(["ann"], LOANS, column="customer", contracts=[before])
    assert [row["id"] for row in kept(archive, now)] == ["1|bob|2026-03-01"]


def test_the_value_of_a_folder_counts_as_a_column() -> None:
    content = parquet_content(pa.table({"tenure_months": [1.0, 2.0]}))
    assert searched("a", content, wanted("17"), folders={"customer_id": "17"}).rows == 2
    assert searched("a", content, wanted("17"), folders={"customer_id": "18"}).rows == 0


def test_a_telling_id_is_masked_in_texts_of_other_rows() -> None:
    table = pa.table({"customer_id": ["a", "b"], "note": ["friend of C-000017", "friend of C-0000170"]})
    assert [row["note"] for row in kept(parquet_content(table), wanted("C-000017"))] == [
        "friend of [erased]",
        "friend of C-0000170",
    ]


def test_schema_and_metadata_of_a_table_stay() -> None:
    segments = pa.field("segments", pa.map_(pa.string(), pa.string()))
    schema = pa.schema([pa.field("customer_id", pa.int32(), nullable=False), segments], metadata={"made by": "us"})
    table = pa.table({"customer_id": [17, 18], "segments": [[("a", "b")], None]}, schema=schema)
    left = read_parquet_content(searched("a", parquet_content(table), wanted("17")).content or b"")
    assert left.schema.equals(read_parquet_content(parquet_content(table)).schema, check_metadata=True)
    assert left.num_rows == 1


def test_rows_set_aside_lose_theirs() -> None:
    content = io.BytesIO()
    csv.write_csv(pa.table({"row": [3, 4], "reason": ["no time", 'said "no"'], "customer_id": [17, 18]}), content)
    found = searched("rows.csv", content.getvalue(), wanted("17"))
    assert found.rows == 1
    left = csv.read_csv(io.BytesIO(found.content or b"")).to_pylist()
    assert left == [{"row": 4, "reason": 'said "no"', "customer_id": 18}]


@pytest.mark.parametrize("cell", ["17", "17|2026-03-01"])
def test_what_a_query_found_is_found_whatever_it_calls_its_columns(cell: str) -> None:
    content = f'"who","share"\n"18","0.5"\n"{cell}","0.2"\n'.encode()
    assert searched("result.csv", content, wanted("17"), any_column=True).rows == 1
    assert not searched("result.csv", content, wanted("1"), any_column=True).holds
    assert not searched("rows.csv", content, wanted("17")).holds


def test_documents_are_masked_and_ids_that_are_named_as_such_are_left_out() -> None:
    said = {"unknown_ids": ["17|2026-03-01", "18|2026-03-01", "1…1"], "rows": 17, "file": "17.csv", "17": ["17"]}
    found = searched("load.json", json.dumps(said).encode(), wanted("17"))
    assert json.loads(found.content or b"") == {**said, "unknown_ids": ["18|2026-03-01"]}
    told = searched("a.json", b'{"line": "row C-000017, C-000017x"}', wanted("C-000017"))
    assert json.loads(told.content or b"") == {"line": "row [erased], C-000017x"}


@pytest.mark.parametrize(("name", "written"), [('O"Neil & <x>', "O&quot;Neil &amp; &lt;x&gt;"), ("Ann Lee", "Ann Lee")])
def test_pages_are_masked_however_they_escape(name: str, written: str) -> None:
    found = searched("a.html", f"<p>{written}</p>".encode(), wanted(name))
    assert found.content == b"<p>[erased]</p>"


def test_in_binary_files_it_is_found_and_nothing_is_changed() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("weights", b"\x00C-000017\x00")
    for content in (archive.getvalue(), gzip.compress(b"C-000017,1"), b"\x00C-000017\xff"):
        found = searched("a.bin", content, wanted("C-000017"))
        assert (found.mentions, found.content) == (1, None)


def test_copies_are_found_by_all_of_their_features() -> None:
    known = KnownRows()
    known.add(pa.table({"customer_id": [17], "x": [1], "y": pa.array([None], pa.float64()), "z": [True]}))
    rows = pa.table({"x": [1.0, 1.0, 2.0], "y": [None, 3.0, None], "z": [1, 1, 1], "expected": [0.1, 0.2, 0.3]})
    found = copies_of(parquet_content(rows), known, besides="expected")
    assert found.rows == 1
    assert read_parquet_content(found.content or b"").column("expected").to_pylist() == [0.2, 0.3]
    assert not copies_of(parquet_content(rows), KnownRows(), besides="expected").holds


def test_what_was_said_of_the_other_rows_stays_as_it_was_in_every_task() -> None:
    known = KnownRows()
    known.add(pa.table({"customer_id": [17], "x": [1]}))
    said = np.array([[0.1, 0.2, 0.7], [0.3, 0.3, 0.4], [0.5, 0.25, 0.25]])
    rows = pa.table({"x": [1.0, 2.0, 3.0], "expected": prediction_column(said)})
    found = copies_of(parquet_content(rows), known, besides="expected")
    left = read_parquet_content(found.content or b"")
    np.testing.assert_array_equal(predictions_of(left.column("expected")), said[1:])
    interface = ModelInterface.of("y", ("a", "b", "c"), {"x": "number"}, task="multiclass")
    ids = [f"{each}|2026-03-01" for each in (17, 18, 19)]
    stored = pa.table({"id": ids, **said_columns(said, interface)})
    assert kept(parquet_content(stored), wanted("17")) == stored.slice(1).to_pylist()


MAIL = "anna@here.org"
OTHERS = [f"{MAIL}.au", f"jo{MAIL}", f"jo.{MAIL}", f"x+{MAIL}", f"{MAIL}/2", f"{MAIL}\u0301"]
"""Ids that have another one as a part."""


@pytest.mark.parametrize(("column", "end"), [("customer_id", ""), ("id", "|2026-03-01")])
def test_ids_of_others_that_have_the_id_as_a_part_are_left_alone(column: str, end: str) -> None:
    others = [f"{each}{end}" for each in OTHERS]
    table = pa.table({column: [f"{MAIL}{end}", *others], "note": [f"as {MAIL} said"] * (len(others) + 1)})
    written = io.BytesIO()
    csv.write_csv(table, written)
    rows = kept(parquet_content(table), wanted(MAIL))
    assert rows == [{column: each, "note": "as [erased] said"} for each in others]
    said = searched("rows.csv", written.getvalue(), wanted(MAIL)).content
    assert csv.read_csv(io.BytesIO(said or b"")).to_pylist() == rows


def test_unknown_ids_of_others_in_a_load_of_labels_are_left_alone() -> None:
    content = json.dumps({"unknown_ids": [MAIL, *OTHERS]}).encode()
    assert json.loads(searched("load.json", content, wanted(MAIL)).content or b"")["unknown_ids"] == [
        "[erased]",
        *OTHERS,
    ]


def test_an_id_is_found_in_json_that_a_ledger_wrote_in_any_form() -> None:
    name = 'Zoë "the\\cat" Lee'
    for ascii_only in (True, False):
        assert wanted(name).masked(json.dumps([name], ensure_ascii=ascii_only)) == '["[erased]"]'


def test_a_merged_file_of_a_log_keeps_the_rows_of_each_number_apart() -> None:
    parts = [pa.table({"id": [each], "note": ["of C-000017"]}) for each in ("C-1", "C-000017|2026-03-01", "C-3")]
    found = searched("archive/x/dt=2026-03-01/000001-000003.parquet", parquet_groups(parts), wanted("C-000017"))
    left = [read_parquet_group(found.content or b"", group, columns=["id"]).to_pylist() for group in range(3)]
    assert left == [[{"id": "C-1"}], [], [{"id": "C-3"}]]
    assert (found.rows, found.left) == (1, 2)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.parquet", b"PAR1"),
        ("a.zip", b"PK\x03\x04 and nothing"),
        ("a.gz", b"\x1f\x8b and nothing"),
        ("a.gz", gzip.compress(b"C-000017" * 100, mtime=0)[:-20] + b"damaged"),
        ("a.json", b"[" * 100_000),
        ("a.csv", b'"customer_id"\n\xff'),
    ],
)
def test_a_damaged_file_of_any_kind_is_one_that_cannot_be_read(name: str, content: bytes) -> None:
    with pytest.raises(UNREADABLE):
        searched(name, content, wanted("C-000017"))


def test_cells_of_any_length_are_searched() -> None:
    content = f'"customer_id","note"\n"C-1","{"long " * 40_000}C-000017"\n'.encode()
    assert searched("rows.csv", content, wanted("C-000017")).mentions == 1
