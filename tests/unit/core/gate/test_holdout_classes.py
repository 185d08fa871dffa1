"""A champion may add the classes that it knows to the file of a holdout, also long after the challenger was judged."""

import numpy as np
import pyarrow as pa

from courtside.core.gate.holdout import Holdout
from courtside.core.gate.holdout_classes import OTHER, classes_of, with_classes
from courtside.core.parquet import parquet_content, read_parquet_content

SAID = np.array([[0.7, 0.3], [0.2, 0.8], [0.5, 0.5], [0.6, 0.4]])
LABELS = np.array([0, 1, -1, -1])


def written(others: list[str | None] | None = None) -> pa.Table:
    """Return a holdout of two classes, with rows of others."""
    found = Holdout(labels=LABELS, challenger=SAID, baseline=SAID, task="multiclass", classes=("a", "b")).table()
    found = found.append_column("id", pa.array(["1", "2", "3", "4"]))
    return found if others is None else found.append_column(OTHER, pa.array(others, pa.string()))


def test_known_classes_change_nothing() -> None:
    table = written([None, None, "c", "d"])
    assert with_classes(table, ["b", "a"]) is table


def test_rows_of_a_class_that_came_to_be_known_are_of_it_and_others_stay_unknown() -> None:
    table = with_classes(written([None, None, "c", "d"]), ["d", "a"])
    table = read_parquet_content(parquet_content(table))
    found = Holdout.of(table)
    assert classes_of(table) == ["a", "b", "d"]
    assert found.labels.tolist() == [0, 1, -1, 2]
    assert table.column(OTHER).to_pylist() == [None, None, "c", None]
    assert found.baseline is not None
    for said in (found.challenger, found.baseline):
        assert np.array_equal(said, np.column_stack([SAID, np.zeros(4)]))


def test_where_all_are_known_nothing_is_left_to_say() -> None:
    table = with_classes(written([None, None, "c", "d"]), ["d", "c"])
    assert OTHER not in table.column_names
    assert Holdout.of(table).labels.tolist() == [0, 1, 3, 2]


def test_a_file_of_before_there_was_such_a_column_keeps_its_rows_unknown() -> None:
    found = Holdout.of(with_classes(written(), ["c"]))
    assert found.labels.tolist() == [0, 1, -1, -1]
    assert found.classes == ("a", "b", "c")
