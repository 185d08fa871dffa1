"""A model's page holds everything in one light file without script, whatever has happened to the model."""

from collections import Counter
from dataclasses import fields, is_dataclass, replace
from datetime import date
from enum import Enum
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from courtside.contracts.dashboard_keys import OVERVIEW_PAGE, from_page, model_page
from courtside.core.dashboard import model_page as page
from courtside.core.dashboard.views import ModelView
from tests.fakes.dashboard_views import MODEL, model_year, new_model
from tests.unit.core.report_page.pages import parsed, text_of

HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(2)>&amp;'`\x00\u202e"
YEAR = model_year()


def rendered(view: ModelView) -> ET.Element:
    return parsed(page.render(view))


def hrefs(tree: ET.Element) -> list[str]:
    return [each.get("href", "") for each in tree.iter("a") if each.get("href")]


def headings(tree: ET.Element) -> list[str]:
    return ["".join(each.itertext()) for each in tree.iter("h2")]


@pytest.mark.parametrize(
    ("view", "most"),
    [
        (YEAR, 250_000),
        (model_year(features=200), 300_000),
        (model_year(days=10 * 365, features=200), 1_000_000),
        (new_model(), 40_000),
    ],
    ids=["a year", "200 features", "ten years of 200 features", "new"],
)
def test_the_page_stays_light(view: ModelView, most: int) -> None:
    assert len(page.render(view).encode()) < most


@pytest.mark.parametrize("days", [1, 2, 30, 365, 800, 3650])
@pytest.mark.parametrize("features", [0, 1, 16])
def test_a_page_of_any_length_is_whole_and_its_links_within_it_lead_somewhere(days: int, features: int) -> None:
    tree = rendered(model_year(days=days, features=features))
    ids = Counter(each.get("id") for each in tree.iter() if each.get("id"))
    assert set(ids.values()) == {1}
    assert {href[1:] for href in hrefs(tree) if href.startswith("#")} <= ids.keys()
    for described in (each.get("aria-labelledby", "").split() for each in tree.iter("svg")):
        assert set(described) <= ids.keys()


def test_the_same_view_gives_the_same_bytes() -> None:
    assert page.render(YEAR) == page.render(model_year())


def test_it_runs_no_script_and_loads_nothing() -> None:
    tree = rendered(YEAR)
    policies = [each.get("content") for each in tree.iter("meta") if each.get("http-equiv")]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'"]
    assert not {"script", "img", "link", "iframe", "object"} & {each.tag for each in tree.iter()}
    assert not [href for href in hrefs(tree) if "//" in href]


def test_it_leads_back_to_all_models_and_to_each_report_and_model_card() -> None:
    found = set(hrefs(rendered(YEAR)))
    own = model_page(MODEL)
    assert from_page(own, OVERVIEW_PAGE) in found
    assert {from_page(own, each.report_key) for each in YEAR.checks} <= found
    assert {from_page(own, each.card_key) for each in YEAR.champions} <= found


def test_an_open_incident_comes_before_everything_else_with_the_command_that_answers_it() -> None:
    tree = rendered(YEAR)
    assert headings(tree)[0] == "1 open incident"
    still = next(each for each in YEAR.incidents if each.resolved_at is None)
    assert f"courtside alerts ack {still.id} --stage dev --model {MODEL}" in text_of(tree)


def test_a_new_model_shows_what_comes_next_with_its_commands_and_no_empty_section() -> None:
    tree = rendered(new_model())
    assert headings(tree) == ["What comes next"]
    said = text_of(tree)
    for command in ("tables load --table rows.csv", "retrain --trigger initial", "watch", "labels load labels.csv"):
        assert f"courtside {command} --model fraud --stage dev" in said


def test_a_new_model_of_games_asks_for_games() -> None:
    view = new_model()
    said = text_of(rendered(replace(view, freshness=replace(view.freshness, of_games=True))))
    assert "courtside games load --games games.csv --model fraud --stage dev" in said
    assert "tables load" not in said


@pytest.mark.parametrize(
    ("without", "heading"),
    [
        ({"decisions": ()}, "Why it did what it did"),
        ({"shadows": ()}, "Beside the champion"),
        ({"calibration": (), "maturity": ()}, "Probabilities and labels"),
        ({"incidents": ()}, "Incidents that are over"),
    ],
)
def test_what_is_not_there_leaves_no_heading(without: dict[str, Any], heading: str) -> None:
    assert heading in headings(rendered(YEAR))
    assert heading not in headings(rendered(replace(YEAR, **without)))


def test_only_what_is_missing_comes_next() -> None:
    assert "What comes next" not in headings(rendered(YEAR))
    said = text_of(rendered(replace(YEAR, performance=(), shadows=())))
    assert "labels load" in said
    assert "tables load" not in said


def test_a_year_that_is_over_asks_for_nothing() -> None:
    past = replace(model_year(end=date(2026, 1, 1)), years=(2025,), performance=(), checks=())
    assert "What comes next" not in headings(rendered(past))


def test_every_value_is_escaped() -> None:
    view = hostile(YEAR)
    text = page.render(view)
    tree = parsed(text)
    assert not {"script", "img"} & {each.tag for each in tree.iter()}
    assert "\u202e" not in text
    assert "\x00" not in text


def hostile(value: Any) -> Any:
    """Return a view in which every text is hostile, but for those by which code finds its way."""
    if is_dataclass(value) and not isinstance(value, type):
        kept = {"model", "kind", "severity", "role", "metric", "page_key", "metrics", "verdicts", "task"}
        parts = {each.name: getattr(value, each.name) for each in fields(value)}
        return replace(value, **{name: part if name in kept else hostile(part) for name, part in parts.items()})
    if isinstance(value, tuple):
        return tuple(map(hostile, value))
    return f"{value}{HOSTILE}" if isinstance(value, str) and not isinstance(value, Enum) else value


@pytest.mark.parametrize("name", ["a" * 200, "מודל של נטישה", "模型", "fe_ature" * 25])
def test_long_names_and_those_of_other_scripts_are_shown(name: str) -> None:
    view = replace(YEAR, features=(name, *YEAR.features[1:]))
    tree = rendered(view)
    assert name[:20] in text_of(tree)


def test_the_year_that_is_shown_is_marked_among_the_years() -> None:
    year = replace(model_year(end=date(2026, 1, 1)), years=(2024, 2025))
    for view, shown in ((year, "2025"), (replace(YEAR, years=(2024, 2025)), "Newest")):
        links = [each for each in rendered(view).iter("a") if each.get("aria-current") == "page"]
        assert ["".join(each.itertext()) for each in links] == [shown]
    found = hrefs(rendered(year))
    assert [href for href in found if href.endswith(".html") and "/" not in href] == [
        "index.html", "2025.html", "2024.html",
    ]  # fmt: skip


def test_a_metric_a_kind_of_incident_and_an_action_that_this_release_does_not_know_are_shown_by_their_names() -> None:
    view = replace(
        YEAR,
        metrics=("lift_at_10",),
        performance=tuple(replace(each, metric="lift_at_10") for each in YEAR.performance if each.metric == "auc"),
        incidents=tuple(replace(each, kind="solar_flare") for each in YEAR.incidents),
        decisions=tuple(replace(each, action="sleep_on_it") for each in YEAR.decisions),
    )
    said = text_of(rendered(view))
    assert "lift_at_10" in said
    assert "solar_flare" in said
    assert "sleep on it" in said
