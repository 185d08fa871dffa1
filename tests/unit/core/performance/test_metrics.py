"""Every metric has the one definition of `core.evaluation`, and says so itself where rows do not define it."""

import importlib
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from courtside.core import evaluation
from courtside.core.performance import metrics
from courtside.core.performance.estimate import UNDEFINED
from courtside.core.performance.metrics import ALL, Metric, MetricTwice, metrics_in, metrics_of
from tests.unit.core.evaluation.samples import Labels, Scores, calibrated, expit

MEASURES = {
    "auc": evaluation.auc,
    "log_loss": evaluation.log_loss,
    "brier_score": evaluation.brier_score,
    "accuracy": evaluation.accuracy,
    "calibration_error": evaluation.calibration_error,
}
every_metric = pytest.mark.parametrize("metric", metrics_of("binary"), ids=lambda metric: metric.name)


def rows(seed: int, size: int, decimals: int) -> tuple[Labels, Scores]:
    labels, logits = calibrated(seed, size, spread=2)
    labels[:2] = 0, 1
    return labels, np.round(expit(logits), decimals)


some_rows = st.builds(rows, st.integers(0, 10_000), st.integers(2, 200), st.sampled_from([1, 2, 15]))


def test_the_metrics_of_two_classes_are_those_that_trainings_and_the_gate_know() -> None:
    assert [metric.name for metric in metrics_of("binary")] == list(MEASURES)
    assert metrics_of("ranking") == ()


@every_metric
@given(given_rows=some_rows)
@settings(max_examples=40, deadline=None)
def test_a_figure_is_that_of_the_measure(metric: Metric, given_rows: tuple[Labels, Scores]) -> None:
    labels, probability = given_rows
    expected = evaluation.score(MEASURES[metric.name], labels, probability)
    assert metric.value(labels, probability) == pytest.approx(expected)
    assert metric.estimate(labels, probability, None).value == pytest.approx(expected)


@every_metric
@given(given_rows=some_rows)
@settings(max_examples=40, deadline=None)
def test_influences_are_the_slopes_of_the_measure(metric: Metric, given_rows: tuple[Labels, Scores]) -> None:
    labels, probability = given_rows
    # The calibration error has no slope where a gap is 0: the sum of sizes has a corner there.
    gaps = np.bincount(evaluation.bins_of(probability), weights=labels - probability)
    assume(metric.name != "calibration_error" or np.abs(gaps).min() > 1e-3)
    figure = metric.linear(labels, probability)
    assert figure is not None
    assert figure.influence.mean() == pytest.approx(0, abs=1e-9)
    nudged = np.ones((labels.size, 2))
    step = 1e-6
    nudged[0] += step, -step
    above, below = MEASURES[metric.name](labels, probability)(nudged)
    assert (above - below) / (2 * step) * labels.size == pytest.approx(figure.influence[0], rel=1e-3, abs=1e-3)


@every_metric
def test_no_rows_define_nothing(metric: Metric) -> None:
    nothing, no_labels = np.array([]), np.array([], dtype=np.int8)
    assert metric.estimate(no_labels, nothing, None) == UNDEFINED
    assert metric.value(no_labels, nothing) is None
    assert metric.difference(no_labels, nothing, nothing, None) == UNDEFINED


@every_metric
def test_rows_of_one_class_define_everything_but_the_area(metric: Metric) -> None:
    labels, probability = np.ones(20, dtype=np.int8), np.linspace(0.2, 0.8, 20)
    assert (metric.estimate(labels, probability, None).value is None) == (metric.name == "auc")


@every_metric
def test_a_difference_is_paired_and_changes_its_sign_with_the_sides(metric: Metric) -> None:
    labels, logits = calibrated(8, 500)
    ours, theirs = expit(logits), expit(logits + np.random.default_rng(1).normal(0, 0.6, 500))
    found, turned = (metric.difference(labels, *sides, None) for sides in ((ours, theirs), (theirs, ours)))
    first, second = metric.value(labels, ours), metric.value(labels, theirs)
    assert found.value is not None
    assert turned.value is not None
    assert first is not None
    assert second is not None
    assert found.value == pytest.approx(first - second) == -turned.value
    if metric.estimator is not None:
        assert found.low is None
        return
    apart = metric.estimate(labels, ours, None), metric.estimate(labels, theirs, None)
    assert found.high - found.low < sum(each.high - each.low for each in apart)  # type: ignore[operator, misc] # 500 rows have intervals
    assert metric.difference(labels, ours, ours, None).value == 0


def test_a_file_in_the_folder_is_a_metric(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "own_metrics"
    package.mkdir()
    (package / "__init__.py").touch()
    source = Path(metrics.__file__).with_name("accuracy.py").read_text(encoding="utf-8")
    (package / "hit_rate.py").write_text(source.replace('"accuracy"', '"hit_rate"', 1), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module("own_metrics")
    try:
        assert [each.name for each in metrics_in(module.__name__, list(module.__path__))] == ["hit_rate"]
        (package / "again.py").write_text(source.replace('"accuracy"', '"hit_rate"', 1), encoding="utf-8")
        importlib.invalidate_caches()
        with pytest.raises(MetricTwice, match="two metrics of the task binary are called hit_rate"):
            metrics_in(module.__name__, list(module.__path__))
    finally:
        for name in [name for name in sys.modules if name.startswith("own_metrics")]:
            del sys.modules[name]


def test_titles_and_names_are_distinct() -> None:
    assert len({(metric.task, metric.title) for metric in ALL}) == len(ALL)
