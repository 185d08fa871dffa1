"""The page of all models puts first what needs a person, and stays readable with none, one or a thousand of them."""

from collections import Counter
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from courtside.contracts.dashboard_keys import OVERVIEW_PAGE
from courtside.core.dashboard import stage_page
from courtside.core.dashboard.health_words import HEALTH, NEED_A_PERSON
from courtside.core.dashboard.stage_page.page import verdict
from courtside.core.dashboard.stage_page.sparkline import sparkline
from courtside.core.dashboard.views import Health, IncidentLine, StageView, Summary
from tests.fakes.dashboard_views import new_model, pair, stage_of
from tests.unit.core.report_page.pages import parsed, text_of

HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(2)>&amp;'\x00\u202e"
VIEW = stage_of(100)
ONE = VIEW.models[0]


def rendered(view: StageView) -> ET.Element:
    return parsed(stage_page.render(view))


def with_models(*models: Summary, incidents: tuple[IncidentLine, ...] = ()) -> StageView:
    return replace(VIEW, models=models, incidents=incidents)


def incident(**changes: Any) -> IncidentLine:
    return replace(VIEW.incidents[0], **changes)


def listed(tree: ET.Element, kind: str) -> list[str]:
    return [" ".join(" ".join(item.itertext()).split()) for item in tree.findall(f".//ul[@class='{kind}']/li")]


def test_models_are_listed_by_health_the_worst_first_whatever_their_order_was() -> None:
    tree = rendered(replace(VIEW, models=VIEW.models[::-1]))
    groups = [each.get("id") for each in tree.iter() if each.get("id") in {health.name.lower() for health in Health}]
    assert groups == [health.name.lower() for health in Health]
    first = tree.find(".//table/tbody/tr/th/a")
    assert first is not None
    assert "".join(first.itertext()) == min(m.model for m in VIEW.models if m.health is Health.CRITICAL)


@pytest.mark.parametrize("count", [1, 12, 100, 1000])
def test_every_model_has_one_row_that_links_its_page(count: int) -> None:
    view = stage_of(count)
    tree = rendered(view)
    links = Counter(each.get("href") for each in tree.findall(".//tbody/tr/th/a"))
    assert links == {f"../{each.page_key}": 1 for each in view.models}
    ids = Counter(found.get("id") for found in tree.iter() if found.get("id"))
    assert set(ids.values()) == {1}
    targets = {href.removeprefix("#") for each in tree.iter("a") if (href := each.get("href", "")).startswith("#")}
    assert targets <= ids.keys()
    assert len(stage_page.render(view)) < 24_000 + 2_000 * count


def test_a_large_group_is_folded_unless_it_needs_a_person() -> None:
    many = tuple(
        replace(ONE, model=f"m{number:03d}", health=Health.GOOD, open_incidents=number % 3) for number in range(120)
    )
    parts = rendered(with_models(*many)).findall(".//section[@aria-labelledby='models']/details")
    assert [len(part.findall(".//tbody/tr")) for part in parts] == [50, 50, 20]
    assert "".join(parts[1][0].itertext()) == "m050 to m099 (50)"
    ill = tuple(replace(each, health=Health.WARNING) for each in many)
    assert rendered(with_models(*ill)).findall(".//section[@aria-labelledby='models']/details") == []


@pytest.mark.parametrize(
    ("healths", "shown", "said"),
    [
        ([], None, "No model yet."),
        ([Health.GOOD], Health.GOOD, "The model is well."),
        ([Health.NEW], Health.NEW, "The model has no champion yet."),
        ([Health.PAUSED], Health.PAUSED, "The model is paused."),
        ([Health.WAITS], Health.WAITS, "The model needs you."),
        ([Health.NEW, Health.PAUSED], Health.NEW, "None of 2 models needs you."),
        ([Health.GOOD, Health.PAUSED, Health.NEW], Health.GOOD, "None of 3 models needs you."),
        ([Health.GOOD, Health.UNREADABLE], Health.UNREADABLE, "1 of 2 models needs you."),
        ([Health.WARNING, Health.CRITICAL, Health.GOOD], Health.CRITICAL, "2 of 3 models need you."),
    ],
)
def test_the_first_line_sums_the_stage_up(healths: list[Health], shown: Health | None, said: str) -> None:
    view = with_models(*(replace(ONE, model=f"m{at}", health=health) for at, health in enumerate(healths)))
    assert verdict(view) == (shown, said)
    heading = rendered(view).find(".//h1")
    assert heading is not None
    assert heading.get("class") == f"verdict {HEALTH[shown].kind if shown else 'unknown'}"
    urgent = "Most urgent is" in text_of(rendered(view))
    assert urgent is (shown in NEED_A_PERSON)


@pytest.mark.parametrize(
    ("severity", "state", "shown"),
    [
        ("critical", "open", Health.CRITICAL),
        ("warning", "open", Health.WARNING),
        ("info", "open", Health.GOOD),
        ("critical", "acknowledged", Health.GOOD),
    ],
)
def test_an_incident_of_the_stage_itself_is_no_models_fault(severity: str, state: str, shown: Health) -> None:
    own = incident(model="", id="alerts_undelivered-1", severity=severity, state=state)
    view = with_models(replace(ONE, health=Health.GOOD), incidents=(own,))
    said = "The model is well." if shown is Health.GOOD else "The stage itself needs you."
    assert verdict(view) == (shown, said)
    assert f"{severity} The stage itself: " in listed(rendered(view), "incidents")[0]


def test_a_calm_day_is_one_sentence() -> None:
    over = incident(model="", resolved_at=VIEW.at)
    tree = rendered(with_models(replace(ONE, health=Health.GOOD, changed=()), incidents=(over,)))
    assert listed(tree, "incidents") == []
    assert "Nothing is open, and nothing changed in the last 24 hours." in text_of(tree)
    assert tree.find(".//h2[@id='changed']") is None


def test_an_unanswered_incident_comes_first_with_the_command_that_answers_it() -> None:
    answered = incident(id="drift-1", severity="critical", state="acknowledged", by="ann", note="asked the data team")
    waits = incident(id="drift-2", severity="info", state="open", model="churn")
    first, second = listed(rendered(with_models(ONE, incidents=(answered, waits))), "incidents")
    assert "courtside alerts ack drift-2 --stage dev --model churn" in first
    assert "nobody has answered" in first
    assert "Acknowledged by ann: asked the data team. Open since" in second
    assert "courtside alerts show drift-1" in second


def test_only_a_page_is_linked_as_an_incidents_report() -> None:
    linked = incident(id="a", report_key="models/churn/drift/dt=2026-11-28/a.html")
    bare = incident(id="b", report_key="models/churn/decisions/b.json")
    links = [each.get("href") for each in rendered(with_models(ONE, incidents=(linked, bare))).findall(".//li//a")]
    assert links.count("../models/churn/drift/dt=2026-11-28/a.html") == 1
    assert not [each for each in links if each and each.endswith(".json")]


def test_a_model_whose_page_was_not_built_yet_is_not_linked() -> None:
    fresh = replace(ONE, model="fresh", page_key="", report_key="")
    of_both = (incident(model="fresh", id="a", report_key=""), incident(model="removed", id="b", report_key=""))
    tree = rendered(with_models(fresh, incidents=of_both))
    assert [each.get("href", "") for each in tree.iter("a") if not each.get("href", "").startswith("#")] == []
    assert [" ".join(each.itertext()) for each in tree.iter("span") if each.get("class") == "name"].count("fresh") >= 2


def test_further_incidents_and_changes_are_folded_away() -> None:
    many = tuple(incident(id=f"drift-{number:02d}") for number in range(25))
    changed = replace(ONE, changed=tuple(f"Change {number}." for number in range(23)))
    tree = rendered(with_models(changed, incidents=many))
    assert len(listed(tree, "incidents")) == 25
    assert len(listed(tree, "changes")) == 23
    assert [each[0].text for each in tree.findall(".//details")] == ["5 more open incidents", "3 more changes"]


def test_a_stage_without_models_says_what_comes_first() -> None:
    text = text_of(rendered(with_models()))
    for typed in ("courtside init churn.csv", "courtside models add churn.yaml --stage dev", "courtside tables load"):
        assert typed in text
    assert "Every model" not in text


def test_a_command_within_a_reason_is_shown_as_one() -> None:
    paused = replace(ONE, why="rounds pass over it until `courtside models resume churn`; 1 incident is open")
    (row,) = rendered(with_models(paused)).findall(".//tbody/tr/th[@scope='row']")
    assert [" ".join("".join(each.itertext()).split()) for each in row.iter("code")] == [
        "courtside models resume churn"
    ]
    assert "until courtside models resume churn; 1 incident is open" in "".join(row.itertext())
    odd = replace(ONE, why="a `strange level")
    assert "a `strange level" in text_of(rendered(with_models(odd)))


def test_a_model_without_champion_and_labels_says_so() -> None:
    text = text_of(rendered(with_models(new_model("fraud").summary)))
    for said in ("no labels yet", "none yet"):
        assert said in text


def test_hostile_words_are_shown_as_plain_text_everywhere() -> None:
    model = replace(
        ONE, model=HOSTILE, why=HOSTILE, champion=HOSTILE, last_check=HOSTILE, changed=(HOSTILE,), metric=HOSTILE,
        page_key="dashboard/models/x/index.html",
    )  # fmt: skip
    bad = incident(headline=HOSTILE, note=HOSTILE, by=HOSTILE, state="snoozed", id=HOSTILE, model="")
    page = stage_page.render(replace(with_models(model, incidents=(bad,)), stage=HOSTILE))
    tree = parsed(page)
    assert not {found.tag for found in tree.iter()} & {"script", "img"}
    assert "\x00" not in page
    assert "\u202e" not in page


def test_names_of_any_length_are_cut() -> None:
    long = replace(ONE, model="n" * 200, why="w" * 5000, champion="7" * 300)
    text = text_of(rendered(with_models(long)))
    assert "n" * 100 not in text.replace(f"{'n' * 200} --stage", "")
    assert "w" * 401 not in text
    assert "7" * 41 not in text


def test_the_page_is_as_self_contained_as_a_report() -> None:
    page = stage_page.render(VIEW)
    tree = parsed(page)
    assert not {found.tag for found in tree.iter()} & {"script", "img", "link", "iframe", "object", "image", "use"}
    assert "url(" not in page
    assert "@import" not in page
    assert page == stage_page.render(VIEW)
    assert OVERVIEW_PAGE.count("/") == 1, "the links lead one folder up"


@pytest.mark.parametrize(
    ("recent", "paths", "dots"),
    [
        ((0.7, 0.71, 0.72), 1, 1),
        ((0.7, 0.71, None, 0.72, 0.73), 2, 1),
        ((None, 0.7, None), 0, 2),
        ((0.7,) * 5, 1, 1),
        ((0.7, *(None,) * 80), 0, 2),
    ],
)
def test_a_spark_line_does_not_cross_a_gap(recent: tuple[float | None, ...], paths: int, dots: int) -> None:
    drawn = ET.fromstring(sparkline(replace(ONE, recent=recent)))  # noqa: S314 — this is our own output
    assert (len(drawn.findall("path")), len(drawn.findall("circle"))) == (paths, dots)
    known = [value for value in recent if value is not None]
    title = drawn.find("title")
    assert title is not None
    assert title.text is not None
    assert title.text.startswith(f"AUC: {known[-1]:.4g} in the newest window")


def test_pairs_of_models_of_which_one_was_removed_are_not_shown() -> None:
    first, second, *others = VIEW.models
    found = replace(VIEW, compared=(pair(first.model, second.model), pair(first.model, "removed")), left_out=0)
    text = stage_page.render(found)
    assert f"courtside</span> <span>models</span> <span>beside</span> <span>{first.model}" in text
    assert "removed" not in text
    assert len(rendered(found).findall(".//section[@aria-labelledby='alike']/article")) == 1
    without = replace(found, models=(first, *others))
    assert "Models of the same target" not in stage_page.render(without)


@pytest.mark.parametrize(
    ("unsure", "said"),
    [
        ((False, False, False), None),
        ((False, False, True), "○ the newest window has too few rows for an interval"),
        ((True, False, False), "○ 1 of 3 windows has too few rows for an interval"),
        ((True, False, True), "○ 2 of 3 windows, the newest among them, have too few rows for an interval"),
        ((True, True, False), "○ 2 of 3 windows have too few rows for an interval"),
    ],
)
def test_windows_with_too_few_rows_for_an_interval_are_marked(unsure: tuple[bool, ...], said: str | None) -> None:
    model = replace(ONE, recent=(0.7, 0.8, 0.75), unsure=unsure)
    text = stage_page.render(with_models(model))
    assert (said in text) if said else ("too few rows" not in text)
    assert sparkline(model).count("hollow-dot") == sum(unsure)


def test_a_summary_of_an_older_release_marks_no_window() -> None:
    assert sparkline(replace(ONE, unsure=())).count("hollow-dot") == 0
