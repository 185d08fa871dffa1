"""Two models of a stage are compared by what their champions showed of the same rows."""

from dataclasses import replace
from typing import Any

import pytest

from courtside.core.drift.reading import Days
from courtside.core.performance.model_comparison import ModelComparison, Verdict
from courtside.workflows.performance.comparing_models import NoSharedRows, TargetsDiffer, compared_models
from tests.fakes.judging import MONDAY, JudgedLoans, days
from tests.fakes.predicting import LOANS

OTHER = replace(LOANS, name="second_opinion")


def two_models(weeks: int, *, weight: float = 0.4) -> tuple[JudgedLoans, JudgedLoans]:
    """Return two models of the same loans in one lake; the second one's probabilities are `weight` of the first's."""
    first = JudgedLoans()
    second = JudgedLoans(dataset=OTHER, lake=first.lake)
    for stage, of in ((first, 1.0), (second, weight)):
        stage.promote("1", of)
        for number in range(weeks):
            stage.week(MONDAY + days(7 * number), wrong=0)
        stage.check(MONDAY + days(7 * weeks))
    return first, second


def compared(stage: JudgedLoans, other: JudgedLoans, *, after: int, **asked: Any) -> ModelComparison:
    as_of = MONDAY + days(after)
    return compared_models(stage.dataset, other.dataset, lake=stage.lake, as_of=as_of, **asked)


def test_the_better_model_is_told_with_the_rows_that_say_so() -> None:
    first, second = two_models(6)
    found = compared(first, second, after=42)
    assert (found.model, found.other, found.verdict) == ("loans", "second_opinion", Verdict.BETTER)
    assert (found.rows, found.days, found.unlabelled, found.labels_differ) == (6 * 7 * 12, 42, 0, 0)
    assert compared(second, first, after=42).verdict is Verdict.WORSE
    auc = next(figure for figure in found.figures if figure.metric == "auc")
    assert auc.model == auc.other  # the same order of rows


def test_it_is_not_known_after_a_few_days_what_is_known_later() -> None:
    first, second = two_models(6, weight=0.75)
    early = compared(first, second, after=42, days=Days(MONDAY, MONDAY + days(5)))
    assert (early.rows, early.verdict) == (5 * 12, Verdict.NOT_KNOWN)
    assert early.low is None


def test_what_was_known_on_an_earlier_day_can_be_asked_again() -> None:
    first, second = two_models(4)
    assert compared(first, second, after=14).rows < compared(first, second, after=28).rows


def test_a_new_champion_goes_on_for_its_model() -> None:
    first, second = two_models(2)
    second.promote("2", 0.9)
    for stage in (first, second):
        stage.week(MONDAY + days(14))
        stage.check(MONDAY + days(21))
    found = compared(first, second, after=21)
    assert found.rows == 3 * 7 * 12
    newest = compared(first, second, after=21, days=Days(MONDAY + days(14), MONDAY + days(21)))
    assert abs(newest.difference or 0) < abs(found.difference or 0)


def test_models_of_other_targets_are_refused() -> None:
    first, second = two_models(1)
    for change in ({"target": "paid_late"}, {"positive": "yes"}, {"id_columns": ("customer",)}):
        other = replace(second.dataset, **change)  # type: ignore[arg-type]
        with pytest.raises(TargetsDiffer, match="can be compared"):
            compared_models(first.dataset, other, lake=first.lake, as_of=MONDAY)


def test_models_that_have_not_predicted_the_same_rows_are_told_what_to_do() -> None:
    first, _ = two_models(1)
    with pytest.raises(NoSharedRows, match="courtside predict --model third"):
        compared_models(first.dataset, replace(LOANS, name="third"), lake=first.lake, as_of=MONDAY + days(7))
