"""Every measure agrees with scikit-learn and obeys the laws that define it."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from courtside.core.evaluation import (
    Measure,
    accuracy,
    auc,
    brier_score,
    calibration_error,
    f1_score,
    log_loss,
    majority_baseline,
    of_rows,
    placements,
    precision,
    recall,
    score,
)
from tests.unit.core.evaluation.samples import Labels, Scores, calibrated, expit

ALL: dict[str, Measure] = {
    "accuracy": accuracy,
    "auc": auc,
    "brier_score": brier_score,
    "calibration_error": calibration_error,
    "f1_score": f1_score,
    "log_loss": log_loss,
    "precision": precision,
    "recall": recall,
}
SCIKIT_LEARN: dict[str, Callable[..., float]] = {
    "accuracy": lambda y, p, w: metrics.accuracy_score(y, p > 0.5, sample_weight=w),
    "auc": lambda y, p, w: metrics.roc_auc_score(y, p, sample_weight=w),
    "brier_score": lambda y, p, w: metrics.brier_score_loss(y, p, sample_weight=w),
    "f1_score": lambda y, p, w: metrics.f1_score(y, p > 0.5, sample_weight=w, zero_division=0),
    "log_loss": lambda y, p, w: metrics.log_loss(y, p, sample_weight=w, labels=[0, 1]),
    "precision": lambda y, p, w: metrics.precision_score(y, p > 0.5, sample_weight=w, zero_division=0),
    "recall": lambda y, p, w: metrics.recall_score(y, p > 0.5, sample_weight=w, zero_division=0),
}


def rows(seed: int, n: int, *, decimals: int) -> tuple[Labels, Scores]:
    """Return rows of both classes; a low `decimals` gives probabilities with many ties, zeros and ones."""
    labels, logits = calibrated(seed, n, spread=3)
    labels[:2] = 0, 1
    return labels, np.round(expit(logits), decimals)


some_rows = st.builds(rows, st.integers(0, 10_000), st.integers(2, 300), decimals=st.sampled_from([1, 2, 15]))


@pytest.mark.parametrize("name", SCIKIT_LEARN)
@given(given_rows=some_rows, seed=st.integers(0, 1_000))
@settings(max_examples=30, deadline=None)
def test_every_measure_agrees_with_scikit_learn_for_ties_and_weights(
    name: str, given_rows: tuple[Labels, Scores], seed: int
) -> None:
    labels, probability = given_rows
    assert score(ALL[name], labels, probability) == pytest.approx(SCIKIT_LEARN[name](labels, probability, None))
    weights = np.random.default_rng(seed).integers(0, 4, labels.size).astype(np.float64)
    weights[:2] = 1  # each class keeps at least one weight
    weighted = ALL[name](labels, probability)(weights[:, None])[0]
    assert weighted == pytest.approx(SCIKIT_LEARN[name](labels, probability, weights))


@pytest.mark.parametrize("name", sorted(set(ALL) - {"calibration_error"}))
@given(given_rows=some_rows, seed=st.integers(0, 1_000))
@settings(max_examples=20, deadline=None)
def test_an_integer_weight_equals_that_many_copies_of_the_row(
    name: str, given_rows: tuple[Labels, Scores], seed: int
) -> None:
    labels, probability = given_rows
    counts = np.random.default_rng(seed).integers(1, 4, labels.size)
    repeated = score(ALL[name], np.repeat(labels, counts), np.repeat(probability, counts))
    assert ALL[name](labels, probability)(counts[:, None].astype(np.float64))[0] == pytest.approx(repeated)


@given(some_rows)
@settings(max_examples=40, deadline=None)
def test_auc_depends_only_on_order_and_swapping_classes_mirrors_it(given_rows: tuple[Labels, Scores]) -> None:
    labels, scores = given_rows
    area = score(auc, labels, scores)
    assert score(auc, labels, 7 * scores**3 - 2) == area
    assert score(auc, (1 - labels).astype(np.int8), scores) == pytest.approx(1 - area)
    assert score(auc, labels, -scores) == pytest.approx(1 - area)
    assert score(auc, labels, np.zeros(labels.size)) == 0.5


@given(some_rows)
@settings(max_examples=40, deadline=None)
def test_a_proper_score_is_unchanged_if_classes_and_probabilities_are_swapped(
    given_rows: tuple[Labels, Scores],
) -> None:
    labels, probability = given_rows
    for measure in (log_loss, brier_score):
        swapped = score(measure, (1 - labels).astype(np.int8), 1 - probability)
        assert swapped == pytest.approx(score(measure, labels, probability), abs=1e-9)


@pytest.mark.parametrize("name", ALL)
def test_the_order_of_rows_changes_nothing(name: str) -> None:
    labels, probability = rows(5, 200, decimals=2)
    order = np.random.default_rng(1).permutation(labels.size)
    shuffled = score(ALL[name], labels[order], probability[order])
    assert shuffled == pytest.approx(score(ALL[name], labels, probability))


def test_the_log_loss_of_a_certain_error_is_large_but_finite() -> None:
    loss = score(log_loss, np.array([1, 0], dtype=np.int8), np.array([0.0, 0.0]))
    assert 17 < loss < 19


def test_the_calibration_error_of_a_constant_is_its_gap_and_overconfidence_raises_it() -> None:
    labels, logits = calibrated(3, 200_000)
    constant = np.full(labels.size, 0.7)
    assert score(calibration_error, labels, constant) == pytest.approx(abs(labels.mean() - 0.7))
    errors = [score(calibration_error, labels, expit(factor * logits)) for factor in (1.0, 1.3, 1.6, 2.0)]
    assert errors[0] < 0.005
    assert errors == sorted(errors)
    assert errors[3] > 0.09


def test_the_calibration_error_agrees_with_a_sum_computed_by_hand() -> None:
    """Each of ten bins has two rows with one label of each class, so its gap is the distance from 0.5."""
    probability = np.repeat(np.linspace(0.05, 0.95, 10), 2)
    labels = np.tile(np.array([0, 1], dtype=np.int8), 10)
    assert score(calibration_error, labels, probability) == pytest.approx(np.abs(0.5 - probability).mean())


def test_auc_of_one_class_is_undefined_and_precision_without_positives_is_zero() -> None:
    one = np.ones(5, dtype=np.int8)
    assert np.isnan(score(auc, one, np.arange(5) / 5))
    assert score(precision, one, np.zeros(5)) == 0
    assert np.isnan(log_loss(one, np.full(5, 0.5))(np.zeros((5, 1)))[0])


def test_a_subset_of_rows_is_measured_with_its_part_of_all_weights() -> None:
    labels, probability = rows(8, 100, decimals=2)
    part = np.arange(100) % 3 == 0
    weights = np.random.default_rng(0).integers(0, 3, (100, 4)).astype(np.float64)
    expected = log_loss(labels[part], probability[part])(weights[part])
    assert of_rows(part, log_loss(labels[part], probability[part]))(weights) == pytest.approx(expected)


def test_the_baseline_is_the_best_constant_for_its_labels() -> None:
    labels, _ = calibrated(1, 500)
    baseline = majority_baseline(labels, rows=labels.size)
    best = score(log_loss, labels, baseline)
    assert all(score(log_loss, labels, np.full(500, c)) > best for c in (baseline[0] - 0.02, baseline[0] + 0.02))
    assert score(accuracy, labels, baseline) == max(labels.mean(), 1 - labels.mean())


@given(given_rows=some_rows)
def test_a_placement_is_the_share_of_the_other_class_on_the_right_side(given_rows: tuple[Labels, Scores]) -> None:
    labels, probability = given_rows
    for label, said, placed in zip(labels, probability, placements(labels, probability), strict=True):
        others = probability[labels != label]
        apart = said - others if label == 1 else others - said
        assert placed == pytest.approx(((apart > 0) + (apart == 0) / 2).mean(), abs=1e-12)
