"""These checks hold for every page in every look; a page's own tests inherit them."""

import re
from pathlib import Path
from typing import ClassVar

import pytest

from tests.integration.browser.chromium import Browser
from tests.integration.browser.probes import CONTRASTS, CUT_LABELS, SMALLEST_CHART_TEXT, UNFOLD


class EveryLook:
    """Tests that every page inherits; subclasses parametrize `page` (the fixture of a file), `width` and `dark`."""

    fewest_texts: ClassVar[int]

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

    def test_all_text_has_enough_contrast(self, browser: Browser) -> None:
        contrasts = browser.evaluate(CONTRASTS)
        assert len(contrasts) > self.fewest_texts
        assert [text for ratio, text in contrasts if ratio < 4.5] == []

    def test_charts_are_legible(self, browser: Browser) -> None:
        assert browser.evaluate(SMALLEST_CHART_TEXT) >= 9.5
        assert browser.evaluate(CUT_LABELS) == []

    def test_the_page_follows_the_colour_scheme(self, browser: Browser, *, dark: bool) -> None:
        red = int(re.findall(r"\d+", browser.evaluate("getComputedStyle(document.body).backgroundColor"))[0])
        assert red < 64 if dark else red > 192

    def test_the_page_fetches_nothing(self, browser: Browser, opened: Path) -> None:
        assert browser.requests == [opened.as_uri()]
