"""These checks hold for every page in every look; a page's own tests inherit them.

With `COURTSIDE_SCREENSHOTS` in the environment, every look is photographed into the folder that it names.
"""

import os
import re
from pathlib import Path
from typing import ClassVar

import pytest

from tests.fakes.links import dead_links
from tests.integration.browser.chromium import Browser
from tests.integration.browser.probes import (
    ACCESSIBILITY,
    BEYOND,
    CONTRASTS,
    CUT_LABELS,
    PAPER,
    SMALLEST_CHART_TEXT,
    UNFOLD,
)

AXE = Path("node_modules/axe-core/axe.min.js")
SCREENSHOTS = os.environ.get("COURTSIDE_SCREENSHOTS", "")


class EveryLook:
    """Tests that every page inherits; subclasses parametrize `page` (the fixture of a file), `width` and `dark`.

    A look is opened once for all of its tests, so each test leaves the page as it found it.
    """

    fewest_texts: ClassVar[int]

    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def opened(cls, browser: Browser, request: pytest.FixtureRequest, page: str, *, width: int, dark: bool) -> Path:
        path: Path = request.getfixturevalue(page)
        browser.open(path, width=width, dark=dark)
        photograph(browser, request, f"{page}-{width}-{'dark' if dark else 'light'}")
        browser.evaluate(UNFOLD)
        return path

    def test_nothing_is_wider_than_the_screen(self, browser: Browser, width: int) -> None:
        assert browser.evaluate("innerWidth") == width
        assert browser.evaluate("document.documentElement.scrollWidth") <= width
        assert browser.evaluate(BEYOND) == []

    def test_all_text_has_enough_contrast(self, browser: Browser) -> None:
        contrasts = browser.evaluate(CONTRASTS)
        assert len(contrasts) > self.fewest_texts
        assert [text for ratio, text in contrasts if ratio < 4.5] == []

    def test_charts_are_legible(self, browser: Browser) -> None:
        assert (browser.evaluate(SMALLEST_CHART_TEXT) or 12) >= 9.5
        assert browser.evaluate(CUT_LABELS) == []

    def test_the_page_follows_the_colour_scheme(self, browser: Browser, *, dark: bool) -> None:
        red = int(re.findall(r"\d+", browser.evaluate("getComputedStyle(document.body).backgroundColor"))[0])
        assert red < 64 if dark else red > 192

    def test_the_page_fetches_nothing_and_its_console_is_empty(self, browser: Browser, opened: Path) -> None:
        assert browser.requests == [opened.as_uri()]
        assert browser.complaints == []

    def test_nobody_is_kept_out(self, browser: Browser) -> None:
        browser.evaluate(f"{AXE.read_text(encoding='utf-8')};0")
        assert browser.evaluate(ACCESSIBILITY) == []


class EveryPage:
    """Tests that every page inherits, whatever its look; subclasses parametrize `page` (the fixture of a file).

    `most_bytes` keeps pages quick on a telephone far from its mast.
    """

    most_bytes: ClassVar[int]

    def test_it_is_light_and_without_dead_links(self, request: pytest.FixtureRequest, page: str) -> None:
        path: Path = request.getfixturevalue(page)
        assert dead_links(path) == []
        assert path.stat().st_size <= self.most_bytes

    def test_on_paper_it_is_dark_on_white_and_within_the_margins(
        self, browser: Browser, request: pytest.FixtureRequest, page: str
    ) -> None:
        browser.open(request.getfixturevalue(page), width=PAPER, dark=True)
        browser.resize(width=PAPER, dark=True, media="print")
        photograph(browser, request, f"{page}-print")
        assert browser.evaluate("document.documentElement.scrollWidth") <= PAPER
        assert browser.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert [text for ratio, text in browser.evaluate(CONTRASTS) if ratio < 4.5] == []


def photograph(browser: Browser, request: pytest.FixtureRequest, name: str) -> None:
    """Keep a picture of the whole page as it is, if somebody wants pictures."""
    if SCREENSHOTS:
        path = Path(SCREENSHOTS) / f"{request.path.stem.removeprefix('test_')}-{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(browser.screenshot())
