"""Everything that has a time shares one axis: champions, incidents, performance and labels."""

import math
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from courtside.core.dashboard.model_page.axis import TimeAxis
from courtside.core.dashboard.model_page.figures import is_worse
from courtside.core.dashboard.views import ModelView, PerformancePoint
from courtside.core.pages.wording import DASH
from tests.fakes.dashboard_views import model_year
from tests.unit.core.dashboard.model_page.test_page import rendered
from tests.unit.core.report_page.pages import text_of

START = date(2026, 1, 1)
YEAR = model_year()
POINT = next(each for each in YEAR.performance if each.metric == "auc")


def paths(view: ModelView, class_: str) -> list[str]:
    return [each.get("d", "") for each in rendered(view).iter("path") if each.get("class") == class_]


def with_points(*points: PerformancePoint) -> ModelView:
    return replace(YEAR, metrics=("auc",), performance=points)


def bars(view: ModelView, label: str) -> list[ET.Element]:
    lists = [each for each in rendered(view).iter("ul") if each.get("aria-label") == label]
    return [item for each in lists for item in each]


@pytest.mark.parametrize(
    ("days", "first", "count"),
    [(20, "5 Jan", 3), (365, "Jan 2026", 12), (3650, "2026", 10)],
    ids=["weeks", "months", "years"],
)
def test_the_axis_marks_weeks_months_or_years(days: int, first: str, count: int) -> None:
    ticks = list(TimeAxis(START, START + timedelta(days=days)).ticks())
    assert ticks[0].label == first
    assert len(ticks) == count


def test_a_moment_has_its_place_within_its_day_and_one_beyond_an_end_is_moved_there() -> None:
    axis = TimeAxis(START, START + timedelta(days=10))
    assert axis.place(datetime(2026, 1, 3, 12, tzinfo=UTC)) == 2.5
    assert axis.place(START - timedelta(days=5)) == 0
    assert axis.percent(START + timedelta(days=50)) == 100


def test_columns_of_days_hold_at_least_one_day_and_none_beyond_the_end() -> None:
    axis = TimeAxis(START, START + timedelta(days=10))
    assert axis.columns(START, START + timedelta(days=7)) == "grid-column:1/8"
    assert axis.columns(START + timedelta(days=3), START + timedelta(days=3)) == "grid-column:4/5"
    assert axis.columns(START + timedelta(days=10), START + timedelta(days=12)) == "grid-column:10/11"


def test_each_champion_has_a_bar_that_says_how_and_why_it_came() -> None:
    found = bars(YEAR, "Champions")
    assert ["".join(each.itertext()) for each in found] == ["1", "2", "3", "↩ 2", "4"]
    said = found[3][0].get("aria-label") or ""
    assert said.startswith("version 2: champion by rollback since")
    assert "loses 0.031 AUC" in said


def test_incidents_that_are_open_at_once_lie_below_each_other_and_an_open_one_reaches_to_the_end() -> None:
    one = YEAR.incidents[0]
    at = one.opened_at
    view = replace(
        YEAR,
        incidents=tuple(
            replace(one, id=f"i{n}", opened_at=at + timedelta(days=days), resolved_at=over)
            for n, (days, over) in enumerate(((0, at + timedelta(days=9)), (5, None), (10, at + timedelta(days=12))))
        ),
    )
    styles = [each.get("style", "") for each in bars(view, "Incidents")]
    assert [style.rpartition("grid-row:")[2] for style in styles] == ["1", "2", "1"]
    assert styles[1].split(";")[0].endswith("/366")


def test_an_incident_that_was_over_before_the_view_has_no_bar() -> None:
    old = replace(
        YEAR.incidents[0], opened_at=datetime(2020, 1, 1, tzinfo=UTC), resolved_at=datetime(2020, 1, 9, tzinfo=UTC)
    )
    assert bars(replace(YEAR, incidents=(old,)), "Incidents") == []


def test_a_figure_is_surely_worse_if_its_whole_interval_is_beyond_the_promises() -> None:
    point = replace(POINT, promise=0.8, promise_low=0.78, promise_high=0.82)
    below, across = replace(point, low=0.70, high=0.77), replace(point, low=0.70, high=0.79)
    above, unknown = replace(point, low=0.83, high=0.90), replace(point, low=None, high=None)
    assert [is_worse(each, higher=True) for each in (below, across, above, unknown)] == [True, False, False, False]
    assert [is_worse(each, higher=False) for each in (below, across, above, unknown)] == [False, False, True, False]
    assert not is_worse(below, higher=None)


def test_no_line_crosses_a_window_without_labels_or_another_champion() -> None:
    week = timedelta(days=7)
    points = [
        replace(POINT, start=POINT.start + n * week, end=POINT.end + n * week, final=True, version=version, value=value)
        for n, (version, value) in enumerate(
            (("1", 0.8), ("1", 0.79), ("1", None), ("1", 0.8), ("1", 0.81), ("2", 0.82), ("2", 0.8))
        )
    ]
    assert len(paths(with_points(*points), "realised")) == 3


def test_what_still_awaits_labels_is_drawn_apart() -> None:
    final = [each for each in YEAR.performance if each.metric == "auc" and each.role == "champion"]
    assert paths(with_points(*final), "realised awaited")
    done = [replace(each, final=True) for each in final]
    assert not paths(with_points(*done), "realised awaited")
    assert not paths(with_points(*done), "labels awaited")


def test_a_constant_far_away_is_said_and_a_near_one_drawn() -> None:
    assert "a constant reaches 0.500, far below" in text_of(rendered(with_points(POINT)))
    near = replace(POINT, baseline=0.79)
    assert paths(with_points(near), "constant")
    assert "a constant reaches" not in text_of(rendered(with_points(near)))


@pytest.mark.parametrize("odd", [math.inf, -math.inf, math.nan])
def test_a_figure_that_is_not_finite_leaves_a_gap_and_no_broken_drawing(odd: float) -> None:
    names = ("value", "low", "high", "promise", "promise_low", "promise_high", "baseline", "estimate", "difference")
    lost: dict[str, Any] = dict.fromkeys(names, odd)
    points = [replace(each, **lost) if n % 7 == 0 else each for n, each in enumerate(YEAR.performance)]
    drawn = " ".join(each.get("d", "") for each in rendered(replace(YEAR, performance=tuple(points))).iter("path"))
    assert "inf" not in drawn
    assert "nan" not in drawn


def test_figures_without_an_interval_are_drawn_without_a_band() -> None:
    bare = [replace(each, low=None, high=None) for each in YEAR.performance if each.metric == "auc"]
    assert paths(with_points(*bare), "realised")
    assert not paths(with_points(*bare), "interval-band")


def test_pointing_at_a_window_tells_the_primary_metric_and_below_it_all_others() -> None:
    said = [each.get("data-said", "") for each in rendered(YEAR).iter("span") if each.get("data-said")]
    first, others = said[: len(said) // 2], said[len(said) // 2 :]
    assert all("AUC" in each and "log loss" not in each for each in first)
    assert all("log loss" in each and "accuracy" in each for each in others)
    for told in (first, others):
        assert "more are awaited" in told[-1]
        assert "more are awaited" not in told[0]


def test_figures_stand_in_a_table_too_the_newest_first() -> None:
    tree = rendered(YEAR)
    folded = next(each for each in tree.iter("details") if "AUC in figures" in "".join(each.itertext()))
    rows = ["".join(each.itertext()) for each in folded.iter("tr")][1:]
    windows = {each.start for each in YEAR.performance}
    assert len(rows) == len(windows)
    assert rows[0].startswith("23 Nov 2026")


def test_decisions_that_were_the_same_day_after_day_are_one_line_with_numbers_and_what_would_have_changed_it() -> None:
    tree = rendered(YEAR)
    whole = next(each for each in tree.iter("section") if each.get("aria-labelledby") == "decisions")
    lines = ["".join(each.itertext()) for each in next(iter(whole.iter("ol")))]
    assert lines[0].startswith(f"19 Nov 2026 {DASH} 28 Nov 2026▲ alert")
    assert "10 checks in a row" in lines[0]
    assert "retrain.share0.15" in lines[0]
    assert "with retrain.share: 0.125 it would have started a training" in lines[0]
    assert len(lines) < 20


def test_versions_beside_the_champion_say_what_is_known_so_far() -> None:
    said = text_of(rendered(YEAR))
    assert "the champion is worse" in said
    assert "the champion is as good or better" in said
    assert "not known yet" in said


def test_calibration_says_the_largest_gap_and_labels_how_soon_they_come() -> None:
    said = text_of(rendered(YEAR))
    assert "came true" in said
    assert "50 % within 6 days, 90 % within 21 days" in said


def test_calibration_says_how_often_two_classes_could_be_told_apart_at_best() -> None:
    at_best = "If its own probabilities were exactly right"
    rows = sum(each.rows for each in YEAR.calibration)
    assert f"over these {rows:,} rows on " in text_of(rendered(YEAR))
    several = replace(YEAR, summary=replace(YEAR.summary, task="multiclass"))
    assert at_best in text_of(rendered(YEAR))
    assert at_best not in text_of(rendered(several))


def test_days_in_which_no_version_was_champion_say_since_when_one_has_been() -> None:
    summary = replace(YEAR.summary, champion="4", champion_since=datetime(2026, 11, 29, 20, tzinfo=UTC))
    said = text_of(rendered(replace(YEAR, summary=summary, champions=())))
    assert "No version was champion in this time; version 4 has been since 29 Nov 2026." in said
    nobody = replace(summary, champion=None, champion_since=None)
    assert "No version was champion in this time." in text_of(rendered(replace(YEAR, summary=nobody, champions=())))


@pytest.mark.parametrize("class_", ["estimate", "interval-band"])
def test_a_window_on_its_own_is_drawn_as_long_as_it_is(class_: str) -> None:
    start = YEAR.start + timedelta(days=30)
    alone = replace(POINT, start=start, end=start + timedelta(days=7), estimate=0.8, value=0.8, low=0.7, high=0.9)
    (drawn,) = paths(with_points(replace(alone, final=True)), class_)
    reached = [float(number) for number in re.findall(r"(-?[0-9.]+) -?[0-9.]+", drawn)]
    assert (min(reached), max(reached)) == (30, 37)


def test_a_version_that_predicts_as_the_champion_does_differs_by_nothing() -> None:
    same = replace(POINT, role="shadow", version="9", difference=0.0, difference_low=0.0, difference_high=0.0)
    assert "1 comparisons; the newest is" in text_of(rendered(with_points(POINT, same)))
