"""Two models of several classes, or of values, are compared by what their champions showed of the same rows."""

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from courtside.core.performance.comparison_wording import sentences_of
from courtside.core.performance.model_comparison import ModelComparison, Verdict, compare_models, said_schema
from courtside.workflows.performance.comparing_models import TargetsDiffer, compared_models
from tests.fakes.judging import MONDAY, days
from tests.fakes.judging_tasks import JudgedOutcomes, outcomes

TASKS = ["multiclass", "regression"]


def two_models(task: str, weeks: int, *, weight: float = 0.1) -> tuple[JudgedOutcomes, JudgedOutcomes]:
    """Return two models of the same outcomes in one lake; the second one knows a `weight` of what the first knows."""
    first = outcomes(task)
    second = replace(first, dataset=replace(first.dataset, name="second_opinion"), ledger=type(first.ledger)())
    second.promote("1", weight)
    second.promised("1", weight=weight)
    for stage in (first, second):
        for number in range(weeks):
            stage.week(MONDAY + days(7 * number), wrong=0)
            if number % 4 == 3 or number == weeks - 1:  # before labels come too late
                stage.check(MONDAY + days(7 * number + 7))
    return first, second


def compared(first: JudgedOutcomes, second: JudgedOutcomes, *, weeks: int) -> ModelComparison:
    as_of = MONDAY + days(7 * weeks)
    return compared_models(first.dataset, second.dataset, lake=first.lake, as_of=as_of)


@pytest.mark.parametrize("task", TASKS)
def test_the_better_model_is_told_with_the_loss_of_its_task(task: str) -> None:
    first, second = two_models(task, 12)
    found, turned = compared(first, second, weeks=12), compared(second, first, weeks=12)
    assert (found.verdict, turned.verdict) == (Verdict.BETTER, Verdict.WORSE)
    assert (found.rows, found.days, found.unlabelled, found.labels_differ) == (12 * 7 * 12, 84, 0, 0)
    (said, *_) = sentences_of(found, task=task)
    loss, of = {"multiclass": ("log_loss", "its log loss is"), "regression": ("squared_error", "its mean squared")}[
        task
    ]
    assert found.loss == loss
    assert said.startswith("loans is better than second_opinion, surely since 2026-")
    assert of in said
    assert "lower" in said
    names = {figure.metric for figure in found.figures}
    assert names >= ({"macro_auc", "log_loss"} if task == "multiclass" else {"rmse", "mae", "r2"})
    assert all(figure.model is not None and figure.other is not None for figure in found.figures)


def test_models_of_another_task_are_refused_by_name() -> None:
    first, second = two_models("regression", 1)
    several = replace(second, dataset=replace(second.dataset, task="multiclass"))
    with pytest.raises(TargetsDiffer, match=r"cost \(regression\).*cost \(multiclass\).*the same task"):
        compared(first, several, weeks=1)


def said_of_classes(probabilities: list[dict[str, float]], labels: list[str | None]) -> pa.Table:
    ids = [f"r{place}" for place in range(len(labels))]
    maps = pa.array([list(each.items()) for each in probabilities], pa.map_(pa.string(), pa.float64()))
    columns: list[Any] = [ids, [MONDAY] * len(ids), maps, labels]
    return pa.table(columns, schema=said_schema("multiclass"))


def test_a_class_that_one_of_them_does_not_know_costs_it_the_most() -> None:
    labels = ["away", "draw", "home", "void", None]
    knows = said_of_classes([{"away": 0.2, "draw": 0.5, "home": 0.3}] * 5, labels)
    blind = said_of_classes([{"home": 0.6, "away": 0.4}] * 5, labels)
    found = compare_models(knows, blind, model="knows", other="blind", margin=0.01, task="multiclass")
    assert (found.rows, found.unlabelled) == (4, 1)
    loss = next(figure for figure in found.figures if figure.metric == "log_loss")
    most = 36.0436533891  # of a probability of 0
    assert loss.model == pytest.approx((-np.log([0.2, 0.5, 0.3]).sum() + most) / 4)
    assert loss.other == pytest.approx((-np.log([0.4, 0.6]).sum() + 2 * most) / 4)


def said_of_values(values: Any, labels: Any) -> pa.Table:
    ids = [f"r{place}" for place in range(len(labels))]
    when = [MONDAY + days(place // 10) for place in range(len(labels))]
    return pa.table([ids, when, values, labels], schema=said_schema("regression"))


def test_one_outlier_decides_nothing() -> None:
    rng = np.random.default_rng(5)
    truth = rng.normal(10, 2, 600)
    good, bad = truth + rng.normal(0, 1, 600), truth + rng.normal(0, 2, 600)
    truth[300], good[300] = 1e12, 0.0
    mine, theirs = (said_of_values(each, truth) for each in (good, bad))
    bounded = compare_models(mine, theirs, model="a", other="b", margin=0.01, task="regression", most=40.0)
    assert bounded.verdict is Verdict.BETTER
    assert (
        compare_models(mine, theirs, model="a", other="b", margin=0.01, task="regression").verdict is not Verdict.BETTER
    )


def test_the_limit_of_a_loss_is_that_of_the_promises() -> None:
    first, second = two_models("regression", 6)
    monday = MONDAY + days(35)
    first.amounts[monday][0] = 1e7  # a row of which both say far too much
    second.amounts[monday][0] = 1e7
    first.repay(monday)
    second.repay(monday)
    found = compared(first, second, weeks=6)
    assert found.verdict is Verdict.BETTER
    assert found.margin < 100
