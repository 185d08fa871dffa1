"""A card draws what the contract's task predicts, from the rows of the test part."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from courtside.contracts.curves import ClassCurves, Curves, ValueCurves
from courtside.core.dataset import Dataset
from courtside.core.intervals import ConformalIntervals
from courtside.core.model_card.of_task import curves_of

ORDERS = Dataset("orders", "day", None, ("id",), "y", (), None, 1, segment="shop")
ROWS = 100
TEST = pa.table(
    {
        "day": pa.array([date(2026, 1, 1) + timedelta(days=row // 10) for row in range(ROWS)], pa.date32()),
        "shop": pa.array(["north", "south", None, "south"] * (ROWS // 4)),
    }
)


def test_two_classes_have_a_roc_curve() -> None:
    drawn = curves_of(TEST, np.arange(ROWS) % 2, np.linspace(0, 1, ROWS), dataset=ORDERS)
    assert isinstance(drawn, Curves)


def test_several_classes_have_a_matrix_in_their_order() -> None:
    said = np.tile([0.2, 0.5, 0.3], (ROWS, 1))
    dataset = replace(ORDERS, task="multiclass")
    drawn = curves_of(TEST, np.arange(ROWS) % 3, said, dataset=dataset, classes=["a", "b", "c"])
    assert isinstance(drawn, ClassCurves)
    assert drawn.shown == ("a", "b", "c")
    assert drawn.matrix == ((0, 34, 0), (0, 33, 0), (0, 33, 0))


def test_rows_of_a_class_that_was_not_learned_are_told_apart() -> None:
    said = np.tile([0.7, 0.3], (ROWS, 1))
    dataset = replace(ORDERS, task="multiclass")
    drawn = curves_of(TEST, np.arange(ROWS) % 4, said, dataset=dataset, classes=["a", "b", "c", "d"], seen=(0, 1))
    assert isinstance(drawn, ClassCurves)
    assert (drawn.right, drawn.unseen, drawn.classes) == (25, 50, 4)


def test_values_have_days_segments_and_the_coverage_of_rows_that_did_not_calibrate() -> None:
    said = np.zeros(ROWS)
    truth = np.where(np.arange(ROWS) < 40, 100.0, 1.0)
    dataset = replace(ORDERS, task="regression")
    intervals = ConformalIntervals(0.9, (2.0,), rows=40)
    drawn = curves_of(TEST, truth, said, dataset=dataset, intervals=intervals, calibrated_on=40)
    assert isinstance(drawn, ValueCurves)
    assert [(group.name, group.rows) for group in drawn.by_segment] == [("south", 50), ("missing", 25), ("north", 25)]
    assert drawn.over_time[0].days == (date(2026, 1, 1), date(2026, 1, 1))
    assert drawn.intervals is not None
    assert (drawn.intervals.rows, drawn.intervals.covered, drawn.intervals.width) == (60, 1.0, 4.0)


def test_rows_without_times_and_segments_have_no_such_plots() -> None:
    dataset = replace(ORDERS, task="regression", time_column=None, segment=None)
    drawn = curves_of(TEST, np.ones(ROWS), np.zeros(ROWS), dataset=dataset)
    assert isinstance(drawn, ValueCurves)
    assert (drawn.over_time, drawn.by_segment, drawn.intervals) == ((), (), None)
