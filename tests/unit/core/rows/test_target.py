import numpy as np
import pyarrow as pa
import pytest

from courtside.core.rows import TargetNotBinary, labelled, positive_level, require_binary

WRITTEN = {
    "0 and 1": pa.array([0, 1, 1, 0]),
    "booleans": pa.array([False, True, True, False]),
    "floats": pa.array([0.0, 1.0, 1.0, 0.0]),
    "two whole numbers": pa.array([1, 2, 2, 1], pa.int16()),
    "minus one and one": pa.array([-1, 1, 1, -1]),
}


@pytest.mark.parametrize("column", WRITTEN.values(), ids=WRITTEN)
def test_every_way_to_write_two_classes_becomes_0_and_1(column: pa.Array) -> None:
    table, unlabelled = labelled(pa.table({"x": [1, 2, 3, 4], "y": column}), "y")
    assert table.schema.field("y").type == pa.int8()
    assert table.column("y").to_pylist() == [0, 1, 1, 0]
    assert unlabelled == 0


@pytest.mark.parametrize(
    ("column", "named"),
    [
        ([1, 2, None], "2"),
        ([-1, 1], "1"),
        ([0.0, 2.0], "2"),
        ([1_000_001, 1_000_002], "1000002"),
        ([-5, 0], "0"),
        ([0, 1], None),
        ([True, False], None),
        ([1, 1], None),
    ],
)
def test_the_value_that_stands_for_class_1_is_named_where_it_is_not_1(column: list[float], named: str | None) -> None:
    assert positive_level(pa.table({"y": pa.array(column)}), "y") == named


def test_a_single_class_keeps_its_name() -> None:
    assert labelled(pa.table({"y": [1, 1]}), "y")[0].column("y").to_pylist() == [1, 1]
    assert labelled(pa.table({"y": [0, 0]}), "y")[0].column("y").to_pylist() == [0, 0]


@pytest.mark.parametrize("column", [pa.array([1, None, 0, None]), pa.array([1.0, np.nan, 0.0, np.nan])])
def test_rows_without_a_label_are_left_out_and_counted(column: pa.Array) -> None:
    table, unlabelled = labelled(pa.table({"x": [1, 2, 3, 4], "y": column}), "y")
    assert (table.column("x").to_pylist(), table.column("y").to_pylist(), unlabelled) == ([1, 3], [1, 0], 2)


@pytest.mark.parametrize(
    ("column", "said"),
    [
        (pa.array(["yes", "no"]), "is string"),
        (pa.array([0, 1, 2]), r"has 3 values \(0, 1, 2\)"),
        (pa.array(range(9)), r"has 9 values \(0, 1, 2, 3, 4, …\)"),
        (pa.array([0.2, 0.9]), "not whole numbers"),
        (pa.array([0.0, np.inf]), "not whole numbers"),
    ],
)
def test_another_target_is_named_with_what_to_write(column: pa.Array, said: str) -> None:
    for check in (labelled, require_binary):
        with pytest.raises(TargetNotBinary, match=said) as caught:
            check(pa.table({"y": column}), "y")
        assert "write it as 0 and 1" in str(caught.value)


def test_a_target_that_tells_no_class_is_refused_where_labels_are_needed() -> None:
    for column, said in (([None, None], "no value"), ([2, 2], "is 2 in every row")):
        table = pa.table({"y": pa.array(column, pa.int64())})
        with pytest.raises(TargetNotBinary, match=said):
            labelled(table, "y")
        require_binary(table, "y")
