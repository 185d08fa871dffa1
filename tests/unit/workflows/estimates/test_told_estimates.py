"""Of estimates people are told the newest ones that labels have not overtaken, and how far off earlier ones were."""

from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from courtside.contracts.scoring import Role
from courtside.core.drift.reading import Days
from courtside.workflows.estimates.told import ToldEstimates, told_estimates
from courtside.workflows.label_loads import load_labels
from courtside.workflows.performance.told import Asked
from tests.fakes.estimating import EstimatedLoans
from tests.fakes.judging import MONDAY, days, noon
from tests.fakes.predicting import loans

SECOND, THIRD = MONDAY + days(7), MONDAY + days(14)


@pytest.fixture
def stage() -> EstimatedLoans:
    """Return a stage of two weeks that were estimated each day, of which the first is stated."""
    made = EstimatedLoans()
    made.promote("1", 1.0)
    made.promised("1")
    for number in range(14):
        made.ask(MONDAY + days(number))
        made.estimate(MONDAY + days(number))
    for number in range(7):
        made.repay(MONDAY + days(number), wrong=3)
    made.check(THIRD)
    return made


def told(stage: EstimatedLoans, as_of: date = THIRD, **asked: Any) -> ToldEstimates:
    return told_estimates(Asked(as_of, **asked), lake=stage.lake, dataset=stage.dataset)


def windows(found: ToldEstimates) -> list[date]:
    return list(dict.fromkeys(found.lines.column("window_start").to_pylist()))


def test_the_newest_estimate_of_each_window_that_nothing_is_stated_about(stage: EstimatedLoans) -> None:
    found = told(stage)
    assert windows(found) == [SECOND]
    assert set(found.lines.column("rows").to_pylist()) == {84}


def test_the_last_estimate_stays_where_no_label_came_though_none_is_awaited_any_more(stage: EstimatedLoans) -> None:
    stage.check(THIRD + days(60))
    assert windows(told(stage, THIRD + days(60))) == [SECOND]


def test_an_error_is_that_of_the_last_estimate_before_the_first_statement(stage: EstimatedLoans) -> None:
    stage.repay(MONDAY, wrong=9)
    stage.check(THIRD + days(1))  # it is restated, and the first word counts
    assert [row["statement"] for row in stage.statements(window_start=MONDAY)] == [1, 2]
    errors = {each.metric: each for each in told(stage).errors}
    assert set(errors) == {"auc", "log_loss", "brier_score", "accuracy"}
    for metric, each in errors.items():
        last = stage.estimates(metric=metric, window_start=MONDAY)[-1]
        first = stage.statements(metric=metric, window_start=MONDAY)[0]
        assert each.windows == 1
        assert each.estimate.bias == pytest.approx(last["value"] - first["value"])
        assert each.estimate.error == pytest.approx(abs(last["value"] - first["value"]))
        assert each.constant.bias == pytest.approx(last["constant"] - first["value"])


def test_what_was_known_on_an_earlier_day_has_one_answer(stage: EstimatedLoans) -> None:
    then = told(stage, MONDAY + days(3))
    assert (windows(then), then.errors) == ([MONDAY], ())
    assert set(then.lines.column("rows").to_pylist()) == {4 * 12}
    assert told(stage, MONDAY - days(1)).lines.num_rows == 0


def test_labels_that_come_later_than_they_may_end_an_estimate_all_the_same(stage: EstimatedLoans) -> None:
    late = SECOND + stage.dataset.label_delay + days(30)
    stage.check(late)
    assert windows(told(stage, late)) == [SECOND]  # nobody has said anything else about it
    file = loans(SECOND.toordinal() * 1_000, [0.5] * 12, day=SECOND)
    file = file.set_column(4, "repaid", pa.array([0, 1] * 6, pa.int8()))
    load_labels(file, file="late.csv", as_of=late, lake=stage.lake, dataset=stage.dataset, now=noon(late))
    stage.check(late)
    found = told(stage, late)
    assert (windows(found), {each.windows for each in found.errors}) == ([], {2})


def test_what_labels_say_on_the_same_day_was_not_estimated_before_it() -> None:
    stage = EstimatedLoans()
    stage.promote("1", 1.0)
    stage.promised("1")
    stage.week()
    stage.estimate(SECOND)
    stage.check(SECOND)
    assert (told(stage).lines.num_rows, told(stage).errors) == (0, ())


def test_a_champion_that_was_replaced_leaves_its_estimates_to_the_new_one(stage: EstimatedLoans) -> None:
    stage.promote("2", 0.8)
    stage.promised("2")
    stage.ask(MONDAY + days(13), seed=1)
    stage.estimate(THIRD)
    assert set(told(stage).lines.column("version").to_pylist()) == {"2"}
    assert set(told(stage, MONDAY + days(13)).lines.column("version").to_pylist()) == {"1"}


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({"days": Days(SECOND, None)}, True),
        ({"days": Days(None, SECOND)}, False),
        ({"version": "1"}, True),
        ({"version": "7"}, False),
        ({"role": Role.CHAMPION}, True),
        ({"role": Role.PREVIOUS}, False),
        ({"by": "branch"}, False),
        ({"window": days(1)}, False),
        ({"window": days(7)}, True),
    ],
)
def test_estimates_are_shown_where_the_question_is_about_them(
    stage: EstimatedLoans, asked: dict[str, Any], *, shown: bool
) -> None:
    assert bool(told(stage, **asked).lines.num_rows) is shown
