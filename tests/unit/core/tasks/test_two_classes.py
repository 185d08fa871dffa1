"""A target with two values in any notation becomes 0 and 1, and any other target is refused."""

from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from courtside.core.tasks import PositiveNeverOccurs, TargetNotBinary, classes_of, labelled, require_binary

WRITTEN = {
    "0 and 1": pa.array([0, 1, 1, 0]),
    "booleans": pa.array([False, True, True, False]),
    "floats": pa.array([0.0, 1.0, 1.0, 0.0]),
    "two whole numbers": pa.array([1, 2, 2, 1], pa.int16()),
    "minus one and one": pa.array([-1, 1, 1, -1]),
}


def coded(column: "pa.Array[Any]", positive: str | None = None) -> list[int | None]:
    table = pa.table({"x": pa.array(range(len(column))), "y": column})
    found = classes_of(table, "y", positive).coded(table)
    assert found.schema.field("y").type == pa.int8()
    assert found.column_names == ["x", "y"]
    return found.column("y").to_pylist()


@pytest.mark.parametrize("column", WRITTEN.values(), ids=WRITTEN)
def test_two_classes_become_0_and_1_however_they_are_written(column: "pa.Array[Any]") -> None:
    assert coded(column) == [0, 1, 1, 0]


@pytest.mark.parametrize(
    ("values", "named"),
    [
        (["No", "Yes"], "Yes"),
        (["Yes", "No"], "No"),
        (["0", "1"], "1"),
        (["1", "0"], "0"),
        ([1, 2], "2"),
        ([2, 1], "1"),
        ([1, -1], "-1"),
        ([1.0, 2.0], "2"),
        ([0.2, 0.9], "0.9"),
        ([0, 1], "1.0"),
        ([Decimal("0.5"), Decimal("1.5")], "1.5"),
        ([False, True], "true"),
        ([True, False], "False"),
        ([True, False], "0"),
        (["a,b", " "], " "),
        (["negativ", "größer"], "größer"),
    ],
)
def test_the_contract_may_declare_either_of_two_values_as_class_1(values: list[Any], named: str) -> None:
    column = pa.array([values[0], values[1], None, values[1], values[0]])
    assert coded(column, named) == [0, 1, None, 1, 0]
    assert coded(column.dictionary_encode(), named) == [0, 1, None, 1, 0]
    assert labelled(pa.table({"y": column}), "y").num_rows == 4


@pytest.mark.parametrize("kind", [pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.large_string())])
def test_text_may_be_stored_in_any_type(kind: pa.DataType) -> None:
    assert coded(pa.array(["no", "yes"]).cast(kind), "yes") == [0, 1]


@pytest.mark.parametrize(
    ("column", "named"),
    [
        ([1, 2, None], "2"),
        ([-1, 1], "1"),
        ([0.0, 2.0], "2"),
        ([1_000_001, 1_000_002], "1000002"),
        ([2**53, 2**53 + 1], str(2**53 + 1)),
        ([-5, 0], "0"),
        ([0, 1], "1"),
        ([0, 0], "1"),
        ([1, 1], "1"),
        ([True, False], "true"),
        ([False, False], "true"),
    ],
)
def test_by_default_class_1_is_the_larger_value(column: list[float], named: str) -> None:
    assert classes_of(pa.table({"y": pa.array(column)}), "y").positive == named


@pytest.mark.parametrize(
    ("column", "positive", "smaller"),
    [
        ([1, 2], None, "1"),
        ([-1, 1], None, "-1"),
        ([-1.0, 1.0, None], None, "-1"),
        ([-1, 0], None, "-1"),
        ([1, 2], "2", None),
        ([0, 1], None, None),
        ([0.0, 1.0], None, None),
        ([True, False], None, None),
        ([0, 0], None, None),
    ],
)
def test_the_smaller_value_is_named_if_class_1_was_chosen_by_size(
    column: list[Any], positive: str | None, smaller: str | None
) -> None:
    assert classes_of(pa.table({"y": pa.array(column)}), "y", positive).smaller == smaller


def test_a_single_class_keeps_its_name() -> None:
    assert coded(pa.array([1, 1])) == [1, 1]
    assert coded(pa.array([0, 0])) == [0, 0]
    assert coded(pa.array([True, True])) == [1, 1]
    assert coded(pa.array(["yes", "yes"]), "yes") == [1, 1]


@pytest.mark.parametrize("column", [pa.array([1, None, 0, None]), pa.array([1.0, np.nan, 0.0, np.nan])])
def test_rows_without_a_label_are_left_out(column: "pa.Array[Any]") -> None:
    assert labelled(pa.table({"x": [1, 2, 3, 4], "y": column}), "y").column("x").to_pylist() == [1, 3]
    assert coded(column) == [1, None, 0, None]


@pytest.mark.parametrize(
    ("column", "said"),
    [
        (pa.array(["yes", "no"]), r"is string \(no, yes\)"),
        (pa.array(["a", "b", "c"]), r"is string with 3 values \(a, b, c\)"),
        (pa.array([0, 1, 2]), r"has 3 values \(0, 1, 2\)"),
        (pa.array(range(9)), r"has 9 values \(0, 1, 2, 3, 4, …\)"),
        (pa.array([0.2, 0.9]), "not whole numbers"),
        (pa.array([0.0, np.inf]), "not whole numbers"),
        (pa.array([b"a", b"b"]), "is binary"),
        (pa.array([[1], [0]]), "is list"),
    ],
)
def test_a_target_without_two_classes_is_refused_with_what_to_write(column: "pa.Array[Any]", said: str) -> None:
    for check in (classes_of, require_binary):
        with pytest.raises(TargetNotBinary, match=said) as caught:
            check(pa.table({"y": column}), "y")
        assert "write it as 0 and 1" in str(caught.value)


def test_two_texts_are_refused_with_both_lines_that_could_be_written() -> None:
    with pytest.raises(TargetNotBinary) as caught:
        require_binary(pa.table({"has left": pa.array(["Yes", "No", "No", None])}), "has left")
    assert caught.value.values == ("No", "Yes")
    assert '`target: {column: "has left", positive: "Yes"}`' in str(caught.value)
    assert '`target: {column: "has left", positive: "No"}`' in str(caught.value)


@pytest.mark.parametrize(
    ("column", "positive", "holds"),
    [
        (["Yes", "No"], "yes", "No and Yes"),
        ([1, 2], "0", "1 and 2"),
        ([1, 2], "two", "1 and 2"),
        ([True, False], "Yes", "false and true"),
    ],
)
def test_a_declared_class_1_that_never_occurs_is_refused(column: list[Any], positive: str, holds: str) -> None:
    for check in (classes_of, require_binary):
        with pytest.raises(PositiveNeverOccurs, match=f"holds {holds}: write `target: ") as caught:
            check(pa.table({"y": pa.array(column)}), "y", positive)
        assert (caught.value.column, caught.value.positive) == ("y", positive)


def test_a_single_file_may_hold_only_class_0_but_a_training_may_not() -> None:
    table = pa.table({"y": ["No", "No"]})
    require_binary(table, "y", "Yes")
    with pytest.raises(PositiveNeverOccurs):
        classes_of(table, "y", "Yes")


def test_a_target_without_any_class_is_refused_where_labels_are_needed() -> None:
    for column, said in (([None, None], "no value"), ([2, 2], "is 2 in every row")):
        table = pa.table({"y": pa.array(column, pa.int64())})
        with pytest.raises(TargetNotBinary, match=said):
            classes_of(table, "y")
        require_binary(table, "y")
