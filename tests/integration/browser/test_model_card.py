"""The model card works in a real browser: on a phone and a desktop, light and dark, printed, and without a network."""

import re
from pathlib import Path

import pytest

from courtside.contracts import training_keys
from courtside.contracts.curves import AnyCurves
from courtside.core.model_card import plot_files, render_page
from courtside.core.pages.place import Place
from tests.fakes.model_cards import card
from tests.fakes.task_cards import curves_of_classes, curves_of_values, task_card
from tests.integration.browser.chromium import Browser
from tests.integration.browser.looks import EveryLook, EveryPage
from tests.integration.browser.probes import (
    CONTRASTS,
    DESK,
    LOOKS,
    PHONE,
    UNFOLD,
    count,
)
from tests.integration.browser.site import lay

HOSTILE = "<script>document.title = 'hacked'</script>"


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Path:
    key = training_keys.training_card_page("nba_games", "drift-20190201")
    place = Place(page=key, model="nba_games", here="drift-20190201")
    return lay(tmp_path_factory.mktemp("usual"), render_page(card(), place=place), place)


@pytest.fixture(scope="module")
def wreck(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a card with hostile and long names, warnings, and a training that was not logged."""
    features = (HOSTILE, "a_name_that_is_longer_than_any_telephone_is_wide_" * 3, *(f"f{n}" for n in range(40)))
    page = render_page(
        card(
            names=("logistic_regression", HOSTILE, "candidate_with_a_long_name_" * 4),
            features=features,
            warnings=(f"{HOSTILE} alone predicts the target (AUC .998): is it known beforehand?",),
            reason=HOSTILE,
            logged=False,
        )
    )
    path = tmp_path_factory.mktemp("wreck") / "card.html"
    path.write_text(page, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory, curves_of_classes(classes=4))


@pytest.fixture(scope="module")
def many_classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a card of a thousand classes with hostile and long names."""
    return written(tmp_path_factory, curves_of_classes(classes=1_000, prefix=f"{HOSTILE} of a long name "))


@pytest.fixture(scope="module")
def values(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory, curves_of_values(segment="a_segment_with_a_long_name"))


def written(tmp_path_factory: pytest.TempPathFactory, curves: AnyCurves) -> Path:
    path = tmp_path_factory.mktemp("task") / "card.html"
    path.write_text(render_page(task_card(curves)), encoding="utf-8")
    return path


PAGES = ["usual", "wreck", "classes", "many_classes", "values"]


@pytest.mark.parametrize("page", PAGES, scope="class")
@pytest.mark.parametrize(("width", "dark"), LOOKS, scope="class")
class TestEveryLook(EveryLook):
    fewest_texts = 150


@pytest.mark.parametrize("page", PAGES)
class TestEveryPage(EveryPage):
    most_bytes = 400_000


def test_a_card_shows_its_sections_in_order(browser: Browser, usual: Path) -> None:
    browser.open(usual, width=DESK)
    assert browser.evaluate("document.querySelector('h1').innerText") == (
        "✓ logistic_regression: AUC 0.6663 on the test part"
    )
    titles = browser.evaluate("[...document.querySelectorAll('h2')].map(h => h.innerText)")
    assert titles == ["Keep in mind", "The candidates on the test part", "Data", "The chosen one, in full", "Lineage"]
    assert (count(browser, "article"), count(browser, "svg[role=img] > title + desc")) == (4, 16)
    ids = browser.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(set(ids)) == len(ids)
    browser.evaluate(UNFOLD)
    lost = "[...document.querySelectorAll('table a')].filter(a => "
    lost += "!document.querySelector(a.hash)?.querySelector('h3').innerText.includes(a.innerText)).length"
    assert browser.evaluate(lost) == 0
    assert browser.evaluate("document.querySelector('article h3').innerText").startswith("logistic_regression")


def test_hostile_names_are_shown_as_text(browser: Browser, wreck: Path) -> None:
    browser.open(wreck, width=PHONE)
    assert "hacked" not in browser.evaluate("document.title")
    assert browser.evaluate("document.scripts.length") == 0
    assert HOSTILE in browser.evaluate("document.body.innerText")
    assert browser.evaluate("document.querySelector('h1').innerText").startswith("?")


def test_a_printed_card_is_black_on_white_and_short(browser: Browser, usual: Path) -> None:
    browser.open(usual, width=DESK, dark=True)
    seen = "[...document.querySelectorAll('article')].filter(a => a.checkVisibility()).length"
    assert browser.evaluate(seen) == 1
    browser.resize(width=DESK, dark=True, media="print")
    assert browser.evaluate(seen) == 4
    assert browser.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert [text for ratio, text in browser.evaluate(CONTRASTS) if ratio < 4.5] == []
    browser.open(usual, width=DESK)
    pages = len(re.findall(rb"/Type /Page\b(?!s)", browser.pdf()))
    assert 3 <= pages <= 6


@pytest.mark.parametrize("dark", [False, True])
def test_a_plot_on_its_own_is_a_complete_image_in_its_colour_scheme(
    browser: Browser, tmp_path: Path, *, dark: bool
) -> None:
    for name, content in plot_files(card().candidates[0]).items():
        path = tmp_path / name
        path.write_bytes(content)
        browser.open(path, width=DESK, dark=dark)
        root = "document.documentElement"
        assert browser.evaluate(f"{root}.tagName") == "svg"
        red = int(re.findall(r"\d+", browser.evaluate(f"getComputedStyle({root}).backgroundColor"))[0])
        assert red < 64 if dark else red > 192
        texts = f"[...{root}.querySelectorAll('text')].map(t => getComputedStyle(t).fill)"
        assert all((int(re.findall(r"\d+", fill)[0]) > 120) == dark for fill in browser.evaluate(texts))
        assert browser.requests == [path.as_uri()]
