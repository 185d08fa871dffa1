"""A page of a stage links those above it, by addresses that hold wherever the pages were copied to."""

from posixpath import dirname, normpath
from xml.etree import ElementTree as ET

import pytest

from courtside.contracts.dashboard_keys import OVERVIEW_PAGE, model_page, year_page
from courtside.core.pages.document import document
from courtside.core.pages.markup import element
from courtside.core.pages.place import Place
from tests.unit.core.report_page.pages import parsed

REPORT = "models/churn/drift/dt=2026-11-29/a1.html"


def links_of(place: Place) -> list[str]:
    """Return the keys that the links of a page lead to, as a browser finds them."""
    hrefs = [each.get("href", "") for each in parsed(document("a page", place=place)).iter("a")]
    return [normpath(f"{dirname(place.page)}/{href}") for href in hrefs]


@pytest.mark.parametrize(
    ("page", "here", "above"),
    [
        (REPORT, "Drift report of 2026-11-29", [OVERVIEW_PAGE, model_page("churn")]),
        (year_page("churn", 2025), "2025", [OVERVIEW_PAGE, model_page("churn")]),
        (model_page("churn"), None, [OVERVIEW_PAGE]),
    ],
)
def test_a_page_links_those_above_it(page: str, here: str | None, above: list[str]) -> None:
    place = Place(page=page, model="churn", here=here)
    assert links_of(place) == above
    *_, current = ET.fromstring(place.trail()).iter("li")  # noqa: S314 — this is our own output
    assert current.get("aria-current") == "page"
    assert "".join(current.itertext()) == (here or "churn")


def test_a_page_that_stands_alone_says_how_the_others_are_opened() -> None:
    tree = parsed(document("a page", element("p", "x"), place=Place(page=REPORT, model="churn", here="Report")))
    footer = tree.find("body/footer")
    assert footer is not None
    assert "courtside dashboard --model churn" in "".join(footer.itertext())


def test_a_page_without_a_place_has_no_way_to_others() -> None:
    tree = parsed(document("a page", element("p", "x")))
    assert [each.tag for each in tree.findall("body/*")] == ["main"]
