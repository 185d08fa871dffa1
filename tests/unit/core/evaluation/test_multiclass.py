"""Every measure of several classes agrees with scikit-learn and obeys the laws that define it."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn import metrics

from courtside.core.evaluation import Weighted, log_loss, score
from courtside.core.evaluation import accuracy as binary_accuracy
from courtside.core.evaluation import auc as binary_auc
from courtside.core.evaluation import brier_score as binary_brier_score
from courtside.core.evaluation import multiclass as of
from courtside.core.evaluation.multiclass import UNKNOWN, ClassProbabilities, Codes
from tests.unit.core.evaluation.samples import calibrated, expit

Measured = Callable[[Codes, ClassProbabilities], Weighted]
Known = Callable[[Codes, ClassProbabilities, NDArray[np.float64] | None], float]

ALL: dict[str, Measured] = {
    "accuracy": of.accuracy,
    "balanced_accuracy": of.balanced_accuracy,
    "brier_score": of.brier_score,
    "class_auc": partial(of.class_auc, of=1),
    "class_f1": partial(of.class_f1, of=1),
    "class_precision": partial(of.class_precision, of=1),
    "class_recall": partial(of.class_recall, of=1),
    "log_loss": of.log_loss,
    "macro_auc": of.macro_auc,
    "macro_f1": of.macro_f1,
    "weighted_auc": of.weighted_auc,
}
CALIBRATION: dict[str, Measured] = {
    "class_calibration_error": partial(of.class_calibration_error, of=1),
    "classwise_calibration_error": of.classwise_calibration_error,
    "confidence_calibration_error": of.confidence_calibration_error,
}
WITHOUT = {"zero_division": 0}


def one_of(measure: Callable[..., NDArray[np.float64]]) -> Known:
    """Return scikit-learn's figure of the class 1 against the rest."""
    return lambda y, p, w: float(measure(y, p.argmax(axis=1), labels=[1], average=None, sample_weight=w, **WITHOUT)[0])


def ovr(average: str) -> Known:
    return lambda y, p, w: float(
        metrics.roc_auc_score(y, p, multi_class="ovr", average=average, sample_weight=w, labels=np.arange(p.shape[1]))
    )


SCIKIT_LEARN: dict[str, Known] = {
    "accuracy": lambda y, p, w: metrics.accuracy_score(y, p.argmax(axis=1), sample_weight=w),
    "balanced_accuracy": lambda y, p, w: metrics.balanced_accuracy_score(y, p.argmax(axis=1), sample_weight=w),
    "brier_score": lambda y, p, w: metrics.brier_score_loss(
        y, p, sample_weight=w, labels=np.arange(p.shape[1]), scale_by_half=False
    ),
    "class_auc": lambda y, p, w: metrics.roc_auc_score(y == 1, p[:, 1], sample_weight=w),
    "class_f1": one_of(metrics.f1_score),
    "class_precision": one_of(metrics.precision_score),
    "class_recall": one_of(metrics.recall_score),
    "log_loss": lambda y, p, w: metrics.log_loss(y, p, sample_weight=w, labels=np.arange(p.shape[1])),
    "macro_auc": ovr("macro"),
    "macro_f1": lambda y, p, w: metrics.f1_score(y, p.argmax(axis=1), average="macro", sample_weight=w, **WITHOUT),
    "weighted_auc": ovr("weighted"),
}


def rows(seed: int, n: int, k: int, *, ties: bool = False) -> tuple[Codes, ClassProbabilities]:
    """Return rows of k classes, of which each occurs, with probabilities that know something about them."""
    rng = np.random.default_rng(seed)
    codes = np.concatenate([np.arange(k), rng.integers(0, k, n)])
    raw = rng.gamma(0.7, size=(codes.size, k)) + 1e-3
    raw[np.arange(codes.size), codes] += rng.gamma(1.0, size=codes.size)
    if ties:
        raw = np.ceil(raw)
    return codes, raw / raw.sum(axis=1, keepdims=True)


some_rows = st.builds(
    rows, st.integers(0, 10_000), st.integers(5, 200), st.integers(3, 9), ties=st.sampled_from([False, True])
)


@pytest.mark.parametrize("name", SCIKIT_LEARN)
@given(given_rows=some_rows, seed=st.integers(0, 1_000))
@settings(max_examples=30, deadline=None)
def test_every_measure_agrees_with_scikit_learn_for_ties_and_weights(
    name: str, given_rows: tuple[Codes, ClassProbabilities], seed: int
) -> None:
    codes, probability = given_rows
    assert score(ALL[name], codes, probability) == pytest.approx(
        SCIKIT_LEARN[name](codes, probability, None), rel=1e-12, abs=1e-12
    )
    weights = np.random.default_rng(seed).integers(0, 4, codes.size).astype(np.float64)
    weights[: probability.shape[1]] = 1  # each class keeps at least one weight
    weighted = ALL[name](codes, probability)(weights[:, None])[0]
    assert weighted == pytest.approx(SCIKIT_LEARN[name](codes, probability, weights), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("name", sorted(ALL))
@given(given_rows=some_rows, seed=st.integers(0, 1_000))
@settings(max_examples=20, deadline=None)
def test_an_integer_weight_equals_that_many_copies_of_the_row(
    name: str, given_rows: tuple[Codes, ClassProbabilities], seed: int
) -> None:
    codes, probability = given_rows
    codes = np.where(np.random.default_rng(seed).random(codes.size) < 0.1, UNKNOWN, codes)
    codes[: probability.shape[1]] = np.arange(probability.shape[1])
    counts = np.random.default_rng(seed).integers(1, 4, codes.size)
    repeated = score(ALL[name], np.repeat(codes, counts), np.repeat(probability, counts, axis=0))
    assert ALL[name](codes, probability)(counts[:, None].astype(np.float64))[0] == pytest.approx(repeated)


@pytest.mark.parametrize("name", sorted(ALL | CALIBRATION))
def test_neither_the_order_of_rows_nor_of_resamples_changes_anything(name: str) -> None:
    measure = (ALL | CALIBRATION)[name]
    codes, probability = rows(5, 300, 4)
    order = np.random.default_rng(1).permutation(codes.size)
    weights = np.random.default_rng(2).integers(0, 3, (codes.size, 5)).astype(np.float64)
    values = measure(codes, probability)(weights)
    assert measure(codes[order], probability[order])(weights[order]) == pytest.approx(values)
    alone = [measure(codes, probability)(weights[:, [column]])[0] for column in range(5)]
    assert values == pytest.approx(alone)


@given(seed=st.integers(0, 10_000), n=st.integers(3, 200))
@settings(max_examples=30, deadline=None)
def test_two_classes_are_judged_as_a_binary_task_is(seed: int, n: int) -> None:
    labels, logits = calibrated(seed, n)
    labels[:2] = 0, 1
    said = expit(logits)
    both = np.stack([1 - said, said], axis=1)
    codes = labels.astype(np.intp)
    assert score(of.log_loss, codes, both) == pytest.approx(score(log_loss, labels, said))
    assert score(of.accuracy, codes, both) == pytest.approx(score(binary_accuracy, labels, said))
    assert score(of.brier_score, codes, both) == pytest.approx(2 * score(binary_brier_score, labels, said))
    assert score(of.macro_auc, codes, both) == pytest.approx(score(binary_auc, labels, said))


def test_a_class_that_the_model_does_not_know_costs_the_floor_and_is_never_right() -> None:
    codes = np.array([0, 1, UNKNOWN, UNKNOWN])
    probability = np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5], [1.0, 0.0]])
    assert of.log_losses(codes, probability) == pytest.approx([0, 0, 36.04, 36.04], abs=0.01)
    assert of.squared_errors(codes, probability) == pytest.approx([0, 0, 1.5, 2])
    assert score(of.accuracy, codes, probability) == 0.5
    assert score(of.balanced_accuracy, codes, probability) == pytest.approx(2 / 3)
    assert score(of.macro_f1, codes, probability) == pytest.approx((0.5 + 1 + 0) / 3)


def test_classes_without_rows_are_left_out_of_means() -> None:
    codes, probability = rows(3, 200, 3)
    wider = np.column_stack([probability, np.zeros(codes.size)])
    for measure in (of.macro_auc, of.weighted_auc, of.balanced_accuracy, of.macro_f1):
        assert score(measure, codes, wider) == pytest.approx(score(measure, codes, probability))
    one = np.zeros(5, dtype=np.intp)
    assert np.isnan(score(of.macro_auc, one, np.full((5, 2), 0.5)))
    assert of.macro_auc_influences(one, np.full((5, 2), 0.5)) is None
    assert np.isnan(score(of.linear_macro_auc, one, np.full((5, 2), 0.5)))
    assert np.isnan(of.balanced_accuracy(codes, probability)(np.zeros((codes.size, 1)))[0])


@given(given_rows=some_rows)
@settings(max_examples=30, deadline=None)
def test_the_influences_of_the_macro_auc_sum_to_nothing_about_its_value(
    given_rows: tuple[Codes, ClassProbabilities],
) -> None:
    linear = of.macro_auc_influences(*given_rows)
    assert linear is not None
    assert linear[0] == pytest.approx(score(of.macro_auc, *given_rows), rel=1e-12)
    assert linear[1].mean() == pytest.approx(0, abs=1e-12)


def test_resampled_influences_say_how_far_the_macro_auc_moves() -> None:
    codes, probability = rows(11, 2_000, 5)
    linear = of.macro_auc_influences(codes, probability)
    assert linear is not None
    rng = np.random.default_rng(0)
    drawn = np.array([np.bincount(rng.integers(0, codes.size, codes.size), minlength=codes.size) for _ in range(300)])
    weights = drawn.T.astype(np.float64)
    exact = of.macro_auc(codes, probability)(weights) - linear[0]
    approximate = of.linear_macro_auc(codes, probability)(weights) - linear[0]
    assert np.corrcoef(exact, approximate)[0, 1] > 0.999
    assert approximate.std() == pytest.approx(exact.std(), rel=0.02)


def test_calibration_is_near_0_for_true_probabilities_and_grows_with_overconfidence() -> None:
    rng = np.random.default_rng(4)
    logits = rng.normal(size=(60_000, 4))
    said = [np.exp(factor * logits) for factor in (1.0, 1.5, 2.5)]
    true, *sharper = (each / each.sum(axis=1, keepdims=True) for each in said)
    codes = (true.cumsum(axis=1) < rng.random((60_000, 1))).sum(axis=1)
    for name, measure in CALIBRATION.items():
        errors = [score(measure, codes, each) for each in (true, *sharper)]
        assert errors == sorted(errors), name
        assert errors[0] < 0.01, name
        assert errors[2] > 0.03, name


def test_the_shares_of_the_classes_are_the_best_constant_and_call_the_most_frequent() -> None:
    codes = np.array([2, 2, 2, 0, 1, 1])
    shares = of.class_shares(codes, classes=4, rows=6)
    assert shares[0] == pytest.approx([1 / 6, 1 / 3, 1 / 2, 0])
    assert set(of.called(shares).tolist()) == {2}
    best = score(of.log_loss, codes, shares)
    others = np.random.default_rng(0).dirichlet(np.ones(4), size=50)
    assert all(score(of.log_loss, codes, np.tile(other, (6, 1))) > best for other in others)


def test_probabilities_are_brought_into_the_order_of_other_classes() -> None:
    probability = np.array([[0.2, 0.3, 0.5]])
    found = of.aligned(probability, classes=["a", "b", "c"], to=["c", "d", "a"])
    assert found.tolist() == [[0.5, 0.0, 0.2]]
    assert of.codes_of(np.array([3, 1, 7]), [1, 3]).tolist() == [1, 0, UNKNOWN]
