"""The metrics of several classes and of values have the definitions of `core.evaluation`, and honest intervals."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from courtside.core.evaluation import Weighted, multiclass, regression
from courtside.core.performance.estimate import UNDEFINED
from courtside.core.performance.losses import LOSSES
from courtside.core.performance.metrics import Metric, metrics_of
from courtside.core.tasks import MULTICLASS, REGISTRY, REGRESSION

Rows = tuple[NDArray[Any], NDArray[np.float64]]
Measured = Callable[[Any, Any], Weighted]

OF_CLASSES: dict[str, Measured] = {
    "macro_auc": multiclass.macro_auc,
    "log_loss": multiclass.log_loss,
    "brier_score": multiclass.brier_score,
    "accuracy": multiclass.accuracy,
    "balanced_accuracy": multiclass.balanced_accuracy,
    "calibration_error": multiclass.confidence_calibration_error,
}
OF_VALUES: dict[str, Measured] = {
    "rmse": regression.rmse,
    "mae": regression.mean_absolute_error,
    "r2": regression.r2,
    "squared_error": regression.mean_squared_error,
    "coverage": regression.coverage,
    "interval_width": regression.interval_width,
}
MEASURES = {MULTICLASS: OF_CLASSES, REGRESSION: OF_VALUES}
EVERY = [(task, metric) for task in MEASURES for metric in metrics_of(task)]
every_metric = pytest.mark.parametrize(
    ("task", "metric"), EVERY, ids=[f"{task}-{metric.name}" for task, metric in EVERY]
)


def drawn(task: str, seed: int, n: int, *, of_bounds: bool = False) -> Rows:
    """Return rows of a task whose true values are known to the model, but for noise."""
    rng = np.random.default_rng(seed)
    if task == REGRESSION:
        said = rng.normal(5, 2, n)
        truth = said + rng.normal(0, 1, n)
        return truth, np.stack([said - 1.5, said + 1.5 + rng.random(n)], axis=1) if of_bounds else said
    odds = np.exp(rng.normal(size=(n, 4)))
    probability = odds / odds.sum(axis=1, keepdims=True)
    codes = (probability.cumsum(axis=1) < rng.random((n, 1))).sum(axis=1)
    codes[:4] = np.arange(4)
    return codes, probability


def test_the_metrics_of_each_task_are_known_to_trainings_and_to_promise_tests() -> None:
    for task, measures in MEASURES.items():
        assert [metric.name for metric in metrics_of(task)] == list(measures)
        assert REGISTRY[task].primary in measures
        assert next(iter(LOSSES[task])) == REGISTRY[task].loss
        assert set(LOSSES[task]) <= set(measures)
        for figure in REGISTRY[task].figures:
            known = {metric.name: metric for metric in metrics_of(task)}.get(figure.name)
            assert known is None or known.higher_is_better == figure.higher_is_better, figure.name


@every_metric
@given(seed=st.integers(0, 10_000), n=st.integers(8, 200))
@settings(max_examples=25, deadline=None)
def test_a_figure_is_that_of_the_measure(task: str, metric: Metric, seed: int, n: int) -> None:
    truth, said = drawn(task, seed, n, of_bounds=metric.of_bounds)
    expected = float(MEASURES[task][metric.name](truth, said)(np.ones((n, 1)))[0])
    assert metric.value(truth, said) == pytest.approx(expected, rel=1e-12)
    assert metric.estimate(truth, said, None).value == pytest.approx(expected, rel=1e-12)


@every_metric
@given(seed=st.integers(0, 10_000), n=st.integers(8, 200))
@settings(max_examples=25, deadline=None)
def test_influences_are_the_slopes_of_the_measure(task: str, metric: Metric, seed: int, n: int) -> None:
    truth, said = drawn(task, seed, n, of_bounds=metric.of_bounds)
    figure = metric.linear(truth, said)
    assert figure is not None
    assert figure.influence.mean() == pytest.approx(0, abs=1e-9)
    if metric.name == "calibration_error":  # it has a corner wherever a gap is 0, as for two classes
        return
    nudged, step = np.ones((n, 2)), 1e-6
    nudged[0] += step, -step
    above, below = MEASURES[task][metric.name](truth, said)(nudged)
    assert (above - below) / (2 * step) * n == pytest.approx(figure.influence[0], rel=1e-3, abs=1e-3)


@every_metric
def test_intervals_hold_the_truth_as_often_as_they_say(task: str, metric: Metric) -> None:
    truth = metric.value(*drawn(task, 1_000_000, 200_000, of_bounds=metric.of_bounds))
    assert truth is not None
    held = []
    for seed in range(300):
        found = metric.estimate(*drawn(task, seed, 400, of_bounds=metric.of_bounds), None)
        assert found.low is not None
        assert found.high is not None
        held.append(found.low <= truth <= found.high)
    assert np.mean(held) >= (0.9 if metric.estimator is None else 0.95)
    assert metric.estimator is not None or np.mean(held) <= 0.99


@every_metric
def test_no_rows_define_nothing_and_equal_models_do_not_differ(task: str, metric: Metric) -> None:
    truth, said = drawn(task, 1, 100, of_bounds=metric.of_bounds)
    assert metric.estimate(truth[:0], said[:0], None) == UNDEFINED
    assert metric.value(truth[:0], said[:0]) is None
    assert metric.difference(truth, said, said, None).value == 0


def test_what_rows_do_not_define_is_none() -> None:
    by_name = {metric.name: metric for metric in metrics_of(REGRESSION)}
    equal = np.full(20, 3.0)
    assert by_name["r2"].estimate(equal, equal + 1, None) == UNDEFINED
    assert by_name["rmse"].estimate(equal, equal, None).value == 0
    area = next(metric for metric in metrics_of(MULTICLASS) if metric.name == "macro_auc")
    assert area.estimate(np.zeros(20, dtype=np.intp), np.full((20, 3), 1 / 3), None) == UNDEFINED
