"""Two models are compared on the rows that both predicted, and the verdict is as sure as it says."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courtside.core.evaluation import log_losses
from courtside.core.performance.comparison_wording import sentences_of
from courtside.core.performance.model_comparison import ModelComparison, Verdict, compare_models, said_schema
from courtside.core.sequential import DaySums, two_sided

FIRST = date(2019, 10, 22)


def season(seed: int, *, days: int = 160, rows: int = 7, noise: float = 0.0) -> tuple[pa.Table, pa.Table]:
    """Return what two models said: one knows the truth, the other knows it with `noise` on the scale of log odds."""
    rng = np.random.default_rng(seed)
    odds = rng.normal(0.4, 0.9, days * rows)
    heard = odds + rng.normal(0, noise, odds.size) if noise else odds
    label = (rng.random(odds.size) < 1 / (1 + np.exp(-odds))).astype(np.int8)
    day = [FIRST + timedelta(days=number // rows) for number in range(odds.size)]
    tables = []
    for said in (odds, heard):
        columns: list[Any] = [[f"g{n}" for n in range(odds.size)], day, 1 / (1 + np.exp(-said)), label]
        tables.append(pa.table(columns, schema=said_schema("binary")))
    return tables[0], tables[1]


def compared(mine: pa.Table, theirs: pa.Table) -> ModelComparison:
    return compare_models(mine, theirs, model="ratings", other="means", margin=0.01)


def test_a_clearly_better_model_is_better_and_the_other_one_worse() -> None:
    good, bad = season(1, noise=1.2)
    found, turned = compared(good, bad), compared(bad, good)
    assert (found.verdict, turned.verdict) == (Verdict.BETTER, Verdict.WORSE)
    assert found.rows == 1120
    assert (found.days, found.first, found.last) == (160, FIRST, FIRST + timedelta(days=159))
    assert found.high is not None
    assert found.high < 0
    assert (turned.low, turned.high, turned.difference) == pytest.approx(
        (-found.high, -(found.low or 0), -(found.difference or 0))
    )
    assert found.since is not None
    assert FIRST < found.since == turned.since <= FIRST + timedelta(days=159)
    labels, said, others = (
        table.column(name).to_numpy() for table, name in ((good, "label"), (good, "prediction"), (bad, "prediction"))
    )
    assert found.difference == pytest.approx(float((log_losses(labels, said) - log_losses(labels, others)).mean()))


def test_what_is_sure_was_not_sure_the_day_before() -> None:
    good, bad = season(1, noise=1.2)
    since = compared(good, bad).since
    assert since is not None
    for last, verdict in ((since, Verdict.BETTER), (since - timedelta(days=1), Verdict.NOT_KNOWN)):
        until = [table.filter(pa.compute.less_equal(table.column("day"), pa.scalar(last))) for table in (good, bad)]
        assert compared(*until).verdict is verdict


def test_the_same_predictions_are_as_good() -> None:
    good, same = season(2)
    found = compared(good, same)
    assert (found.verdict, found.difference, found.since) == (Verdict.EQUIVALENT, 0.0, None)


@pytest.mark.parametrize("seed", range(6))
def test_chance_alone_decides_nothing(seed: int) -> None:
    """Each model knows half of the truth, so neither is better however long one looks."""
    rng = np.random.default_rng(seed)
    one, other = season(seed, noise=0.5)
    swap = rng.random(one.num_rows) < 0.5
    said = [
        np.where(swap, *(pair))
        for pair in ((one["prediction"], other["prediction"]), (other["prediction"], one["prediction"]))
    ]
    found = compared(*(one.set_column(2, "prediction", pa.array(each)) for each in said))
    assert found.verdict in {Verdict.NOT_KNOWN, Verdict.EQUIVALENT}


def test_only_rows_that_both_predicted_and_whose_label_is_known_count() -> None:
    good, bad = season(3, noise=1.0)
    labels = bad.column("label").to_pylist()
    labels[5], labels[6] = None, 1 - labels[6]
    bad = bad.set_column(3, "label", pa.array(labels, pa.int8())).slice(3)
    found = compared(good.slice(0, 1000), bad)
    assert (found.rows, found.unlabelled, found.labels_differ) == (995, 1, 1)
    assert (found.only_model, found.only_other) == (3, 120)
    said = list(sentences_of(found))
    assert said[1] == (
        "rows that were left out: 1 wait for their label, 3 only ratings predicted, 120 only means predicted, "
        "1 have another label in each model"
    )


def test_the_order_of_rows_changes_nothing() -> None:
    good, bad = season(4, noise=0.8)
    shuffled = good.take(np.random.default_rng(0).permutation(good.num_rows))
    assert compared(shuffled, bad) == compared(good, bad)


def test_without_shared_rows_nothing_is_known() -> None:
    good, bad = season(5)
    found = compared(good.slice(0, 10), bad.slice(10))
    assert (found.rows, found.days, found.difference, found.verdict) == (0, 0, None, Verdict.NOT_KNOWN)
    assert {figure.model for figure in found.figures} == {None}
    assert next(sentences_of(found)).startswith("it is not known yet whether ratings or means is better: none of the")


def test_the_sentence_says_which_by_how_much_and_how_sure() -> None:
    good, bad = season(1, noise=1.2)
    found = replace(
        compared(good, bad), difference=-0.031, low=-0.05, high=-0.012, margin=0.006, since=date(2020, 1, 3)
    )
    assert next(sentences_of(found)) == (
        "ratings is better than means, surely since 2020-01-03: its log loss is 0.031 lower (0.012 to 0.050) on the "
        "1,120 rows that both predicted, of 160 days from 2019-10-22 to 2020-03-29, an interval that holds "
        "however often one looks"
    )
    few = compared(good.slice(0, 20), bad.slice(0, 20))
    assert "too little to tell" in next(sentences_of(few))
    same = next(sentences_of(compared(good, good)))
    assert same.startswith("ratings is as good as means, within a margin of 0.00")


@given(st.integers(0, 10_000), st.integers(0, 40))
@settings(max_examples=30, deadline=None)
def test_a_two_sided_interval_turns_with_its_differences(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    days = [
        DaySums(FIRST + timedelta(days=n), int(rng.integers(0, 9)), float(rng.normal(0.3, 1))) for n in range(count)
    ]
    days = [replace(each, total=0.0) if not each.rows else each for each in days]
    known, turned = two_sided(days), two_sided([replace(each, total=-each.total) for each in reversed(days)])
    assert known.since == turned.since
    if known.interval.difference is None:
        assert not any(each.rows for each in days)
    elif known.interval.low is not None and turned.interval.low is not None:
        assert (known.interval.low, known.interval.high) == pytest.approx(
            (-(turned.interval.high or 0), -turned.interval.low)
        )
        assert known.interval.low <= known.interval.difference <= (known.interval.high or 0)
