"""The heat map shows what moved when, leaves out what did not, and leads from each day to its report."""

from dataclasses import replace
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest

from courtside.contracts.dashboard_keys import from_page
from courtside.core.dashboard.model_page.heat_map import ROW, by_movement, cell, columns, drawn, unchecked
from courtside.core.dashboard.views import CheckPoint, ModelView
from courtside.core.drift.reports.report import Verdict
from tests.fakes.dashboard_views import model_year
from tests.unit.core.dashboard.model_page.test_page import rendered

START = date(2026, 3, 2)  # a Monday
DAY = timedelta(days=1)
YEAR = model_year()


def check(day: date, *found: tuple[str | None, float | None]) -> CheckPoint:
    verdicts, effects = zip(*found, strict=True) if found else ((), ())
    return CheckPoint(day=day, report_key=f"r/{day}.html", action="nothing", verdicts=verdicts, effects=effects)


def links(view: ModelView) -> list[ET.Element]:
    hits = [each for each in rendered(view).iter("div") if each.get("class") == "hits"]
    return [link for each in hits for link in each.findall("a")]


@pytest.mark.parametrize(
    ("verdict", "effect", "look"),
    [
        (None, None, ""),
        ("no_drift", 0.01, ""),
        ("no_drift", None, ""),
        ("no_drift", 0.08, "warm"),
        ("no_drift", 0.9, "warm"),
        ("drift", None, "drift1"),
        ("drift", 0.05, "drift1"),
        ("drift", 0.1, "drift2"),
        ("drift", 0.39, "drift3"),
        ("drift", 7.0, "drift4"),
        ("usual", 0.5, "usual"),
        ("accepted", 0.5, "usual"),
        ("insufficient_data", None, "unjudged"),
        ("all_missing", None, "broken"),
    ],
)
def test_hue_is_the_verdict_and_strength_the_size(verdict: str | None, effect: float | None, look: str) -> None:
    assert cell(verdict, effect) == look


def test_every_verdict_that_is_known_today_has_a_look() -> None:
    assert {each.value: cell(each, 0.0) for each in Verdict if each is not Verdict.NO_DRIFT}.keys() == {
        each.value for each in Verdict if cell(each, 0.0)
    }


def test_a_quiet_year_draws_no_cell() -> None:
    found = columns([check(START + n * DAY, ("no_drift", 0.01)) for n in range(30)], START, START + 30 * DAY)
    assert list(drawn(found, [0], START)) == []


def test_days_that_look_the_same_are_one_stroke_and_a_day_without_a_check_parts_them() -> None:
    days = [0, 1, 2, 4, 5]
    found = columns([check(START + n * DAY, ("drift", 0.15)) for n in days], START, START + 6 * DAY)
    paths = [ET.fromstring(each).get("d") for each in drawn(found, [0], START)]  # noqa: S314 — our own output
    assert paths == [f"M0 {ROW / 2:g}h3M4 {ROW / 2:g}h2"]
    assert unchecked(found, START, START + 6 * DAY, 10) == '<path d="M3 0h1v10h-1z" class="unchecked"/>'


def test_no_check_at_the_end_is_seen() -> None:
    found = columns([check(START, ("no_drift", 0.0))], START, START + 3 * DAY)
    assert unchecked(found, START, START + 3 * DAY, 10) == '<path d="M1 0H3v10H1z" class="unchecked"/>'


def test_a_long_view_has_a_column_a_week_with_the_worst_of_it() -> None:
    checks = [check(START + n * DAY, ("drift" if n == 3 else "no_drift", 0.5 if n == 3 else 0.0)) for n in range(14)]
    found = columns(checks, START, START + 500 * DAY)
    assert [(each.start, each.end) for each in found] == [(START, START + 7 * DAY), (START + 7 * DAY, START + 14 * DAY)]
    assert [each.cells for each in found] == [("drift4",), ("",)]
    assert found[0].check.day == START + 3 * DAY


def test_the_first_week_of_a_long_view_begins_with_the_view() -> None:
    begin = START + 2 * DAY
    found = columns([check(begin, ("no_drift", 0.0))], begin, begin + 500 * DAY)
    assert (found[0].start, found[0].end) == (begin, START + 7 * DAY)


def test_checks_outside_the_view_are_left_out() -> None:
    checks = [check(START + n * DAY, ("no_drift", 0.0)) for n in (-1, 0, 5)]
    assert [each.check.day for each in columns(checks, START, START + 5 * DAY)] == [START]


def test_features_that_move_now_come_first_then_those_that_moved_longest() -> None:
    still, moved = ("no_drift", 0.0), ("drift", 0.5)
    checks = [
        check(START, still, moved, still, still),
        check(START + DAY, still, moved, still, ("drift", 0.15)),
        check(START + 2 * DAY, still, still, ("missing_column", None), still),
    ]
    assert by_movement(4, columns(checks, START, START + 3 * DAY)) == [2, 1, 3, 0]


def test_each_day_leads_to_its_report_once() -> None:
    key = YEAR.summary.page_key
    assert [each.get("href") for each in links(YEAR)] == [from_page(key, each.report_key) for each in YEAR.checks]


def test_a_day_whose_report_is_gone_says_what_moved_and_links_nothing() -> None:
    view = replace(YEAR, checks=(*YEAR.checks[:-1], replace(YEAR.checks[-1], report_key="")))
    assert len(links(view)) == len(YEAR.checks) - 1
    said = [each.get("data-said", "") for each in rendered(view).iter("span")]
    assert "28 Nov 2026: 2 of 16 drifted: tenure_months, device_age_months; decided: alert" in said


def test_a_link_says_the_day_what_moved_and_what_was_decided() -> None:
    assert links(YEAR)[-1].get("aria-label") == (
        "28 Nov 2026: 2 of 16 drifted: tenure_months, device_age_months; decided: alert"
    )


def test_the_tab_key_stops_where_other_features_moved_than_the_day_before_and_at_the_newest() -> None:
    found = links(YEAR)
    stops = [each for each in found if each.get("tabindex") is None]
    assert 0 < len(stops) < 60
    assert found[-1] in stops
    quiet = replace(YEAR, checks=tuple(replace(each, verdicts=("no_drift",) * 16) for each in YEAR.checks))
    assert len([each for each in links(quiet) if each.get("tabindex") is None]) == 1


def test_of_many_features_those_that_moved_are_shown_and_the_others_folded_away() -> None:
    view = model_year(features=200)
    tree = rendered(view)
    folded = next(each for each in tree.iter("details") if "176 other features" in "".join(each.itertext()))
    hidden = {"".join(each.itertext()) for each in folded.iter("bdi")}
    shown = {"".join(each.itertext()) for each in tree.iter("bdi") if each.get("class") == "feature"} - hidden
    assert len(shown) == 24
    assert {"tenure_months", "monthly_charges", "support_calls", "roaming_minutes"} <= shown
    assert len(hidden) == 176
