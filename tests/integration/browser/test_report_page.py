"""The drift report works in a real browser: on a phone and a desktop, light and dark, printed, and without a
network.
"""

import re
from itertools import product
from pathlib import Path

import pytest

from tests.integration.browser.chromium import Browser
from tests.integration.browser.looks import EveryLook, EveryPage
from tests.integration.browser.probes import CONTRASTS, DESK, LOOKS, PHONE, UNFOLD, count


@pytest.mark.parametrize("page", ["season", "wreck"], scope="class")
@pytest.mark.parametrize(("width", "dark"), LOOKS, scope="class")
class TestEveryLook(EveryLook):
    fewest_texts = 200


@pytest.mark.parametrize("page", ["season", "wreck"])
class TestEveryPage(EveryPage):
    most_bytes = 400_000


def test_a_report_shows_its_sections_in_order(browser: Browser, season: Path) -> None:
    browser.open(season, width=DESK)
    assert browser.evaluate("document.querySelector('h1').innerText").startswith("▲ Drift: ")
    assert "4 features moved together" in browser.evaluate("document.querySelector('section').innerText")
    assert (count(browser, "main ol > li"), count(browser, "article"), count(browser, "article svg")) == (16, 17, 34)
    assert count(browser, "main ol > li svg.thumbnail") == 16
    assert count(browser, "svg[role=img] > title + desc") == 34
    assert count(browser, "section[aria-labelledby=outcomes] > article#target") == 1
    assert count(browser, "section[aria-labelledby=full] > article.drift") == count(browser, "main ol > li.drift") >= 4


def test_links_lead_to_their_cards(browser: Browser, season: Path) -> None:
    browser.open(season, width=DESK)
    lost = "[...document.querySelectorAll('main ol a')].filter(a => "
    lost += "!document.querySelector(a.hash)?.querySelector('h3').innerText.includes(a.innerText))"
    browser.evaluate(UNFOLD)
    assert browser.evaluate(f"{lost}.length") == 0
    assert count(browser, "main ol a") == 16


def test_hostile_names_are_shown_as_text(browser: Browser, wreck: Path) -> None:
    browser.open(wreck, width=DESK)
    assert "hacked" not in browser.evaluate("document.title")
    assert browser.evaluate("document.scripts.length") == 0
    assert "<script>document.title = 'hacked'</script>" in browser.evaluate("document.body.innerText")
    assert browser.evaluate("document.querySelector('header').innerText").startswith("A <b>wreck</b>")


def test_a_printed_report_shows_everything_in_black_on_white(browser: Browser, season: Path) -> None:
    browser.open(season, width=DESK, dark=True)
    seen = "[...document.querySelectorAll('details article')].filter(a => a.checkVisibility()).length"
    assert browser.evaluate(seen) == 0
    browser.resize(width=DESK, dark=True, media="print")
    assert browser.evaluate(seen) == count(browser, "details article") > 0
    assert browser.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert browser.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert [text for ratio, text in browser.evaluate(CONTRASTS) if ratio < 4.5] == []


def test_a_printed_page_holds_two_features(browser: Browser, season: Path) -> None:
    browser.open(season, width=DESK)
    printed = browser.pdf()
    assert printed.startswith(b"%PDF")
    pages = len(re.findall(rb"/Type /Page\b(?!s)", printed))
    assert 8 <= pages <= 12


def test_a_screenshot_is_not_empty(browser: Browser, season: Path, tmp_path: Path) -> None:
    for width, dark in product((PHONE, DESK), (False, True)):
        browser.open(season, width=width, dark=dark)
        picture = browser.screenshot()
        (tmp_path / f"{width}-{'dark' if dark else 'light'}.png").write_bytes(picture)
        assert picture.startswith(b"\x89PNG")
        assert len(picture) > 100_000
