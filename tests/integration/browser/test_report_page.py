"""The drift report in a real browser: a phone and a desk, light and dark, on paper, without a network."""

import re
from pathlib import Path

import pytest

from tests.integration.browser.chromium import Browser

PHONE, DESK = 360, 1200
LOOKS = [(width, dark) for width in (PHONE, DESK) for dark in (False, True)]

CONTRASTS = """
(() => {
  const channels = text => text.match(/[\\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => [r, g, b].map(c => c / 255)
    .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = node => {
    for (let at = node; at; at = at.parentElement) {
      const colour = channels(getComputedStyle(at).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || node.closest('title, desc') || !node.checkVisibility()) continue;
    const style = getComputedStyle(node);
    const [a, b] = [channels(node.closest('svg') ? style.fill : style.color), ground(node)].map(luminance);
    found.push([(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), walker.currentNode.data.trim().slice(0, 40)]);
  }
  return found;
})()
"""
SMALLEST_CHART_TEXT = """
Math.min(...[...document.querySelectorAll('svg text')].filter(text => text.checkVisibility())
  .map(text => text.getScreenCTM().a * parseFloat(getComputedStyle(text).fontSize)))
"""
CUT_LABELS = """
[...document.querySelectorAll('svg text')].filter(text => text.checkVisibility()).filter(text => {
  const box = text.getBoundingClientRect(), frame = text.closest('svg').getBoundingClientRect();
  return box.left < frame.left - 1 || box.right > frame.right + 1
    || box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
}).map(text => text.textContent)
"""
UNFOLD = "document.querySelectorAll('details').forEach(details => details.open = true)"


def count(browser: Browser, selector: str) -> int:
    return int(browser.evaluate(f"document.querySelectorAll({selector!r}).length"))


@pytest.mark.parametrize("page", ["season", "wreck"])
@pytest.mark.parametrize(("width", "dark"), LOOKS)
class TestEveryLook:
    @pytest.fixture(autouse=True)
    def opened(self, browser: Browser, request: pytest.FixtureRequest, page: str, *, width: int, dark: bool) -> Path:
        path: Path = request.getfixturevalue(page)
        browser.open(path, width=width, dark=dark)
        browser.evaluate(UNFOLD)
        return path

    def test_nothing_is_wider_than_the_screen(self, browser: Browser, width: int) -> None:
        assert browser.evaluate("innerWidth") == width
        assert browser.evaluate("document.documentElement.scrollWidth") <= width
        beyond = "[...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth)"
        assert browser.evaluate(f"{beyond}.map(e => e.outerHTML.slice(0, 80))") == []

    def test_all_text_stands_out(self, browser: Browser) -> None:
        contrasts = browser.evaluate(CONTRASTS)
        assert len(contrasts) > 200
        assert [text for ratio, text in contrasts if ratio < 4.5] == []

    def test_charts_can_be_read(self, browser: Browser) -> None:
        assert browser.evaluate(SMALLEST_CHART_TEXT) >= 9.5
        assert browser.evaluate(CUT_LABELS) == []

    def test_the_scheme_is_followed(self, browser: Browser, *, dark: bool) -> None:
        red = int(re.findall(r"\d+", browser.evaluate("getComputedStyle(document.body).backgroundColor"))[0])
        assert red < 64 if dark else red > 192

    def test_nothing_is_fetched(self, browser: Browser, opened: Path) -> None:
        assert browser.requests == [opened.as_uri()]


def test_a_season_is_told_from_top_to_bottom(browser: Browser, season: Path) -> None:
    browser.open(season, width=DESK)
    assert browser.evaluate("document.querySelector('h1').innerText").startswith("▲ Drift: ")
    assert "4 features moved together" in browser.evaluate("document.querySelector('section').innerText")
    assert (count(browser, "ol > li"), count(browser, "article"), count(browser, "svg")) == (16, 17, 34)
    assert count(browser, "svg[role=img] > title + desc") == 34
    assert count(browser, "section[aria-labelledby=outcomes] > article#target") == 1
    assert count(browser, "section[aria-labelledby=full] > article.drift") == count(browser, "ol > li.drift") >= 4


def test_links_lead_to_their_cards(browser: Browser, season: Path) -> None:
    browser.open(season, width=DESK)
    lost = "[...document.querySelectorAll('ol a')].filter(a => "
    lost += "!document.querySelector(a.hash)?.querySelector('h3').innerText.includes(a.innerText))"
    browser.evaluate(UNFOLD)
    assert browser.evaluate(f"{lost}.length") == 0
    assert count(browser, "ol a") == 16


def test_hostile_names_stay_names(browser: Browser, wreck: Path) -> None:
    browser.open(wreck, width=DESK)
    assert "hacked" not in browser.evaluate("document.title")
    assert browser.evaluate("document.scripts.length") == 0
    assert "<script>document.title = 'hacked'</script>" in browser.evaluate("document.body.innerText")
    assert browser.evaluate("document.querySelector('header').innerText").startswith("A <b>wreck</b>")


def test_print_shows_everything_in_black_on_white(browser: Browser, season: Path) -> None:
    browser.open(season, width=DESK, dark=True)
    seen = "[...document.querySelectorAll('details article')].filter(a => a.checkVisibility()).length"
    assert browser.evaluate(seen) == 0
    browser.resize(width=DESK, dark=True, media="print")
    assert browser.evaluate(seen) == count(browser, "details article") > 0
    assert browser.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert browser.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert [text for ratio, text in browser.evaluate(CONTRASTS) if ratio < 4.5] == []


def test_paper_holds_two_features_a_page(browser: Browser, season: Path) -> None:
    browser.open(season, width=DESK)
    printed = browser.pdf()
    assert printed.startswith(b"%PDF")
    pages = len(re.findall(rb"/Type /Page\b(?!s)", printed))
    assert 8 <= pages <= 12


def test_a_screenshot_is_not_empty(browser: Browser, season: Path, tmp_path: Path) -> None:
    for width, dark in LOOKS:
        browser.open(season, width=width, dark=dark)
        picture = browser.screenshot()
        (tmp_path / f"{width}-{'dark' if dark else 'light'}.png").write_bytes(picture)
        assert picture.startswith(b"\x89PNG")
        assert len(picture) > 100_000
