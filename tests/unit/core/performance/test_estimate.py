"""Intervals cover the truth as often as they say, where rows depend on each other by days and where they do not."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from courtside.core.evaluation import auc, resample, score
from courtside.core.performance.estimate import (
    ANY,
    POSITIVE,
    SHARE,
    Estimate,
    Linear,
    clustered,
    count_of,
    of_mean,
    standard_error,
)
from courtside.core.performance.metrics import metrics_of
from courtside.core.performance.metrics.auc import linear as area
from courtside.core.performance.student import t_quantile
from tests.unit.core.evaluation import delong
from tests.unit.core.evaluation.samples import calibrated
from tests.unit.core.performance.worlds import World

WEEKS = 300
LEAST_COVERED = 0.90
"""Of 300 intervals that cover 95 % of the time, fewer than this share cover once in 10,000 tries."""


@pytest.mark.parametrize(
    ("world", "rows", "days"),
    [
        (World(), 50, None),
        (World(), 400, None),
        (World(day_shift=0.5), 350, 7),
        (World(day_shift=0.5), 3_000, 7),
        (World(day_shift=0.4), 3_000, 30),
        (World(middle=-3.0, spread=1.5), 400, None),
        (World(scale=2.0), 1_000, None),
    ],
    ids=[
        "few games",
        "a day",
        "a dependent week",
        "a large dependent week",
        "a month",
        "a rare class",
        "overconfident",
    ],
)
def test_intervals_cover_what_is_true_of_all_days(world: World, rows: int, days: int | None) -> None:
    labels, probability, _ = world.draw(1, 300_000, days=10_000)
    truths = {metric.name: metric.value(labels, probability) for metric in metrics_of("binary")}
    covered = dict.fromkeys(truths, 0)
    for seed in range(WEEKS):
        labels, probability, day = world.draw(1_000 + seed, rows, days=days or rows)
        for metric in metrics_of("binary"):
            truth = truths[metric.name]
            found = metric.estimate(labels, probability, day if days else None)
            assert truth is not None
            assert found.low is not None
            assert found.high is not None
            covered[metric.name] += found.low <= truth <= found.high
    assert {name: count / WEEKS for name, count in covered.items() if count < LEAST_COVERED * WEEKS} == {}


def test_rows_that_are_taken_for_independent_would_promise_too_much() -> None:
    world, known = World(day_shift=0.5), World(day_shift=0.5).draw(1, 300_000, days=10_000)
    truth = float(np.mean(-np.log(np.where(known[0] == 1, known[1], 1 - known[1]))))
    log_loss = next(metric for metric in metrics_of("binary") if metric.name == "log_loss")
    covered = 0
    for seed in range(100):
        labels, probability, _ = world.draw(seed, 3_000, days=7)
        found = log_loss.estimate(labels, probability, None)
        covered += found.low <= truth <= found.high  # type: ignore[operator] # of 3,000 rows there is an interval
    assert covered < 70


def test_the_error_is_that_of_a_bootstrap_which_draws_whole_days() -> None:
    labels, probability, day = World(day_shift=0.5).draw(3, 4_000, days=40)
    rng = np.random.default_rng(0)
    drawn = np.array([np.bincount(rng.integers(0, 40, 40), minlength=40)[day] for _ in range(800)], dtype=np.float64).T
    for metric in metrics_of("binary"):
        if metric.estimator is not None:
            continue
        figure = metric.linear(labels, probability)
        assert figure is not None
        measured = {"auc": auc}.get(metric.name)
        values = measured(labels, probability)(drawn) if measured else _means(figure, drawn)
        assert standard_error(figure.influence, day) == pytest.approx(float(values.std(ddof=1)), rel=0.15)


def _means(figure: Linear, weights: np.ndarray) -> np.ndarray:
    return np.asarray(figure.value + figure.influence @ weights / weights.sum(axis=0))


def test_the_area_has_the_error_of_delong_where_rows_are_independent() -> None:
    labels, logits = calibrated(4, 5_000)
    figure = area(labels, logits)
    assert figure is not None
    assert figure.value == pytest.approx(score(auc, labels, logits))
    noise = np.random.default_rng(0).normal(size=labels.size)  # an AUC of a half, whose own error is left out
    both = delong.standard_error(labels, logits, np.zeros(labels.size))
    assert standard_error(figure.influence, None) == pytest.approx(both, rel=1e-3)
    other = area(labels, logits + noise)
    assert other is not None
    paired = standard_error(figure.influence - other.influence, None)
    assert paired == pytest.approx(delong.standard_error(labels, logits, logits + noise), rel=1e-3)


def test_a_bootstrap_of_rows_gives_the_same_interval_for_a_mean() -> None:
    values = np.random.default_rng(5).exponential(size=4_000)
    draws = resample({0: lambda weights: np.asarray(values @ weights / weights.sum(axis=0))}, rows=4_000, seed=1)[0]
    found = clustered(of_mean(values), None)
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(draws, [0.025, 0.975])), abs=0.006)


@given(st.integers(1, 3_000), st.sampled_from([0.8, 0.95, 0.99]))
@settings(max_examples=80, deadline=None)
def test_t_quantiles_are_those_of_scipy(degrees: int, level: float) -> None:
    assert t_quantile(degrees, level=level) == pytest.approx(stats.t.ppf((1 + level) / 2, degrees), rel=1e-6)


figures = st.builds(
    lambda seed, rows, middle: of_mean(np.asarray(np.random.default_rng(seed).beta(middle, 1, rows))),
    st.integers(0, 10_000),
    st.integers(2, 60),
    st.sampled_from([0.02, 1.0, 60.0]),
)


@given(figures, st.integers(1, 9), st.sampled_from([SHARE, POSITIVE, ANY]))
@settings(max_examples=150, deadline=None)
def test_an_interval_contains_its_figure_and_stays_where_figures_can_be(
    figure: Linear, blocks: int, within: tuple[float, float]
) -> None:
    found = clustered(figure, np.arange(figure.influence.size) % blocks, within=within)
    if found.low is None or found.high is None:
        assert blocks == 1 or np.allclose(figure.influence, 0, atol=1e-6)
        return
    assert within[0] <= found.low <= figure.value <= found.high <= within[1]
    assert math.isfinite(found.low)


@given(figures, st.permutations(range(5)))
@settings(max_examples=50, deadline=None)
def test_neither_the_names_of_blocks_nor_those_that_are_empty_matter(figure: Linear, names: list[int]) -> None:
    blocks = np.arange(figure.influence.size) % 5
    renamed = np.array(names)[blocks] * 7 + 2
    assert standard_error(figure.influence, blocks) == pytest.approx(standard_error(figure.influence, renamed))
    assert count_of(blocks, blocks.size) == count_of(renamed, blocks.size) == min(5, blocks.size)


def test_rows_that_all_agree_or_lie_in_one_block_say_nothing_about_their_error() -> None:
    assert clustered(of_mean(np.ones(50)), None, within=SHARE) == Estimate(1.0)
    tenth = clustered(of_mean(np.full(50, 0.1)), None, within=POSITIVE)
    assert tenth.value == pytest.approx(0.1)
    assert tenth.low is None
    assert clustered(of_mean(np.arange(4.0)), np.zeros(4, dtype=np.intp)) == Estimate(1.5)
    assert clustered(of_mean(np.arange(1.0)), None) == Estimate(0.0)


def test_a_class_that_occurs_in_one_block_only_leaves_the_area_without_an_interval() -> None:
    labels = np.array([1, 1, 0, 0, 0, 0], dtype=np.int8)
    figure = area(labels, np.array([0.9, 0.2, 0.1, 0.3, 0.4, 0.5]))
    assert figure is not None
    assert clustered(figure, np.array([0, 0, 0, 1, 2, 3])).low is None
    assert clustered(figure, np.array([0, 1, 0, 1, 2, 3])).low is not None
