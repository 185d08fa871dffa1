"""Bootstrap resamples are reproducible, and their intervals cover the truth as often as they claim."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from courtside.core.evaluation import (
    accuracy,
    auc,
    basic_interval,
    brier_score,
    calibration_error,
    log_loss,
    resample,
    score,
    simultaneous_intervals,
)
from tests.unit.core.evaluation.delong import standard_error
from tests.unit.core.evaluation.samples import calibrated, expit

MEASURES = {
    "auc": auc,
    "log_loss": log_loss,
    "brier_score": brier_score,
    "calibration_error": calibration_error,
    "accuracy": accuracy,
}


def test_resamples_equal_those_of_a_plain_loop() -> None:
    labels, logits = calibrated(0, 300)
    probability = np.round(expit(logits), 2)  # rounding makes ties
    prepared = {name: measure(labels, probability) for name, measure in MEASURES.items()}
    draws = resample(prepared, rows=300, seed=7, resamples=70)
    rng = np.random.default_rng(7)
    for place in range(70):
        picked = rng.integers(0, 300, 300)
        for name in ("log_loss", "brier_score", "accuracy"):
            assert draws[name][place] == pytest.approx(score(MEASURES[name], labels[picked], probability[picked]))
        assert draws["auc"][place] == pytest.approx(roc_auc_score(labels[picked], probability[picked]))


def test_a_seed_gives_the_same_draws_whichever_measures_are_taken() -> None:
    labels, logits = calibrated(0, 200)
    alone = resample({"auc": auc(labels, logits)}, rows=200, seed=1, resamples=50)
    among = resample({"b": brier_score(labels, expit(logits)), "auc": auc(labels, logits)}, rows=200, seed=1)
    assert np.array_equal(alone["auc"], among["auc"][:50])
    other = resample({"auc": auc(labels, logits)}, rows=200, seed=2, resamples=50)
    assert not np.array_equal(alone["auc"], other["auc"])


@given(st.integers(0, 10_000))
@settings(max_examples=10, deadline=None)
def test_a_model_does_not_differ_from_a_monotonic_transform_of_itself(seed: int) -> None:
    labels, logits = calibrated(seed, 150)
    own, same = auc(labels, logits), auc(labels, logits**3 + logits)
    draws = resample({"difference": lambda weights: own(weights) - same(weights)}, rows=150, seed=seed, resamples=40)
    interval = basic_interval(0.0, draws["difference"])
    assert (interval.low, interval.high) == (0, 0)


@given(st.integers(0, 10_000), st.sampled_from(["auc", "log_loss", "brier_score", "accuracy"]))
@settings(max_examples=25, deadline=None)
def test_an_interval_contains_its_value_and_swapping_the_models_mirrors_it(seed: int, name: str) -> None:
    labels, logits = calibrated(seed, 200)
    noisy = logits + np.random.default_rng(seed).normal(0, 0.5, 200)
    a, b = (MEASURES[name](labels, expit(each)) for each in (logits, noisy))
    draws = resample({"a": a, "b": b}, rows=200, seed=seed, resamples=400)
    value = float((a(np.ones((200, 1))) - b(np.ones((200, 1))))[0])
    there = basic_interval(value, draws["a"] - draws["b"])
    back = basic_interval(-value, draws["b"] - draws["a"])
    assert there.low <= value <= there.high
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))
    alone = basic_interval(score(MEASURES[name], labels, expit(logits)), draws["a"], within=(0, np.inf))
    assert 0 <= alone.low <= alone.value <= alone.high


@given(st.integers(0, 10_000), st.floats(0.5, 2.0))
@settings(max_examples=60, deadline=None)
def test_a_difference_of_calibration_errors_lies_in_its_interval(seed: int, confidence: float) -> None:
    labels, logits = calibrated(seed, 60)
    a, b = (calibration_error(labels, expit(each * logits)) for each in (confidence, 1.0))
    draws = resample({"difference": lambda weights: a(weights) - b(weights)}, rows=60, seed=seed, resamples=100)
    value = float((a(np.ones((60, 1))) - b(np.ones((60, 1))))[0])
    interval = basic_interval(value, draws["difference"])
    assert interval.low <= interval.value <= interval.high


@pytest.mark.parametrize("bias", [-1.0, 1.0])
def test_an_interval_reaches_to_a_figure_from_which_all_draws_are_biased(bias: float) -> None:
    draws = np.random.default_rng(0).normal(0.2 + bias, 0.1, 1_000)
    interval = basic_interval(0.2, draws, within=(-0.5, 0.5))
    assert (interval.low, interval.high) == ((0.2, 0.5) if bias < 0 else (-0.5, 0.2))


def test_the_bootstrap_agrees_with_delong() -> None:
    labels, logits = calibrated(4, 2_000)
    other = logits + np.random.default_rng(4).normal(0, 0.4, 2_000)
    draws = resample({"a": auc(labels, logits), "b": auc(labels, other)}, rows=2_000, seed=0, resamples=2_000)
    assert (draws["a"] - draws["b"]).std(ddof=1) == pytest.approx(standard_error(labels, logits, other), rel=0.06)


def test_intervals_of_a_difference_cover_the_truth_as_often_as_they_claim() -> None:
    """The test draws 400 samples of 500 rows and takes the value of a million rows as the truth."""

    def draw(seed: int, n: int) -> dict[str, tuple[float, float, float]]:
        labels, logits = calibrated(seed, n)
        noisy = logits + np.random.default_rng(seed + 1_000_000).normal(0, 0.4, n)
        found = {}
        few = 250 if n < 1_000 else 1
        for name in ("auc", "log_loss"):
            a, b = (MEASURES[name](labels, expit(each)) for each in (logits, noisy))
            draws = resample({"a": a, "b": b}, rows=n, seed=seed, resamples=few)
            value = float((a(np.ones((n, 1))) - b(np.ones((n, 1))))[0])
            interval = basic_interval(value, draws["a"] - draws["b"])
            found[name] = (value, interval.low, interval.high)
        return found

    truth = {name: value for name, (value, _, _) in draw(1, 1_000_000).items()}
    covered = dict.fromkeys(truth, 0)
    for seed in range(2, 402):
        for name, (_, low, high) in draw(seed, 500).items():
            covered[name] += low <= truth[name] <= high
    assert all(0.92 <= hits / 400 <= 0.98 for hits in covered.values()), covered


def test_simultaneous_intervals_cover_all_values_at_once() -> None:
    rng = np.random.default_rng(0)
    every = 0
    for _ in range(300):
        values, errors = rng.normal(0, 1, 12), np.ones(12)
        draws = values[:, None] + rng.normal(0, 1, (12, 500)) * errors[:, None]
        every += all(interval.low <= 0 <= interval.high for interval in simultaneous_intervals(values, draws))
    assert 0.91 <= every / 300 <= 0.98, every / 300


def test_the_simultaneous_interval_of_a_constant_is_a_point() -> None:
    (still, _) = simultaneous_intervals(np.array([0.0, 0.1]), np.array([[0.0, 0.0, 0.0], [0.0, 0.1, 0.3]]))
    assert (still.low, still.high) == (0, 0)
