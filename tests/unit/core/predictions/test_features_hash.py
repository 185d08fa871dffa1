"""A hash changes with any feature, and with nothing else: not with types, files, batches or the order of columns."""

import io
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.core.predictions.features_hash import DIGITS, features_hashes, read_back, written
from courtside.core.training.served_input import ColumnsMissing, ColumnUnusable

TAKEN = {"amount": "number", "channel": "string", "store": "int64"}
ROWS = pa.table(
    {
        "amount": [1.5, None, 0.0, 3.0, float("nan")],
        "channel": ["web", "shop", None, "", "Straße"],
        "store": pa.array([1, 2, None, 2**60, 3], pa.int64()),
    }
)
CELLS = st.tuples(
    st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True, width=64)),
    st.one_of(st.none(), st.text(max_size=4)),
    st.one_of(st.none(), st.integers(-(2**40), 2**40)),
)


def table_of(rows: list[tuple[Any, ...]]) -> pa.Table:
    types = (pa.float64(), pa.string(), pa.int64())
    columns = zip(*rows, strict=True)
    return pa.table({name: pa.array(cells, of) for name, cells, of in zip(TAKEN, columns, types, strict=True)})


def test_known_rows_have_known_hashes() -> None:
    """They are stored for years, so no release may change them."""
    assert written(features_hashes(ROWS, TAKEN)).to_pylist() == [
        "328e52b579ba92dc",
        "c8f4e1d59fb57ba3",
        "c28bdde7f8871144",
        "337dade2f3b69e1f",
        "015dec99f534c350",
    ]


@given(st.lists(CELLS, min_size=1, max_size=20), st.data())
def test_two_rows_share_a_hash_exactly_if_the_model_takes_the_same(rows: list[Any], data: st.DataObject) -> None:
    found = features_hashes(table_of(rows), TAKEN).tolist()
    keys = [tuple(map(_taken, row)) for row in rows]
    first, second = (data.draw(st.integers(0, len(rows) - 1)) for _ in range(2))
    assert (found[first] == found[second]) == (keys[first] == keys[second])


def _taken(cell: Any) -> Any:
    """Return what tells a cell apart: missing and infinite numbers are all missing, and there is one zero."""
    if isinstance(cell, float):
        return None if not np.isfinite(cell) else cell + 0.0
    return cell


@given(st.lists(CELLS, min_size=1, max_size=12))
def test_a_row_has_the_same_hash_alone_and_among_others(rows: list[Any]) -> None:
    together = features_hashes(table_of(rows), TAKEN).tolist()
    assert together == [features_hashes(table_of([row]), TAKEN)[0] for row in rows]


@given(st.lists(CELLS, min_size=1, max_size=12))
def test_parquet_and_other_libraries_change_nothing(rows: list[Any]) -> None:
    table = table_of(rows)
    stored = io.BytesIO()
    pq.write_table(table, stored)
    expected = features_hashes(table, TAKEN).tolist()
    for same in (pq.read_table(stored), pl.from_arrow(table).to_arrow(), pa.Table.from_pandas(table.to_pandas())):
        assert features_hashes(same, TAKEN).tolist() == expected


def test_a_csv_file_of_the_same_rows_changes_nothing() -> None:
    rows = ROWS.slice(0, 2)  # whole columns, as a CSV file has no nulls beside empty text
    file = io.BytesIO()
    pa_csv.write_csv(rows, file)
    read = pa_csv.read_csv(io.BytesIO(file.getvalue()))
    assert features_hashes(read, TAKEN).tolist() == features_hashes(rows, TAKEN).tolist()


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("amount", pa.array([1, 2, 3], pa.int16())),
        ("amount", pa.array([1, 2, 3], pa.float32())),
        ("amount", pa.array([1, 2, 3], pa.decimal128(9, 2))),
        ("amount", pa.array(["1", "2.0", "3e0"])),
        ("store", pa.array([1.0, 2.0, 3.0])),
        ("store", pa.array([1, 2, 3], pa.uint8())),
        ("store", pa.array([1, 2, 3]).dictionary_encode()),
        ("channel", pa.array(["1", "2", "3"], pa.large_string())),
        ("channel", pa.array(["1", "2", "3"], pa.string_view())),
        ("channel", pa.array(["1", "2", "3"]).dictionary_encode()),
    ],
)
def test_the_type_in_which_a_value_came_changes_nothing(name: str, same: Any) -> None:
    plain = {"amount": pa.array([1.0, 2.0, 3.0]), "channel": pa.array(["1", "2", "3"]), "store": pa.array([1, 2, 3])}
    expected = features_hashes(pa.table(plain), TAKEN).tolist()
    assert features_hashes(pa.table({**plain, name: same}), TAKEN).tolist() == expected


def test_the_order_of_columns_and_columns_that_the_model_does_not_read_change_nothing() -> None:
    expected = features_hashes(ROWS, TAKEN).tolist()
    other = ROWS.select(["store", "amount", "channel"]).append_column("more", pa.array(range(5)))
    assert features_hashes(other, dict(reversed(TAKEN.items()))).tolist() == expected


def test_the_same_values_in_other_columns_have_another_hash() -> None:
    one, other = pa.table({"a": [1.0], "b": [2.0]}), pa.table({"a": [2.0], "b": [1.0]})
    taken = {"a": "number", "b": "number"}
    assert features_hashes(one, taken)[0] != features_hashes(other, taken)[0]
    renamed = one.rename_columns(["a", "c"])
    assert features_hashes(one, taken)[0] != features_hashes(renamed, {"a": "number", "c": "number"})[0]


def test_they_are_written_with_all_their_digits() -> None:
    hashes = np.array([0, 1, 2**64 - 1], np.uint64)
    assert written(hashes).to_pylist() == ["0" * DIGITS, "0" * (DIGITS - 1) + "1", "f" * DIGITS]
    assert read_back(written(hashes)).tolist() == hashes.tolist()


def test_no_rows_have_no_hashes() -> None:
    assert written(features_hashes(ROWS.slice(0, 0), TAKEN)).to_pylist() == []


def test_a_column_that_is_missing_or_holds_no_numbers_is_named() -> None:
    with pytest.raises(ColumnsMissing, match="store"):
        features_hashes(ROWS.drop_columns(["store"]), TAKEN)
    with pytest.raises(ColumnUnusable, match="amount"):
        features_hashes(ROWS.set_column(0, "amount", ROWS.column("channel")), TAKEN)
