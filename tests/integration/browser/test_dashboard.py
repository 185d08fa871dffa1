"""The pages of the dashboard work in a real browser: on every screen, on paper, by keyboard, and without a network."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from courtside.contracts import dashboard_keys, drift_keys
from tests.fakes.dashboard_views import model_year, new_model, of_classes, of_values, stage_of
from tests.fakes.links import dead_links, pages_below
from tests.fakes.replayed import replayed_folder
from tests.integration.browser.chromium import Browser
from tests.integration.browser.looks import EveryLook, EveryPage
from tests.integration.browser.probes import DESK, LOOKS, PHONE
from tests.integration.browser.site import SCRIPT, hostile, lay_model, lay_stage

REPLAYED = ("replays", "replayed")
"""The page of all replays in a folder, and that of one of them."""


@pytest.fixture(scope="session")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay_model(tmp_path_factory.mktemp("usual"), model_year())


@pytest.fixture(scope="session")
def january(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a page whose axis ends soon after a month has begun, so that this month's name has no room."""
    return lay_model(tmp_path_factory.mktemp("january"), model_year(end=date(2027, 1, 7)))


@pytest.fixture(scope="session")
def new(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay_model(tmp_path_factory.mktemp("new"), new_model())


@pytest.fixture(scope="session")
def decade(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay_model(tmp_path_factory.mktemp("decade"), model_year(days=3650, features=200))


@pytest.fixture(scope="session")
def wrecked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay_model(tmp_path_factory.mktemp("wrecked"), hostile(model_year(days=90)))


@pytest.fixture(scope="session")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay_model(tmp_path_factory.mktemp("classes"), of_classes())


@pytest.fixture(scope="session")
def values(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay_model(tmp_path_factory.mktemp("values"), of_values())


@pytest.fixture(scope="session")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay_stage(tmp_path_factory.mktemp("many"), stage_of(100))


@pytest.fixture(scope="session")
def year(usual: Path) -> Path:
    return usual.with_name("2026.html")


@pytest.fixture(scope="session")
def one(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay_stage(tmp_path_factory.mktemp("one"), stage_of(1))


@pytest.fixture(scope="session")
def none(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay_stage(tmp_path_factory.mktemp("none"), stage_of(0))


@pytest.fixture(scope="session")
def wrecks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    model = hostile(model_year(days=90))
    stage = replace(stage_of(1), models=(model.summary,), incidents=model.incidents)
    return lay_stage(tmp_path_factory.mktemp("wrecks"), stage)


@pytest.fixture(scope="session")
def replays(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the pages of two replays of the same history, from what they recorded."""
    folder = replayed_folder(tmp_path_factory.mktemp("replays"))
    folder.publish()
    return folder.root / dashboard_keys.OVERVIEW_PAGE


@pytest.fixture(scope="session")
def replayed(replays: Path) -> Path:
    return replays.parent / "models" / "visits-both-all" / "index.html"


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the page of all models, of which there is one, and below it that model's."""
    folder = tmp_path_factory.mktemp("whole")
    page = lay_stage(folder, stage_of(1))
    lay_model(folder, model_year())
    return page


@pytest.mark.parametrize("page", ["usual", "wrecked", "one"], scope="class")
@pytest.mark.parametrize(("width", "dark"), LOOKS, scope="class")
class TestEveryLook(EveryLook):
    fewest_texts = 40


@pytest.mark.parametrize(
    "page", ["year", "january", "new", "classes", "values", "many", "none", "wrecks", *REPLAYED], scope="class"
)
@pytest.mark.parametrize(("width", "dark"), [(PHONE, True), (DESK, False)], scope="class")
class TestFewLooks(EveryLook):
    """These pages are made of what the others have; every look of each would take minutes."""

    fewest_texts = 20


@pytest.mark.parametrize("page", ["decade"], scope="class")
@pytest.mark.parametrize(("width", "dark"), [(PHONE, True)], scope="class")
class TestOneLook(EveryLook):
    """Ten years of 200 features are so many elements that they take axe-core ten seconds."""

    fewest_texts = 5_000


@pytest.mark.parametrize(
    "page", ["usual", "year", "new", "classes", "values", "wrecked", "many", "one", "none", "wrecks", *REPLAYED]
)
class TestEveryPage(EveryPage):
    most_bytes = 400_000


@pytest.mark.parametrize("page", ["decade"])
class TestTenYears(EveryPage):
    most_bytes = 1_000_000


@pytest.mark.parametrize("page", ["wrecked", "wrecks"])
def test_hostile_names_are_shown_as_text(browser: Browser, page: str, request: pytest.FixtureRequest) -> None:
    browser.open(request.getfixturevalue(page), width=DESK)
    assert "hacked" not in browser.evaluate("document.title")
    assert browser.evaluate("document.scripts.length") == 0
    assert SCRIPT in browser.evaluate("document.body.innerText")


def test_a_day_of_the_heat_map_leads_to_its_report(browser: Browser, usual: Path) -> None:
    browser.open(usual, width=DESK)
    browser.click("a[aria-label^='18 Mar 2026']")
    browser.loaded()
    assert browser.evaluate("document.title") == drift_keys.drift_page("churn", date(2026, 3, 18), "20260318T0612")


def test_on_a_telephone_a_day_is_narrower_than_a_finger_and_leads_to_one_beside_it(
    browser: Browser, usual: Path
) -> None:
    browser.open(usual, width=PHONE)
    browser.click("a[aria-label^='18 Mar 2026']")
    browser.loaded()
    assert browser.evaluate("document.title").startswith("models/churn/drift/dt=2026-03-")


def test_the_keyboard_reaches_a_day_reads_it_and_opens_its_report(browser: Browser, usual: Path) -> None:
    browser.open(usual, width=DESK)
    day = ".hits > a[aria-label*='drifted: tenure_months']"
    assert tabbed(browser, until=day) < 80, "days on which nothing new moved are no stops"
    shown = "getComputedStyle(document.activeElement, '::after')"
    assert browser.evaluate(f"{shown}.display") == "block"
    assert "drifted: tenure_months" in browser.evaluate(f"{shown}.content")
    report = browser.evaluate("document.activeElement.pathname")
    browser.press("Enter")
    browser.loaded()
    assert browser.evaluate("location.pathname") == report


def test_the_keyboard_opens_what_is_folded(browser: Browser, usual: Path) -> None:
    browser.open(usual, width=DESK)
    tabbed(browser, until="summary")
    assert browser.evaluate("document.activeElement.parentElement.open") is False
    browser.press("Enter")
    assert browser.evaluate("document.activeElement.parentElement.open") is True


def test_what_has_the_focus_is_seen(browser: Browser, usual: Path) -> None:
    browser.open(usual, width=DESK)
    browser.press("Tab")
    for _ in range(12):
        outline = browser.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        shadow = browser.evaluate("getComputedStyle(document.activeElement).boxShadow")
        assert outline != "none" or shadow != "none", browser.evaluate("document.activeElement.outerHTML.slice(0, 80)")
        browser.press("Tab")


def test_people_go_from_all_models_to_one_to_a_year_and_back(browser: Browser, whole: Path) -> None:
    browser.open(whole, width=DESK)
    for selector, title in (
        ("main a[href$='churn/index.html']", "churn"), ("nav.years a[href='2026.html']", "2026"),
        (".trail a[href$='churn/index.html']", "churn"), (".trail a", "The model needs you"),
    ):  # fmt: skip
        browser.click(selector)
        browser.loaded()
        assert title in browser.evaluate("(document.querySelector('.trail') ?? document.body).innerText")
    assert browser.evaluate("location.pathname") == str(whole)


def test_every_page_below_the_page_of_all_models_links_only_pages(whole: Path) -> None:
    below = list(pages_below(whole))
    assert len(below) > 300
    assert {page: dead for page in below if (dead := dead_links(page))} == {}


def test_every_page_of_replays_links_only_pages(replays: Path) -> None:
    below = list(pages_below(replays))
    assert len(below) > 8
    assert {page: dead for page in below if (dead := dead_links(page))} == {}


def test_a_link_to_a_page_that_was_not_written_is_found(tmp_path: Path) -> None:
    page = lay_model(tmp_path, model_year(days=3))
    (report, *_) = (tmp_path / "models").rglob("drift/**/*.html")
    report.unlink()
    assert [Path(link).name for link in dead_links(page)] == [report.name]


def tabbed(browser: Browser, *, until: str) -> int:
    """Press Tab until the focus is on what a selector finds, and return how often."""
    for pressed in range(1, 500):
        browser.press("Tab")
        if browser.evaluate(f"document.activeElement.matches({json.dumps(until)})"):
            return pressed
    raise AssertionError(f"Tab never comes to {until}")
