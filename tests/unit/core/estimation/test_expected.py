"""Expected figures are what they say: the mean over all outcomes, by brute force, and the realised ones for labels."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, brier_score_loss, log_loss, roc_auc_score

from courtside.core.estimation.expected import expected_auc, expected_figures
from courtside.core.evaluation import accuracy, auc, brier_score, score
from courtside.core.evaluation import log_loss as realised_log_loss
from tests.unit.core.estimation.known import drawn, of_classes

MEASURES = {"accuracy": accuracy, "auc": auc, "log_loss": realised_log_loss, "brier_score": brier_score}
chances = st.sampled_from([0.0, 1.0]) | st.floats(0.001, 0.999)  # products of smaller ones have no digits left
probabilities = st.lists(st.integers(1, 9).map(lambda tenths: tenths / 10), min_size=2, max_size=7)


@given(said=probabilities, data=st.data())
@settings(max_examples=30, deadline=None)
def test_the_expected_figures_are_means_over_all_outcomes(said: list[float], data: st.DataObject) -> None:
    true = np.array(data.draw(st.lists(chances, min_size=len(said), max_size=len(said))))
    predictions = np.array(said)
    found = dict.fromkeys(("accuracy", "log_loss", "brier_score"), 0.0)
    won, pairs = 0.0, 0.0
    for labels in product((0, 1), repeat=len(said)):
        happened = np.array(labels, dtype=np.int8)
        chance = float(np.prod(np.where(happened == 1, true, 1 - true)))
        for name in found:
            found[name] += chance * score(MEASURES[name], happened, predictions)
    for one, other in product(range(len(said)), repeat=2):
        chance = float(true[one] * (1 - true[other]))
        pairs += chance
        won += chance * (
            float(predictions[one] > predictions[other]) + float(predictions[one] == predictions[other]) / 2
        )
    expected = expected_figures(predictions, true)
    assert {name: expected[name] for name in found} == pytest.approx(found)
    assert expected.get("auc", np.nan) == pytest.approx(won / pairs if pairs > 0 else np.nan, nan_ok=True)


@given(seed=st.integers(0, 1_000), rows=st.integers(2, 300), decimals=st.sampled_from([1, 2, 16]))
@settings(max_examples=40, deadline=None)
def test_labels_instead_of_probabilities_give_the_realised_figures(seed: int, rows: int, decimals: int) -> None:
    said, labels = drawn(seed, rows)
    said = said.round(decimals)
    labels[:2] = 0, 1
    expected = {name: score(measure, labels, said) for name, measure in MEASURES.items()}
    assert expected_figures(said, labels.astype(float)) == pytest.approx(expected)


def test_several_classes_have_the_figures_of_scikit_learn() -> None:
    known = of_classes(3, 500, 4)
    assert expected_figures(known.predictions, np.eye(4)[known.labels]) == pytest.approx(
        {
            "accuracy": accuracy_score(known.labels, known.predictions.argmax(axis=1)),
            "auc": roc_auc_score(known.labels, known.predictions, multi_class="ovr"),
            "log_loss": log_loss(known.labels, known.predictions),
            "brier_score": brier_score_loss(known.labels, known.predictions),
        }
    )


@given(seed=st.integers(0, 1_000))
@settings(max_examples=20, deadline=None)
def test_what_probabilities_say_of_themselves(seed: int) -> None:
    said, _ = drawn(seed, 200)
    figures = expected_figures(said, said)
    assert figures["accuracy"] == pytest.approx(np.maximum(said, 1 - said).mean())
    assert figures["brier_score"] == pytest.approx((said * (1 - said)).mean())


def test_an_area_without_one_class_is_left_out() -> None:
    assert np.isnan(expected_auc(np.array([0.2, 0.4]), np.ones(2)))
    assert set(expected_figures(np.array([0.2, 0.4]), np.zeros(2))) == {"accuracy", "log_loss", "brier_score"}
