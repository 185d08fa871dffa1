from datetime import date, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from courtside.contracts.records import LabelsIn
from courtside.core.performance.maturity import days_until, is_final, maturity_curve, may_be_judged
from courtside.core.performance.spark import spark

TODAY = date(2026, 3, 20)
NEVER = np.datetime64("NaT")
rows_with_labels = st.lists(st.tuples(st.integers(0, 30), st.one_of(st.none(), st.integers(0, 40))), max_size=30)


def waited(days: int, rows: int, labelled: int) -> LabelsIn:
    return LabelsIn(days=days, rows=rows, labelled=labelled)


def curve(rows: list[tuple[int, int | None]], counts: list[int] | None = None) -> tuple[LabelsIn, ...]:
    """Return the curve of rows that are so many days old and got their label after so many."""
    days = [TODAY - timedelta(days=age) for age, _ in rows]
    known = [NEVER if wait is None else np.datetime64(TODAY - timedelta(days=age - wait)) for age, wait in rows]
    many = np.array(counts or [1] * len(rows), dtype=np.int64)
    return maturity_curve(np.array(days, "datetime64[D]"), np.array(known, "datetime64[D]"), many, as_of=TODAY)


@given(rows_with_labels)
@settings(max_examples=150)
def test_a_point_counts_the_rows_that_are_old_enough(rows: list[tuple[int, int | None]]) -> None:
    for point in curve(rows):
        old = [(age, wait) for age, wait in rows if age >= point.days]
        assert point.rows == len(old)
        assert point.labelled == sum(wait is not None and wait <= point.days for _, wait in old)


@given(rows_with_labels, st.data())
@settings(max_examples=50)
def test_rows_may_be_counted_beforehand(rows: list[tuple[int, int | None]], data: st.DataObject) -> None:
    counts = [data.draw(st.integers(1, 4)) for _ in rows]
    repeated = [row for row, count in zip(rows, counts, strict=True) for _ in range(count)]
    assert curve(rows, counts) == curve(repeated)


def test_young_rows_do_not_pull_the_curve_down() -> None:
    assert curve([(10, 2), (10, 3), (0, None), (1, None)]) == (
        waited(0, 4, 0), waited(1, 3, 0), waited(2, 2, 1), waited(3, 2, 2),
    )  # fmt: skip


def test_labels_and_rows_of_the_future_are_not_known_yet() -> None:
    assert curve([(2, 5), (2, 1)]) == (waited(0, 2, 0), waited(1, 2, 1))
    assert curve([(-3, -3)]) == ()
    assert curve([]) == ()


def test_a_label_that_was_known_before_its_row_took_no_time() -> None:
    assert curve([(4, -2)]) == (waited(0, 1, 1),)


def test_the_curve_says_after_how_many_days_a_share_is_in() -> None:
    found = curve([(20, wait) for wait in (1, 1, 2, 9)])
    assert [days_until(found, share) for share in (0.5, 0.75, 0.76, 1.0)] == [1, 2, 9, 9]
    assert days_until(curve([(20, 1), (20, None)]), 0.9) is None
    assert days_until((), 0.5) is None


def test_a_window_is_final_when_no_more_labels_are_awaited() -> None:
    end = date(2026, 3, 9)
    assert not is_final(end, as_of=date(2026, 3, 15), label_delay=timedelta(days=7))
    assert is_final(end, as_of=date(2026, 3, 16), label_delay=timedelta(days=7))


def test_a_window_is_judged_when_it_is_mature_or_final_and_has_a_label() -> None:
    shares = (0.0, 0.4, 0.94, 0.95)
    assert [may_be_judged(share=share, mature=0.95, final=False) for share in shares] == [False, False, False, True]
    assert [may_be_judged(share=share, mature=0.95, final=True) for share in shares] == [False, True, True, True]


@given(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), max_size=20))
def test_a_spark_line_has_a_letter_for_each_figure_in_their_order(values: list[float | None]) -> None:
    drawn = spark(values)
    assert len(drawn) == len(values)
    heights = sorted((value, letter) for value, letter in zip(values, drawn, strict=True) if value is not None)
    letters = [letter for _, letter in heights]
    assert letters == sorted(letters)
    assert all((letter == "·") == (value is None) for value, letter in zip(values, drawn, strict=True))


def test_equal_figures_are_halfway_up() -> None:
    assert spark([0.6, 0.6]) == "▅▅"
    assert not spark([])
