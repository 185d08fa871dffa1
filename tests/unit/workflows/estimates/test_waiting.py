"""Of many predictions a share of the ids is kept, the same ones however the rows came."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest

from courtside.core.performance.rules import PerformanceRules
from courtside.core.performance.windows import window_of
from courtside.workflows.estimates.reference import chosen_rows
from courtside.workflows.estimates.waiting import waiting_predictions, waiting_windows
from tests.fakes.estimating import EstimatedLoans
from tests.fakes.judging import MONDAY, days

LAST = MONDAY + days(13)


@pytest.fixture(scope="module")
def stage() -> EstimatedLoans:
    made = EstimatedLoans()
    made.promote("1", 1.0)
    for number in range(14):
        made.ask(MONDAY + days(number), 40)
    return made


def kept(stage: EstimatedLoans, most: int) -> set[str]:
    windows = waiting_windows(LAST, lake=stage.lake, dataset=stage.dataset)
    found = waiting_predictions(windows, "1", LAST, lake=stage.lake, dataset=stage.dataset, most=most)
    return {each for _, rows in found for each in rows.column("id").to_pylist()}


def test_all_rows_are_kept_as_long_as_they_fit(stage: EstimatedLoans) -> None:
    assert len(kept(stage, 14 * 40)) == 14 * 40


def test_never_more_rows_are_kept_than_fit_and_fewer_are_some_of_more(stage: EstimatedLoans) -> None:
    samples = [kept(stage, most) for most in (14 * 40 - 1, 200, 100, 10)]
    for most, sample in zip((14 * 40 - 1, 200, 100, 10), samples, strict=True):
        assert most / 4 < len(sample) <= most
    for larger, smaller in pairwise(samples):
        assert smaller <= larger


def test_windows_wait_from_the_first_whose_labels_may_come_to_the_last_that_is_predicted(
    stage: EstimatedLoans,
) -> None:
    windows = waiting_windows(LAST, lake=stage.lake, dataset=stage.dataset)
    assert windows[0].start <= LAST - stage.dataset.label_delay < windows[0].end
    assert windows[-1].start <= LAST + stage.dataset.predict.ahead < windows[-1].end


def test_a_window_waits_until_one_of_its_own_length_was_stated() -> None:
    stage = EstimatedLoans()
    stage.promote("1", 1.0)
    longer = window_of(MONDAY, days(28))
    stage.week(longer.start)
    stage.check(longer.start + days(7))
    as_of = longer.start + days(8)
    week = waiting_windows(as_of, lake=stage.lake, dataset=stage.dataset)
    assert longer.start not in [each.start for each in week]
    stage.dataset = replace(stage.dataset, performance=PerformanceRules(window=days(28)))
    assert longer in waiting_windows(as_of, lake=stage.lake, dataset=stage.dataset)


def test_the_same_rows_of_a_large_holdout_are_drawn_each_time() -> None:
    drawn = chosen_rows(1_000, 100)
    assert np.array_equal(drawn, chosen_rows(1_000, 100))
    assert len(set(drawn.tolist())) == 100
    assert pa.array(drawn).equals(pa.array(sorted(drawn)))
    assert np.array_equal(chosen_rows(100, 100), np.arange(100))
