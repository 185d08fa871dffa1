from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.core.rows.exact_ids import IdsRounded
from courtside.core.rows.ids import NoIds, canonical_text, ids_of, row_ids
from courtside.datasets.catalog import load_dataset

WHOLE = st.integers(-(2**53), 2**53)


@given(st.lists(WHOLE, min_size=1))
def test_a_whole_number_has_one_text_in_whatever_type_it_is_stored(numbers: list[int]) -> None:
    said = [str(number) for number in numbers]
    for kind in (pa.int64(), pa.float64(), pa.string(), pa.large_string(), pa.string_view()):
        values: list[Any] = said if "string" in str(kind) else numbers
        assert canonical_text(pa.array(values, kind)).to_pylist() == said
    assert canonical_text(pa.array([Decimal(number) for number in numbers], pa.decimal128(30, 0))).to_pylist() == said


@given(st.integers(-(2**63), 2**63 - 1), st.integers(0, 2**64 - 1))
def test_large_whole_numbers_keep_every_digit(signed: int, unsigned: int) -> None:
    assert canonical_text(pa.array([signed], pa.int64())).to_pylist() == [str(signed)]
    assert canonical_text(pa.array([unsigned], pa.uint64())).to_pylist() == [str(unsigned)]


@pytest.mark.parametrize(
    ("values", "kind", "said"),
    [
        ([True, False, None], pa.bool_(), ["1", "0", None]),
        ([0.5, float("nan"), float("inf"), -0.0, None, 1e300], pa.float64(), ["0.5", None, None, "0", None, "1e+300"]),
        ([2.5], pa.float32(), ["2.5"]),
        ([Decimal("12.50")], pa.decimal128(10, 2), ["12.5"]),
        ([Decimal(2**60 + 1)], pa.decimal128(30, 0), [str(2**60 + 1)]),
        ([date(2026, 11, 29)], pa.date32(), ["2026-11-29"]),
        (["007", "", "é|ü"], pa.string(), ["007", "", "é|ü"]),
        ([None, None], pa.null(), [None, None]),
        ([datetime(2026, 11, 29, 8, tzinfo=UTC)], pa.timestamp("ms", tz="UTC"), ["2026-11-29T08:00:00.000000Z"]),
        ([datetime(2026, 11, 29, tzinfo=UTC), None], pa.timestamp("ns", tz="UTC"), ["2026-11-29", None]),
        ([1_796_083_200_000_000_123], pa.timestamp("ns"), ["2026-12-01T00:00:00.000000123Z"]),
        ([1_796_083_200_000_001_000], pa.timestamp("ns"), ["2026-12-01T00:00:00.000001Z"]),
        ([-1], pa.timestamp("ns", tz="Europe/Berlin"), ["1969-12-31T23:59:59.999999999Z"]),
        ([datetime(2026, 11, 29, 8)], pa.timestamp("s"), ["2026-11-29T08:00:00.000000Z"]),  # noqa: DTZ001 — a file without zones
        ([datetime(2026, 11, 29, 8, tzinfo=timezone(timedelta(hours=1)))], pa.timestamp("ns", tz="Europe/Berlin"),
         ["2026-11-29T07:00:00.000000Z"]),
    ],
)  # fmt: skip
def test_the_text_of_other_values(values: list[Any], kind: pa.DataType, said: list[str | None]) -> None:
    assert canonical_text(pa.array(values, kind)).to_pylist() == said
    assert canonical_text(pa.chunked_array([pa.array(values, kind)])).to_pylist() == said
    if not pa.types.is_null(kind):
        assert canonical_text(pa.array(values, kind).dictionary_encode()).to_pylist() == said


PART = st.text(st.sampled_from("a|\\1"), max_size=4)


@given(st.lists(st.tuples(PART, PART, PART), min_size=1, max_size=20))
def test_ids_of_several_columns_are_the_same_only_for_the_same_parts(rows: list[tuple[str, str, str]]) -> None:
    table = pa.table({name: pa.array([row[at] for row in rows]) for at, name in enumerate("abc")})
    assert len(set(row_ids(table, ["a", "b", "c"], dataset="d").to_pylist())) == len(set(rows))


def test_a_missing_part_makes_no_id() -> None:
    table = pa.table({"a": ["x", None, "y"], "b": [1, 2, np.nan]})
    assert row_ids(table, ["a", "b"], dataset="d").to_pylist() == ["x|1", None, None]


def test_rows_without_ids_are_refused_with_what_to_write() -> None:
    with pytest.raises(NoIds, match=r"the contract of churn names no `id_columns`.*like `id_columns: \[customer_id\]`"):
        row_ids(pa.table({"a": [1]}), [], dataset="churn")


def test_a_customer_is_a_row_of_each_month_whatever_type_its_day_has() -> None:
    churn = load_dataset("courtside/datasets/examples/churn.yaml")
    days = [date(2026, 10, 1), date(2026, 11, 1)]
    for kind in (pa.date32(), pa.date64(), pa.timestamp("ns"), pa.timestamp("us", tz="UTC")):
        rows = pa.table({"customer_id": [7, 7], "billed_on": pa.array(days).cast(kind)})
        assert ids_of(rows, churn).to_pylist() == ["7|2026-10-01", "7|2026-11-01"]


def test_a_game_keeps_its_id_when_it_is_played_on_another_day() -> None:
    games = pa.table({"game_id": ["0022600001"] * 2, "game_date": [date(2026, 10, 1), date(2026, 11, 1)]})
    assert ids_of(games, load_dataset("nba_games")).to_pylist() == ["0022600001"] * 2


def test_ids_that_a_float_has_rounded_are_no_ids_of_a_row() -> None:
    with pytest.raises(IdsRounded, match="'a'"):
        row_ids(pa.table({"a": [float(2**53)], "b": [1]}), ["a", "b"], dataset="d")
    assert row_ids(pa.table({"a": [float(2**53 - 1)]}), ["a"], dataset="d").to_pylist() == [str(2**53 - 1)]
