import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from courtside.core.gate.auc import area, compare
from courtside.core.gate.verdict import GatePolicy, judge

POLICY = GatePolicy()


def rows(seed: int, n: int = 400) -> tuple[NDArray[np.int8], NDArray[np.float64], NDArray[np.float64]]:
    rng = np.random.default_rng(seed)
    labels = (np.arange(n) % 2).astype(np.int8)
    good = np.round(labels + rng.normal(0, 1, n), 1)
    noisy = labels + rng.normal(0, 3, n)
    return labels, good, noisy


@given(st.integers(0, 10_000), st.integers(10, 300))
@settings(max_examples=40, deadline=None)
def test_area_equals_scikit_learns_ties_included(seed: int, n: int) -> None:
    labels, scores, _ = rows(seed, n)
    assert area(labels, scores) == pytest.approx(roc_auc_score(labels, scores), abs=1e-12)


@given(st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_comparison_is_antisymmetric_and_zero_for_equals(seed: int) -> None:
    labels, a, b = rows(seed)
    there, back = compare(labels, challenger=a, champion=b), compare(labels, challenger=b, champion=a)
    assert there.difference == pytest.approx(-back.difference)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))
    same = compare(labels, challenger=a, champion=a)
    assert (same.difference, same.low, same.high) == (0, 0, 0)


def test_interval_covers_the_bootstraps() -> None:
    labels, a, b = rows(1, 1000)
    rng = np.random.default_rng(0)
    picks = [rng.integers(0, labels.size, labels.size) for _ in range(400)]
    differences = [roc_auc_score(labels[p], a[p]) - roc_auc_score(labels[p], b[p]) for p in picks]
    result = compare(labels, challenger=a, champion=b)
    assert (result.low, result.high) == pytest.approx(tuple(np.quantile(differences, [0.025, 0.975])), abs=0.01)


def test_first_champion_needs_only_the_floor() -> None:
    labels, good, noisy = rows(2)
    assert judge(labels, challenger=good, champion=None, policy=POLICY).rule == "first_champion"
    refused = judge(labels, challenger=-good, champion=None, policy=POLICY)
    assert (refused.promote, refused.rule) == (False, "floor")
    assert judge(labels, challenger=noisy, champion=None, policy=GatePolicy(floor_auc=0.9)).rule == "floor"


def test_better_beyond_noise_is_promoted_and_worse_is_not() -> None:
    labels, good, noisy = rows(3)
    better = judge(labels, challenger=good, champion=noisy, policy=POLICY)
    assert (better.promote, better.rule) == (True, "better")
    worse = judge(labels, challenger=noisy, champion=good, policy=GatePolicy(floor_auc=0.5))
    assert (worse.promote, worse.rule) == (False, "not_shown")


def test_as_good_and_fresher_is_promoted() -> None:
    labels, good, _ = rows(4, 4000)
    nearly = good + np.random.default_rng(9).normal(0, 0.01, good.size)
    verdict = judge(labels, challenger=nearly, champion=good, policy=POLICY)
    assert (verdict.promote, verdict.rule) == (True, "not_worse_and_fresher")
    assert "95 % interval" in verdict.reason
