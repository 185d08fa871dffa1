"""A model's figures agree with scikit-learn and have reproducible intervals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from courtside.core.tasks import BINARY, task_of
from courtside.core.training.metrics import LEGACY, evaluate
from tests.unit.core.evaluation.samples import calibrated, expit

ON_TEST = [figure.key for figure in task_of(BINARY).figures]


@given(st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_the_six_legacy_figures_agree_with_scikit_learn_to_the_last_digit(seed: int) -> None:
    labels, logits = calibrated(seed, 150)
    probability = np.round(expit(logits), 2)
    found = evaluate(
        train_labels=labels[:70],
        train_probability=probability[:70],
        test_labels=labels,
        test_probability=probability,
    ).as_dict()
    called = probability > 0.5
    assert {name: found[name] for name in LEGACY} == {
        "train_accuracy": reference.accuracy_score(labels[:70], called[:70]),
        "test_accuracy": reference.accuracy_score(labels, called),
        "test_auc": reference.roc_auc_score(labels, probability),
        "precision": reference.precision_score(labels, called, zero_division=0),
        "recall": reference.recall_score(labels, called, zero_division=0),
        "f1_score": reference.f1_score(labels, called, zero_division=0),
    }
    assert found["log_loss"] == pytest.approx(reference.log_loss(labels, probability))
    assert found["brier_score"] == pytest.approx(reference.brier_score_loss(labels, probability))


def test_every_figure_on_the_test_part_has_an_interval_that_depends_on_the_seed() -> None:
    labels, logits = calibrated(1, 800)
    given_rows = {
        "train_labels": labels,
        "train_probability": expit(logits),
        "test_labels": labels,
        "test_probability": expit(logits),
    }
    found, again, other = (evaluate(**given_rows, seed=seed) for seed in (1, 1, 2))
    assert set(found.intervals) == set(ON_TEST)
    for name in set(ON_TEST) - {"calibration_error"}:
        low, high = found.intervals[name]
        assert low < found.as_dict()[name] < high
    assert found == again
    assert found.intervals != other.intervals
    assert found.as_dict() == other.as_dict()


@given(st.integers(0, 10_000), st.integers(30, 400), st.sampled_from([0.3, 1.0, 3.0]))
@settings(max_examples=25, deadline=None)
def test_the_calibration_error_lies_in_the_interval_shown_beside_it(seed: int, rows: int, sharpness: float) -> None:
    labels, logits = calibrated(seed, rows)
    probability = expit(logits * sharpness)
    found = evaluate(
        train_labels=labels, train_probability=probability, test_labels=labels, test_probability=probability
    )
    low, high = found.intervals["calibration_error"]
    assert 0 <= low <= found.as_dict()["calibration_error"] <= high <= 1
