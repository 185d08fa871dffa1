"""A report in which something moved, and how its page is read."""

from xml.etree import ElementTree as ET

from courtside.core.report_page import render_page
from tests.unit.core.drift.story.windows import REFERENCE, Told, league, points, told

STEP = [0, 0, 0, 0, 8, 8, 8, 8]
MOVED = told(league(home_points=points(104, STEP, seed=6), away_points=points(103, STEP, seed=7)))


def parsed(page: str) -> ET.Element:
    doctype, document = page.split("\n", 1)
    assert doctype == "<!doctype html>"
    return ET.fromstring(document)  # noqa: S314 — this is our own output, and an open element makes parsing fail


def text_of(tree: ET.Element) -> str:
    body = tree.find("body")
    assert body is not None
    return " ".join(" ".join(body.itertext()).split())


def page_of(story: Told, **options: str) -> str:
    return render_page(story.report, REFERENCE, story.current, **options)
