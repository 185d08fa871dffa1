"""The card of a regression candidate: predicted against actual, residuals, and how often intervals hold."""

import xml.etree.ElementTree as ET
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import mean_squared_error

from courtside.contracts.curves import ValueCurves
from courtside.contracts.model_card import ModelCard, ModelColumn, ModelInterface
from courtside.core.model_card import plot_files, render_markdown, render_page, value_curves
from courtside.core.model_card.regression import Intervals, Segments
from courtside.core.model_card.regression.figures import GRID, MOST_SEGMENTS, SLICES
from tests.fakes.task_cards import curves_of_values, task_card, value_predictions

HOSTILE = "<img src=x onerror=alert(1)>"
NAMES = {"predicted_actual", "residuals", "residuals_over_time", "residuals_by_segment", "coverage", "importances"}


def drawn_values(**options: object) -> ValueCurves:
    curves = curves_of_values(**options)  # type: ignore[arg-type] # the fake's own options
    assert isinstance(curves, ValueCurves)
    return curves


def test_groups_are_parts_of_all_rows_and_their_rmse_is_that_of_scikit_learn() -> None:
    actual, predicted = value_predictions(seed=1)
    drawn = drawn_values(seed=1)
    assert sum(drawn.residuals) == sum(rows for _, _, rows in drawn.cells) + drawn.outside == drawn.rows == actual.size
    for groups in (drawn.over_time, drawn.by_segment):
        assert sum(group.rows for group in groups) == actual.size
        pooled = sum(group.rows * group.rmse**2 for group in groups) / actual.size
        assert pooled == pytest.approx(mean_squared_error(actual, predicted), rel=1e-5)
        assert sum(group.rows * group.mean for group in groups) / actual.size == pytest.approx(
            float(np.mean(actual - predicted)), abs=1e-4
        )
    assert len(drawn.over_time) <= SLICES
    assert [group.name for group in drawn.by_segment] == [f"branch {place}" for place in range(5)]


def test_cells_are_the_histogram_of_numpy() -> None:
    actual, predicted = value_predictions(seed=6)
    drawn = value_curves(actual, predicted)
    wanted, _, _ = np.histogram2d(predicted, actual, bins=GRID, range=[drawn.span, drawn.span])
    counted = np.zeros((GRID, GRID))
    for across, up, rows in drawn.cells:
        counted[across, up] = rows
    assert np.array_equal(counted, wanted)


def test_slices_of_time_follow_each_other_and_part_no_day() -> None:
    days = [group.days for group in drawn_values().over_time]
    assert all(each is not None for each in days)
    assert all(one[1] < two[0] for one, two in pairwise(days) if one and two)


@pytest.mark.parametrize(("rows", "groups"), [(1, 1), (9, 1), (25, 2), (88, 8), (5_000, SLICES)])
def test_few_rows_have_few_slices_of_time(rows: int, groups: int) -> None:
    actual, predicted = value_predictions(seed=3, rows=rows)
    days = np.datetime64("2026-01-01") + np.arange(rows).astype("timedelta64[D]")
    found = value_curves(actual, predicted, days=days).over_time
    assert len(found) == groups
    assert max(group.rows for group in found) <= 1 + min(group.rows for group in found)


def test_coverage_is_counted() -> None:
    actual = np.array([1.0, 2.0, 3.0, 4.0])
    predicted = np.array([1.0, 2.0, 3.0, 3.0])
    drawn = value_curves(actual, predicted, intervals=Intervals(0.8, predicted - 0.5, predicted + 0.5))
    assert drawn.intervals is not None
    assert (drawn.intervals.covered, drawn.intervals.width, drawn.intervals.level) == (0.75, 1.0, 0.8)
    assert [group.covered for group in drawn.intervals.by_prediction] == [1.0, 1.0, 0.5]


def test_rows_that_calibrated_the_intervals_do_not_say_how_often_they_hold() -> None:
    actual, predicted = np.repeat([9.0, 2.0, 3.0, 4.0], 10), np.repeat([1.0, 2.0, 3.0, 3.0], 10)
    low, high = predicted - 0.5, predicted + 0.5
    low[:10] = high[:10] = np.nan
    drawn = value_curves(
        actual,
        predicted,
        days=np.repeat(np.array(["2026-01-01", "2026-01-02"], "datetime64[D]"), [10, 30]),
        intervals=Intervals(0.8, low, high),
    )
    assert drawn.intervals is not None
    assert (drawn.intervals.rows, drawn.intervals.covered) == (30, pytest.approx(2 / 3, abs=1e-6))
    assert [group.covered for group in drawn.over_time] == [None, pytest.approx(2 / 3, abs=1e-6)]
    nothing = value_curves(actual, predicted, intervals=Intervals(0.8, np.full(40, np.nan), np.full(40, np.nan)))
    assert nothing.intervals is None


def test_a_value_of_a_trillion_does_not_flatten_the_rest() -> None:
    actual, predicted = value_predictions(seed=2)
    actual[7] = 1e12
    drawn = value_curves(actual, predicted)
    assert drawn.outside == 1
    assert drawn.span[1] < 300
    assert drawn.edges[-1] < 300
    assert sum(drawn.residuals) == actual.size
    assert "1 row lies beyond the axes" in render_page(task_card(drawn))


def test_few_rows_with_most_of_the_error_are_told_in_words() -> None:
    actual, predicted = value_predictions(seed=2)
    actual[[7, 9]] += 1e12
    drawn = value_curves(actual, predicted)
    assert drawn.heaviest is not None
    assert (drawn.heaviest.rows, drawn.heaviest.share) == (1, pytest.approx(0.5, abs=1e-3))
    for text in (render_page(task_card(drawn)), render_markdown(task_card(drawn))):
        assert "1 row of 3,000 has 50 % of all squared error." in text
    assert value_curves(*value_predictions(seed=2)).heaviest is None


@pytest.mark.parametrize("rows", [1, 2, 19])
def test_of_very_few_rows_none_is_an_outlier(rows: int) -> None:
    assert value_curves(np.arange(rows, dtype=float), np.zeros(rows)).heaviest is None


def test_a_target_that_counts_is_told_with_predictions_that_no_count_has() -> None:
    actual, predicted = np.arange(40.0), np.arange(40.0) - 2.5
    drawn = value_curves(actual, predicted)
    assert (drawn.counts, drawn.below_zero) == (True, 3)
    page = render_page(task_card(drawn))
    assert "outcome is a whole number of at least 0" in page
    assert "3 of them are below 0, which no count is" in page
    for other in (actual - 1, actual + 0.5):
        assert (value_curves(other, predicted).counts, value_curves(other, predicted).below_zero) == (False, 0)


def test_markdown_has_coverage_in_words_and_the_tables_of_residuals() -> None:
    made = task_card(drawn_values())
    text = render_markdown(made)
    curves = made.candidates[0].curves
    assert isinstance(curves, ValueCurves)
    assert curves.intervals is not None
    assert f"- Coverage of 90 % intervals: {100 * curves.intervals.covered:.3g} % of 3,000 rows lie within" in text
    assert "### By branch" in text
    assert "### Over time" in text
    assert "By the median of outcome in the training part alone, the RMSE on the test part is 20.4" in text
    assert "actual minus predicted, mean" in text
    first = curves.by_segment[0]
    assert f"| {first.name} | {first.rows:,} | " in text
    rows = [line for line in text.split("### By branch")[1].split("###")[0].splitlines() if line.startswith("|")]
    assert len(rows) == 2 + len(curves.by_segment)
    assert {line.count("|") for line in rows} == {6}


@pytest.mark.parametrize("left_out", [(), ("intervals",)], ids=["intervals", "none"])
def test_a_registered_model_of_values_says_how_to_ask_for_its_intervals(left_out: tuple[str, ...]) -> None:
    made = task_card(drawn_values().model_copy(update=dict.fromkeys(left_out)))
    columns = (ModelColumn(name="tenure", taken_as="number"),)
    of_values = ModelInterface(target="outcome", classes=(), columns=columns, task="regression")
    text = render_markdown(made.model_copy(update={"interface": of_values}))
    assert "## Predict with it" in text
    assert ("low, high = native.predict_interval(rows).T" in text) is (not left_out)


@given(
    actual=arrays(np.float64, st.shared(st.integers(1, 40), key="n"), elements=st.floats(-1e150, 1e150)),
    predicted=arrays(np.float64, st.shared(st.integers(1, 40), key="n"), elements=st.floats(-1e150, 1e150)),
)
def test_any_numbers_can_be_drawn_and_read_again(actual: np.ndarray, predicted: np.ndarray) -> None:
    days = np.full(actual.size, np.datetime64("2026-03-01"))
    segments = Segments("part", np.array(["a"] * actual.size, object))
    intervals = Intervals(0.9, predicted - 1, predicted + 1)
    drawn = value_curves(actual, predicted, days=days, segments=segments, intervals=intervals)
    assert ValueCurves.model_validate_json(drawn.model_dump_json()) == drawn
    for content in plot_files(task_card(drawn).candidates[0]).values():
        assert b"nan" not in content.split(b"</style>")[1]
        ET.fromstring(content.decode())  # noqa: S314 — this is our own output


def test_what_is_not_known_is_not_drawn() -> None:
    drawn = value_curves(*value_predictions(seed=4))
    assert set(plot_files(task_card(drawn).candidates[0])) == {
        "predicted_actual.svg",
        "residuals.svg",
        "importances.svg",
    }


def test_every_plot_is_on_the_page_and_hostile_names_are_plain_text() -> None:
    drawn = drawn_values(segment=HOSTILE)
    made = task_card(drawn)
    files = plot_files(made.candidates[0])
    assert set(files) == {f"{name}.svg" for name in NAMES}
    page = render_page(made)
    assert "<img" not in page
    assert "Coverage of 90 % intervals" in page
    assert drawn.intervals is not None
    assert drawn.intervals.covered == pytest.approx(0.9, abs=0.02)


def test_plots_stay_small_however_many_rows_and_segments_there_are() -> None:
    actual, predicted = value_predictions(seed=5, rows=50_000)
    segments = Segments("customer", np.array([f"c{place % 900}" for place in range(actual.size)], object))
    drawn = value_curves(actual, predicted, segments=segments)
    assert len(drawn.cells) <= GRID**2
    assert len(drawn.by_segment) == MOST_SEGMENTS
    assert sum(len(content) for content in plot_files(task_card(drawn).candidates[0]).values()) < 150_000


def test_a_card_of_values_is_read_again_as_it_was_written() -> None:
    made = task_card(curves_of_values())
    assert ModelCard.model_validate_json(made.model_dump_json()) == made
