"""The last version of a row counts, equal rows change nothing, and the split into files does not matter."""

import math
from random import Random

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courtside.core.rows.revisions import Came, counting, earlier, fitted, news

IDS = ["who", "day"]
Rows = list[tuple[str, int, float | None]]

deliveries = st.lists(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(1, 3), st.sampled_from([None, math.nan, 0.0, 1.5, 2.0])),
        max_size=6,
        unique_by=lambda row: row[:2],
    ),
    max_size=6,
)


def table(rows: Rows) -> pa.Table:
    who, day, value = ([row[at] for row in rows] for at in range(3))
    return pa.table(
        {"who": pa.array(who, pa.string()), "day": pa.array(day, pa.int64()), "value": pa.array(value, pa.float64())}
    )


def delivered(files: list[Rows]) -> list[Came]:
    """Deliver the files one after another and return what was new in each."""
    came: list[Came] = []
    for rows in files:
        found = news(table(rows), came, identity=IDS)
        assert found.new + found.changed + found.same == len(rows)
        if found.rows.num_rows:
            came.append(Came(found.rows, revises=found.changed > 0))
    return came


def known(came: list[Came]) -> dict[tuple[str, int], float | None]:
    rows = [row for each in counting(came, identity=IDS) for row in each.table.to_pylist()]
    found = {(row["who"], row["day"]): row["value"] for row in rows}
    assert len(found) == len(rows), "no row may count twice"
    return {key: None if value is None or math.isnan(value) else value for key, value in found.items()}


@given(deliveries)
@settings(max_examples=200, deadline=None)
def test_the_last_version_of_a_row_counts(files: list[Rows]) -> None:
    said = {row[:2]: row[2] for rows in files for row in rows}
    expected = {key: None if value is None or math.isnan(value) else value for key, value in said.items()}
    assert known(delivered(files)) == expected


@given(deliveries)
@settings(max_examples=100, deadline=None)
def test_rows_that_are_already_known_change_nothing(files: list[Rows]) -> None:
    came = delivered(files)
    for each in counting(came, identity=IDS):
        again = news(each.table, came, identity=IDS)
        assert (again.new, again.changed, again.rows.num_rows) == (0, 0, 0)


@given(deliveries, st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_files_with_different_ids_may_arrive_in_any_order(files: list[Rows], random: Random) -> None:
    apart = [[(f"{place}{who}", day, value) for who, day, value in rows] for place, rows in enumerate(files)]
    shuffled = list(apart)
    random.shuffle(shuffled)
    assert known(delivered(apart)) == known(delivered(shuffled))


@given(deliveries)
@settings(max_examples=100, deadline=None)
def test_revisions_are_counted_from_the_first_arrival_of_a_row(files: list[Rows]) -> None:
    came = delivered(files)
    times: dict[tuple[str, int], list[int]] = {}
    for place, each in enumerate(came):
        seen, first = earlier(each.table, [before.table for before in came[:place]], identity=IDS)
        for row, count, at in zip(each.table.to_pylist(), seen, first, strict=True):
            places = times.setdefault((row["who"], row["day"]), [])
            assert (count, at) == (len(places), places[0] if places else -1)
            places.append(place)


def test_without_ids_every_row_is_new_and_none_is_dropped() -> None:
    twice = [("a", 1, 1.0), ("a", 1, 1.0)]
    found = news(table(twice), [Came(table(twice))], identity=[])
    assert (found.new, found.same, found.rows.num_rows) == (2, 0, 2)
    assert sum(each.table.num_rows for each in counting([Came(table(twice)), Came(found.rows)], identity=[])) == 4


def test_a_row_loaded_twice_by_hand_counts_twice_so_that_a_training_refuses_it() -> None:
    by_hand = [Came(table([("a", 1, 1.0)])), Came(table([("a", 1, 2.0)]))]
    assert sum(each.table.num_rows for each in counting(by_hand, identity=IDS)) == 2
    revised = [*by_hand, Came(table([("a", 1, 3.0)]), revises=True)]
    assert known(revised) == {("a", 1): 3.0}


def test_a_column_added_later_changes_the_rows_in_which_it_has_a_value() -> None:
    before = Came(table([("a", 1, 1.0), ("b", 1, 1.0)]).drop_columns(["value"]))
    found = news(table([("a", 1, 2.0), ("b", 1, None)]), [before], identity=IDS)
    assert (found.new, found.changed, found.same) == (0, 1, 1)


def test_ids_of_another_type_are_refused_by_arrow() -> None:
    other = table([("a", 1, 1.0)]).set_column(1, "day", pa.array(["1"]))
    with pytest.raises(pa.ArrowException):
        news(other, [Came(table([("a", 1, 1.0)]))], identity=IDS)


def test_an_integer_equals_a_float_of_the_same_value() -> None:
    whole = table([("a", 1, 2.0)]).set_column(2, "value", pa.array([2], pa.int32()))
    assert news(whole, [Came(table([("a", 1, 2.0)]))], identity=IDS).same == 1


def test_zeros_and_ones_become_booleans_where_earlier_files_have_booleans() -> None:
    truth, numbers = pa.schema([("x", pa.bool_())]), pa.table({"x": [0, 1, None]})
    assert fitted(numbers, truth)["x"].to_pylist() == [False, True, None]
    assert fitted(pa.table({"x": [True, None]}), numbers.schema)["x"].to_pylist() == [1, None]
    assert fitted(pa.table({"x": [0, 2]}), truth)["x"].to_pylist() == [0, 2]
