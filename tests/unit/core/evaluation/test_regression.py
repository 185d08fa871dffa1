"""Every measure of a regression agrees with scikit-learn and obeys the laws that define it."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn import metrics

from courtside.core.evaluation import Weighted, score
from courtside.core.evaluation import regression as of
from courtside.core.evaluation.regression import Predictions, Targets

Measured = Callable[[Targets, Predictions], Weighted]

ALL: dict[str, Measured] = {
    "mae": of.mean_absolute_error,
    "median_absolute_error": of.median_absolute_error,
    "mse": of.mean_squared_error,
    "pinball_10": partial(of.pinball_loss, quantile=0.1),
    "pinball_90": partial(of.pinball_loss, quantile=0.9),
    "r2": of.r2,
    "rmse": of.rmse,
}
SCIKIT_LEARN: dict[str, Callable[..., float]] = {
    "mae": metrics.mean_absolute_error,
    "median_absolute_error": metrics.median_absolute_error,
    "mse": metrics.mean_squared_error,
    "pinball_10": partial(metrics.mean_pinball_loss, alpha=0.1),
    "pinball_90": partial(metrics.mean_pinball_loss, alpha=0.9),
    "r2": metrics.r2_score,
    "rmse": metrics.root_mean_squared_error,
}


def rows(seed: int, n: int, *, scale: float = 1.0, decimals: int = 15) -> tuple[Targets, Predictions]:
    rng = np.random.default_rng(seed)
    targets = scale * np.round(rng.normal(3, 2, n), decimals)
    targets[:2] = 0, scale
    return targets, targets + scale * np.round(rng.normal(0.1, 1, n), decimals)


some_rows = st.builds(
    rows,
    st.integers(0, 10_000),
    st.integers(2, 300),
    scale=st.sampled_from([1e-9, 1.0, 1e12]),
    decimals=st.sampled_from([0, 15]),
)


@pytest.mark.parametrize("name", SCIKIT_LEARN)
@given(given_rows=some_rows, seed=st.integers(0, 1_000))
@settings(max_examples=40, deadline=None)
def test_every_measure_agrees_with_scikit_learn_at_any_scale_and_weight(
    name: str, given_rows: tuple[Targets, Predictions], seed: int
) -> None:
    targets, said = given_rows
    assert score(ALL[name], targets, said) == pytest.approx(SCIKIT_LEARN[name](targets, said), rel=1e-12, abs=1e-300)
    weights = np.random.default_rng(seed).integers(0, 4, targets.size).astype(np.float64)
    weights[:2] = 1  # two targets that differ keep a weight
    if name == "median_absolute_error":
        expected = SCIKIT_LEARN[name](np.repeat(targets, weights.astype(int)), np.repeat(said, weights.astype(int)))
    else:
        expected = SCIKIT_LEARN[name](targets, said, sample_weight=weights)
    assert ALL[name](targets, said)(weights[:, None])[0] == pytest.approx(expected, rel=1e-11, abs=1e-300)


@pytest.mark.parametrize("name", ALL)
def test_neither_the_order_of_rows_nor_of_resamples_changes_anything(name: str) -> None:
    targets, said = rows(5, 300)
    order = np.random.default_rng(1).permutation(targets.size)
    weights = np.random.default_rng(2).integers(0, 3, (targets.size, 5)).astype(np.float64)
    values = ALL[name](targets, said)(weights)
    assert ALL[name](targets[order], said[order])(weights[order]) == pytest.approx(values)
    assert values == pytest.approx([ALL[name](targets, said)(weights[:, [column]])[0] for column in range(5)])


@given(given_rows=some_rows, shift=st.floats(-10, 10), factor=st.floats(0.1, 10))
@settings(max_examples=40, deadline=None)
def test_r2_depends_on_neither_unit_nor_origin_and_errors_have_the_unit_of_the_target(
    given_rows: tuple[Targets, Predictions], shift: float, factor: float
) -> None:
    targets, said = given_rows
    away = shift * np.ptp(targets)
    moved, told = factor * targets + away, factor * said + away
    assert score(of.r2, moved, told) == pytest.approx(score(of.r2, targets, said), rel=1e-6, abs=1e-6)
    for measure in (of.rmse, of.mean_absolute_error, of.median_absolute_error):
        expected = factor * score(measure, targets, said)
        assert score(measure, moved, told) == pytest.approx(expected, rel=1e-6, abs=1e-9 * factor * np.ptp(targets))


@pytest.mark.parametrize("value", [0.0, 0.1, 7.3, 1e12])
def test_r2_of_equal_targets_is_undefined_and_errors_are_not(value: float) -> None:
    targets = np.full(7, value)
    assert np.isnan(score(of.r2, targets, targets + 1))
    assert score(of.rmse, targets, targets + 1) == pytest.approx(1)
    drawn = np.zeros((4, 1))
    drawn[1] = 4
    assert np.isnan(of.r2(np.array([1.0, 2.0, 3.0, 4.0]), np.zeros(4))(drawn)[0])


def test_r2_is_not_defined_where_the_one_row_that_differs_was_not_drawn() -> None:
    targets = np.zeros(300)
    targets[0] = 1.0
    drawn = np.random.default_rng(0).integers(0, 4, (300, 50)).astype(float)
    drawn[0] = 0
    assert np.isnan(of.r2(targets, np.full(300, 0.001))(drawn)).all()
    drawn[0] = 1
    assert np.isfinite(of.r2(targets, np.full(300, 0.001))(drawn)).all()


def test_nothing_is_defined_without_weight() -> None:
    targets, said = rows(1, 20)
    assert all(np.isnan(measure(targets, said)(np.zeros((20, 1)))[0]) for measure in ALL.values())


def intervals(seed: int, n: int) -> tuple[Targets, NDArray[np.float64]]:
    rng = np.random.default_rng(seed)
    targets, middle, half = rng.normal(size=n), rng.normal(size=n), rng.gamma(2, size=n)
    return targets, np.stack([middle - half, middle + half], axis=1)


@given(st.builds(intervals, st.integers(0, 10_000), st.integers(1, 200)))
@settings(max_examples=40, deadline=None)
def test_coverage_and_width_agree_with_their_definitions(made: tuple[Targets, NDArray[np.float64]]) -> None:
    targets, bounds = made
    low, high = bounds[:, 0], bounds[:, 1]
    assert score(of.coverage, targets, bounds) == pytest.approx(((low <= targets) & (targets <= high)).mean())
    assert score(of.interval_width, targets, bounds) == pytest.approx((high - low).mean())


def test_a_target_at_an_end_is_covered_and_only_too_few_of_them_count() -> None:
    bounds, targets = np.array([[0.0, 1.0]] * 4), np.array([0.0, 1.0, -0.1, 1.1])
    assert of.covered(targets, bounds).tolist() == [True, True, False, False]
    assert score(partial(of.undercoverage, level=0.8), targets, bounds) == pytest.approx(0.3)
    assert score(partial(of.undercoverage, level=0.4), targets, bounds) == 0


def test_the_true_quantile_has_the_lowest_pinball_loss() -> None:
    targets = np.random.default_rng(3).normal(size=200_000)
    for sign, quantile in ((-1, 0.05), (1, 0.95)):
        lost = partial(of.pinball_loss, quantile=quantile)
        best = score(lost, targets, np.full(targets.size, sign * 1.645))
        assert all(score(lost, targets, np.full(targets.size, sign * end)) > best for end in (1.5, 1.8))


def test_the_baselines_are_the_median_and_the_last_value() -> None:
    targets = np.array([5.0, 1.0, 9.0, 2.0])
    assert of.median_value(targets, rows=2).tolist() == [3.5, 3.5]
    assert of.last_value(targets, rows=3).tolist() == [2.0, 2.0, 2.0]
    best = score(of.mean_absolute_error, targets, of.median_value(targets, rows=4))
    assert all(score(of.mean_absolute_error, targets, np.full(4, value)) >= best for value in (1, 2, 3, 4, 5, 9))
