"""Rows of two files are the same row only if their ids were written as equal, in whatever types they are stored."""

from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courtside.core.dataset import Dataset
from courtside.core.rows.exact_ids import IdsRounded, comparable
from courtside.core.rows.overlap import overlap
from courtside.core.rows.revisions import Came, counting, earlier, fitted, news
from courtside.core.rows.sorting_out import sort_out
from courtside.datasets.catalog import parse_dataset

LARGEST_EXACT = 2**53
NUMBERS = st.one_of(
    st.integers(0, 3),
    st.integers(LARGEST_EXACT - 2, LARGEST_EXACT + 6),
    st.integers(2**24 - 2, 2**24 + 4),
    st.integers(2**62, 2**62 + 3),
)
KINDS = [pa.int64(), pa.uint64(), pa.float64(), pa.float32(), pa.decimal128(20, 0), pa.decimal128(24, 2)]
Ids = list[int]


def ids(numbers: Ids, kind: Any) -> pa.Table:
    """Return rows with these ids as a program that keeps them in this type would write them, rounded if need be."""
    written: list[Any] = [Decimal(number) for number in numbers] if pa.types.is_decimal(kind) else list(numbers)
    if pa.types.is_floating(kind):
        return pa.table({"id": pa.array(list(map(float, numbers)), pa.float64()).cast(kind, safe=False)})
    return pa.table({"id": pa.array(written, kind)})


some_ids = st.lists(NUMBERS, min_size=1, max_size=5, unique=True)


@given(some_ids, st.sampled_from(KINDS), some_ids, st.sampled_from(KINDS))
@settings(max_examples=400, deadline=None)
def test_ids_are_compared_exactly_or_refused(before: Ids, kind_before: Any, now: Ids, kind_now: Any) -> None:
    there, arriving = ids(before, kind_before), ids(now, kind_now)
    both = set(before) & set(now)
    try:
        comparable([there, arriving], ["id"])
    except IdsRounded:
        for join in (
            lambda: news(arriving, [Came(there)], identity=["id"]),
            lambda: counting([Came(there), Came(arriving, revises=True)], identity=["id"]),
            lambda: earlier(arriving, [there], identity=["id"]),
            lambda: overlap(arriving, there, columns=["id"]),
        ):
            with pytest.raises(IdsRounded, match="'id'"):
                join()
        return
    brought = news(arriving, [Came(there)], identity=["id"])
    assert (brought.new, brought.same) == (len(set(now) - both), len(both))
    counted = counting([Came(there), Came(arriving, revises=True)], identity=["id"])
    assert counted[0].table.num_rows == len(set(before) - both)
    assert [int(each) for each in earlier(arriving, [there], identity=["id"])[0]] == [number in both for number in now]
    shared = overlap(arriving, there, columns=["id"])
    assert (0 if shared is None else shared.rows) == len(both)


@given(some_ids, st.sampled_from(KINDS))
@settings(max_examples=200, deadline=None)
def test_only_ids_that_a_float_cannot_tell_apart_are_refused(numbers: Ids, kind: Any) -> None:
    exact = {pa.float64(): LARGEST_EXACT, pa.float32(): 2**24}.get(kind)
    if exact is None or max(numbers) < exact:
        assert comparable([ids(numbers, kind)], ["id"])[0].column("id").to_pylist() == numbers
    else:
        with pytest.raises(IdsRounded, match="holds whole numbers exactly only below"):
            comparable([ids(numbers, kind)], ["id"])


@pytest.mark.parametrize(
    "other", [pa.array([LARGEST_EXACT + 1]), pa.array([Decimal("0.50")], pa.decimal128(20, 2)), pa.array([-(2**60)])]
)
def test_numbers_that_would_be_rounded_beside_fractions_are_refused(other: Any) -> None:
    fractions = pa.table({"id": [0.5, 1.5]})
    with pytest.raises(IdsRounded, match="rounded to be read together with the double of others"):
        comparable([pa.table({"id": other}), fractions], ["id"])


def test_fractions_gaps_and_text_are_ids_as_before() -> None:
    for column in ([0.5, 1.5], [1.0, None], ["a", "b"], [None, None]):
        assert comparable([pa.table({"id": column})], ["id"])[0].column("id").to_pylist() == column
    assert comparable([pa.table({"id": [1.0, float("nan")]})], ["id"])[0].column("id").to_pylist() == [1, None]


def test_whole_floats_become_the_integers_that_are_there() -> None:
    there = pa.schema([("id", pa.int64()), ("x", pa.int64())])
    table = fitted(pa.table({"id": [1.0, float("nan")], "x": [1.0, 1.5]}), there)
    assert table.schema.types == [pa.int64(), pa.float64()]
    assert table.column("id").to_pylist() == [1, None]


def test_a_file_of_rounded_ids_is_refused_as_a_whole(dataset: Dataset) -> None:
    rounded = pa.table({"id": [float(LARGEST_EXACT), 1.0], "x": [1.0, 2.0], "y": [0, 1]})
    with pytest.raises(IdsRounded, match="whole numbers or as text"):
        sort_out(rounded, dataset)
    assert sort_out(rounded.slice(1), dataset).good.num_rows == 1


@pytest.fixture
def dataset() -> Dataset:
    return parse_dataset("given", b"name: m\nversion: 1\ntarget: y\nid_columns: [id]\nfeatures: {x: numeric}\n")
