"""A model card shows a training's figures and plots truthfully and renders hostile text harmlessly."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from sklearn.metrics import confusion_matrix, roc_auc_score

from courtside.contracts.curves import Curves
from courtside.contracts.model_card import ModelCard
from courtside.core.model_card import curves, plot_files, render_markdown, render_page, render_summary
from courtside.core.model_card.reliability import BINS, wilson
from courtside.core.model_card.roc_curve import MOST_POINTS, roc
from tests.fakes.model_cards import card, predictions

HOSTILE = "<img src=x onerror=alert(1)> | `*"


def parsed(image: bytes) -> ET.Element:
    return ET.fromstring(image.decode())  # noqa: S314 — this is our own output


@pytest.mark.parametrize("seed", range(5))
def test_curves_agree_with_scikit_learn(seed: int) -> None:
    labels, probability = predictions(seed=seed)
    drawn = curves(labels, probability)
    assert drawn.confusion == tuple(confusion_matrix(labels, probability > 0.5).ravel())
    points = np.array(drawn.roc)
    assert np.trapezoid(points[:, 1], points[:, 0]) == pytest.approx(roc_auc_score(labels, probability), abs=2e-4)
    shares, means = calibration_curve(labels, probability, n_bins=BINS)
    assert [item.share for item in drawn.reliability] == pytest.approx(shares, abs=1e-6)
    assert [item.probability for item in drawn.reliability] == pytest.approx(means, abs=1e-6)
    assert sum(item.rows for item in drawn.reliability) == labels.size


def test_a_roc_curve_of_few_levels_keeps_every_step_and_a_long_one_is_thinned() -> None:
    labels, probability = predictions(seed=1)
    coarse = np.array(roc(labels, np.round(probability, 1)))
    assert len(coarse) <= 12
    area = np.trapezoid(coarse[:, 1], coarse[:, 0])
    assert area == pytest.approx(roc_auc_score(labels, np.round(probability, 1)), abs=1e-5)
    thinned = roc(labels, probability)
    assert len(thinned) == MOST_POINTS
    assert (thinned[0], thinned[-1]) == ((0.0, 0.0), (1.0, 1.0))


def test_probabilities_of_zero_and_one_fall_into_bins() -> None:
    drawn = curves(np.array([0, 1, 1], dtype=np.int8), np.array([0.0, 1.0, 1.0]))
    assert [(item.probability, item.share, item.rows) for item in drawn.reliability] == [(0.0, 0.0, 1), (1.0, 1.0, 2)]
    assert drawn.confusion == (1, 0, 0, 2)


def test_intervals_of_shares_stay_between_zero_and_one() -> None:
    for share in (0.0, 0.3, 1.0):
        for rows in (1, 50, 10_000):
            low, high = wilson(share, rows)
            assert 0 <= low <= share + 1e-12
            assert share - 1e-12 <= high <= 1


def test_every_plot_is_a_self_contained_document() -> None:
    made = card(features=(HOSTILE, *(f"f{number}" for number in range(30))))
    for candidate in made.candidates:
        files = plot_files(candidate)
        assert set(files) == {"confusion_matrix.svg", "roc_curve.svg", "calibration.svg", "importances.svg"}
        for content in files.values():
            root = parsed(content)
            assert root.tag == "{http://www.w3.org/2000/svg}svg"
            assert root.find("{http://www.w3.org/2000/svg}style") is not None
            assert b"http" not in content.replace(b"http://www.w3.org/2000/svg", b"")


def test_the_plot_of_the_confusion_matrix_shows_its_counts() -> None:
    made = card()
    files = plot_files(made.candidates[0])
    texts = parsed(files["confusion_matrix.svg"]).itertext()
    said = set(texts)
    drawn = made.candidates[0].curves
    assert isinstance(drawn, Curves)
    assert {f"{count:,}" for count in drawn.confusion} <= said


@pytest.mark.parametrize("render", [render_page, render_markdown])
def test_a_card_tells_data_purpose_figures_choice_caveats_and_lineage(render: object) -> None:
    assert callable(render)
    made = card(warnings=("month is missing in 3 rows",))
    text = str(render(made)).replace("\\_", "_")
    for part in (
        "The probability that the home team wins.",
        "34,788 rows, 2 Nov 1990",
        "4,349 rows, the newest",
        "5f" * 32,
        "0.6663 (0.6553 to 0.6773)",
        "0.6410 (0.6320 to 0.6510)",
        "logistic_regression has the highest AUC on the selection part, 0.6683; random_forest follows with 0.6582.",
        "month is missing in 3 rows",
        "58.7 %",
        "drift-20190201",
        "monthly drift check",
        "models/nba_games/training/drift-20190201/manifest.json",
        "a" * 40,
        "sha256:" + "b" * 64,
        "nba-game-predictions version 4",
        "f" * 32,
    ):
        assert part in text, part


def test_a_card_leaves_out_what_is_not_known() -> None:
    made = card(logged=False)
    models = tuple(
        model.model_copy(update={"selection_auc": None, "log_loss": None, "intervals": {}})
        for model in made.record.models
    )
    record = made.record.model_copy(
        update={"models": models, "data_hash": None, "baseline_accuracy": None, "rows_holdout": None}
    )
    bare = ModelCard.model_validate_json(
        made.model_copy(update={"record": record, "purpose": None, "manifest_key": None}).model_dump_json()
    )
    for text in (render_page(bare), render_markdown(bare)):
        assert "None" not in text
        assert "Log loss" not in text
        assert "95 %" not in text.split("Keep in mind")[0]
        assert "highest AUC on the test part" in text
        assert "states no purpose" in text
        assert "Parent run" not in text


def test_an_only_candidate_is_not_compared() -> None:
    made = card(names=("only",))
    assert "only is the only candidate" in render_page(made)


def test_hostile_text_is_shown_as_plain_text() -> None:
    made = card(names=(HOSTILE, "other"), reason=f"{HOSTILE}\n\n# heading")
    assert "<img" not in render_page(made)
    for text in (render_markdown(made), render_summary(made)):
        assert "<img" not in text.replace("\\<img", "")
        assert "\n# heading" not in text
    rows = [line for line in render_markdown(made).splitlines() if line.startswith("| ")]
    assert {line.replace("\\|", "").count("|") for line in rows} == {11 + 1}


def test_a_summary_is_short_and_names_the_warnings() -> None:
    text = render_summary(card(warnings=("one class is rare",)))
    assert len(text) < 700
    assert "**Keep in mind**: one class is rare" in text
    assert "AUC 0.6663 (0.6553 to 0.6773)" in text
