"""The card of a multiclass candidate: its matrix, its classes and their reliability, for two classes or a thousand."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support, roc_auc_score

from courtside.contracts.curves import ClassCurves
from courtside.contracts.model_card import ModelCard
from courtside.core.model_card import class_curves, plot_files, render_markdown, render_page
from courtside.core.model_card.multiclass.figures import MOST_CONFUSED, MOST_SHOWN, MOST_TOLD, UNSEEN
from courtside.core.model_card.multiclass.plots import precision_recall_f1
from courtside.core.model_card.reliability import BINS
from tests.fakes.task_cards import class_predictions, curves_of_classes, task_card

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.mark.parametrize("seed", range(5))
def test_the_figures_agree_with_scikit_learn(seed: int) -> None:
    truth, probabilities = class_predictions(seed=seed, classes=5)
    drawn = class_curves(truth, probabilities, list("abcde"))
    called = probabilities.argmax(axis=1)
    assert drawn.matrix == tuple(map(tuple, confusion_matrix(truth, called, labels=range(5)).tolist()))
    assert drawn.right == int((truth == called).sum())
    wanted = np.array(precision_recall_fscore_support(truth, called, labels=range(5))[:3]).T
    assert np.array([precision_recall_f1(each) for each in drawn.told]) == pytest.approx(wanted, abs=1e-12)
    for place, figures in enumerate(drawn.told):
        of_class = truth == place
        assert figures.auc == pytest.approx(roc_auc_score(of_class, probabilities[:, place]), abs=1e-6)
        shares, means = calibration_curve(of_class, probabilities[:, place], n_bins=BINS)
        assert [item.share for item in figures.reliability] == pytest.approx(shares, abs=1e-6)
        assert [item.probability for item in figures.reliability] == pytest.approx(means, abs=1e-6)
    shares, means = calibration_curve(truth == called, probabilities.max(axis=1), n_bins=BINS)
    assert [item.share for item in drawn.confidence] == pytest.approx(shares, abs=1e-6)


@given(seed=st.integers(0, 10_000), classes=st.integers(2, 40), rows=st.integers(1, 60))
def test_every_row_is_in_the_matrix_once_however_many_classes_there_are(seed: int, classes: int, rows: int) -> None:
    truth, probabilities = class_predictions(seed=seed, classes=classes, rows=rows)
    drawn = class_curves(truth, probabilities, [str(place) for place in range(classes)])
    cells = np.array(drawn.matrix)
    assert cells.sum() == rows == drawn.rows
    assert len(cells) == min(classes, MOST_SHOWN)
    assert drawn.pooled == (classes > MOST_SHOWN)
    own = [int(cells[place, place]) for place in range(len(drawn.shown))]
    called = probabilities.argmax(axis=1)
    assert own == [int(((truth == int(name)) & (called == int(name))).sum()) for name in drawn.shown]


def test_the_classes_that_are_confused_most_are_shown_of_a_thousand() -> None:
    truth, probabilities = class_predictions(seed=3, classes=1_000)
    truth[:40] = 700
    probabilities[:40, 3] = 2.0
    drawn = class_curves(truth, probabilities, [f"c{place}" for place in range(1_000)])
    assert {"c3", "c700"} <= set(drawn.shown)
    first = drawn.confused[0]
    assert (first.actual, first.predicted) == ("c700", "c3")
    assert first.rows >= 40
    assert (len(drawn.shown), len(drawn.told), len(drawn.confused)) == (MOST_SHOWN - 1, MOST_TOLD, MOST_CONFUSED)
    assert len(drawn.model_dump_json()) < 100_000


def test_rows_of_a_class_that_training_has_not_are_wrong_and_said() -> None:
    probabilities = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]])
    drawn = class_curves(np.array([0, 1, UNSEEN]), probabilities, ["no", "yes"])
    assert (drawn.rows, drawn.right, drawn.unseen) == (3, 2, 1)
    assert drawn.matrix == ((1, 0), (0, 1))
    page = render_page(task_card(drawn))
    assert "1 row is of a class that the training part does not hold" in page


def test_a_test_part_of_unseen_classes_only_is_drawn_all_the_same() -> None:
    drawn = class_curves(np.array([UNSEEN, UNSEEN]), np.array([[0.9, 0.1], [0.2, 0.8]]), ["no", "yes"])
    assert (drawn.right, drawn.unseen, drawn.confidence) == (0, 2, ())
    assert "confusion_matrix.svg" in plot_files(task_card(drawn).candidates[0])


def test_a_class_without_rows_has_no_auc_and_a_dash() -> None:
    drawn = class_curves(np.array([0, 0]), np.array([[0.9, 0.1], [0.2, 0.8]]), ["no", "yes"])
    assert [figures.auc for figures in drawn.told] == [None, None]
    assert precision_recall_f1(drawn.told[1]) == (0.0, None, 0.0)


def test_classes_without_a_row_are_told_because_no_figure_says_anything_of_them() -> None:
    drawn = class_curves(np.array([0, 0]), np.array([[0.9, 0.1, 0.0], [0.2, 0.8, 0.0]]), ["a", "b", "c"])
    assert drawn.absent == 2
    assert "2 classes have no row in the test part" in render_page(task_card(drawn))
    assert "no row in the test part" not in render_page(task_card(curves_of_classes()))


def test_markdown_has_the_tables_of_classes_and_of_pairs() -> None:
    made = task_card(curves_of_classes(classes=3, prefix="k|"))
    curves = made.candidates[0].curves
    assert isinstance(curves, ClassCurves)
    text = render_markdown(made)
    assert f"{curves.right:,} of {curves.rows:,} rows are predicted right" in text
    by_class = text.split("### By class")[1].split("###")[0]
    assert [line.split(" | ")[0] for line in by_class.splitlines() if "k" in line] == [
        f"| {each.label}".replace("k|", "k\\|") for each in sorted(curves.told, key=lambda each: -each.rows)
    ]
    assert "### Confused most often" in text


def test_the_candidates_are_compared_by_what_their_task_measures() -> None:
    page = render_page(task_card(curves_of_classes()))
    heads = re.findall(r'<th scope="col">([^<]*)</th>', page.split("<tbody>")[0])
    assert heads == ["Log loss", "Accuracy", "AUC, mean of classes", "Balanced accuracy"]
    assert "log loss 0.3121 on the test part" in page


@pytest.mark.parametrize("classes", [2, 3, 5, 6, 10, 11, 200])
def test_every_plot_is_a_document_and_is_titled_on_the_page(classes: int) -> None:
    made = task_card(curves_of_classes(classes=classes, prefix=HOSTILE))
    curves = made.candidates[0].curves
    assert isinstance(curves, ClassCurves)
    files = plot_files(made.candidates[0])
    assert {"confusion_matrix.svg", "calibration.svg", "calibration_class_1.svg", "importances.svg"} <= set(files)
    for content in files.values():
        ET.fromstring(content.decode())  # noqa: S314 — this is our own output
    page = render_page(made)
    assert "<img" not in page
    assert page.count("Confusion matrix") >= len(made.candidates)
    assert "Confused most often" in page
    assert len(page) < 1_200_000


def test_a_matrix_of_few_classes_shows_its_counts_and_their_names() -> None:
    made = task_card(curves_of_classes(classes=3, prefix="k"))
    curves = made.candidates[0].curves
    assert isinstance(curves, ClassCurves)
    root = ET.fromstring(plot_files(made.candidates[0])["confusion_matrix.svg"].decode())  # noqa: S314
    said = list(root.itertext())
    assert {f"{count:,}" for row in curves.matrix for count in row} | {"k0", "k1", "k2"} <= set(said)


def test_a_card_of_classes_is_read_again_as_it_was_written() -> None:
    made = task_card(curves_of_classes())
    assert ModelCard.model_validate_json(made.model_dump_json()) == made
