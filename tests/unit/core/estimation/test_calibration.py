"""Calibration is isotonic regression where that helps, and a correction moves it by two numbers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from sklearn.isotonic import IsotonicRegression

from courtside.core.estimation.calibration import UNCHANGED, calibration_of
from courtside.core.estimation.correction import PRIOR, correction_of
from tests.unit.core.estimation.known import Numbers, drawn, expit


@given(seed=st.integers(0, 1_000), decimals=st.sampled_from([1, 2, 16]))
@settings(max_examples=20, deadline=None)
def test_it_is_the_isotonic_regression_of_scikit_learn(seed: int, decimals: int) -> None:
    said, labels = drawn(seed, 1_000, overconfident=3)
    said = said.round(decimals)
    expected = IsotonicRegression(out_of_bounds="clip").fit(said, labels)
    asked = np.linspace(0, 1, 301)
    assert calibration_of(said, labels == 1)(asked) == pytest.approx(expected.predict(asked))


def test_what_cannot_be_made_better_is_left_as_it_is() -> None:
    said, labels = drawn(1, 1_000, overconfident=3)
    few = np.arange(1_000) < 9
    apart = np.where(labels == 1, 0.9, 0.1) + said / 100
    for predictions, ones in ((said, few), (said, ~few), (apart, labels == 1)):
        assert calibration_of(predictions, ones) is UNCHANGED
    assert UNCHANGED(said) is said


def test_calibrated_probabilities_are_mostly_left_as_they_are() -> None:
    left = [calibration_of(said, labels == 1) is UNCHANGED for said, labels in (drawn(each, 400) for each in range(40))]
    assert sum(left) > 10


def weighted(seed: int) -> tuple[Numbers, np.ndarray, Numbers]:
    said, labels = drawn(seed, 500)
    return said, labels == 1, np.random.default_rng(seed).exponential(1, 500)


@given(seed=st.integers(0, 1_000))
@settings(max_examples=10, deadline=None)
def test_a_correction_has_the_smallest_loss_with_its_prior(seed: int) -> None:
    said, ones, weights = weighted(seed)
    worth = weights * weights.sum() / (weights**2).sum()
    logits = np.log(said / (1 - said))

    def loss(found: Numbers) -> float:
        right = expit(np.where(ones, 1, -1) * (found[0] + found[1] * logits))
        return float(-worth @ np.log(right)) + PRIOR / 2 * float(found[0] ** 2 + (found[1] - 1) ** 2)

    expected = minimize(loss, [0, 1]).x
    found = correction_of(said, ones, weights)
    assert [found.shift, found.stretch] == pytest.approx(expected, abs=1e-4)


def test_a_correction_of_few_effective_rows_stays_near_none() -> None:
    said, ones, _ = weighted(1)
    weights = np.where(np.arange(500) < 3, 1e6, 1.0)
    few = correction_of(said, ones, weights)
    assert [few.shift, few.stretch] == pytest.approx([0, 1], abs=0.15)
    many = correction_of(said, ones & (said > 0.9), np.ones(500))
    assert abs(many.shift) > 0.5


def test_a_correction_keeps_certain_probabilities_finite() -> None:
    found = correction_of(np.array([0.0, 1.0] * 100), np.array([False, True] * 100), np.ones(200))
    assert np.isfinite(found(np.array([0.0, 0.5, 1.0]))).all()
