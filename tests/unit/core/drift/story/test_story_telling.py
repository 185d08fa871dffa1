"""The story of a known drift says when it began, which features moved together and how much they matter."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from courtside.core.dataset import Feature, FeatureKind
from courtside.core.drift import ClassicPolicy, check, fit
from courtside.core.drift.story.parts import Part, PartsInvalid
from courtside.core.drift.story.telling import tell
from courtside.core.drift.story.weighting import ImportancesInvalid
from tests.unit.core.drift.story.windows import FEATURES, FIRST, REFERENCE, league, points, told

SINCE_WEEK_5 = [0, 0, 0, 0, 8, 8, 8, 8]
WEEK_5 = date(2026, 2, 2)


def test_a_quiet_window_has_trends_but_no_story() -> None:
    story = told(league())
    assert (story.report.groups, story.report.began) == ((), None)
    trend = story.feature("home_points").trend
    assert trend is not None
    assert trend.began is None
    assert [point.rows for point in trend.points] == [280] * 8
    assert all(point.mean == pytest.approx(104, abs=1.5) for point in trend.points)
    assert all(point.effect is not None and point.effect < 0.12 for point in trend.points)


@pytest.mark.parametrize("week", range(8))
@pytest.mark.parametrize("seed", range(3))
def test_a_sudden_shift_is_dated_to_its_week(week: int, seed: int) -> None:
    shifts = [8.0 if now >= week else 0.0 for now in range(8)]
    story = told(league(home_points=points(104, shifts, seed=seed)))
    assert story.feature("home_points").drifted == (week < 7)
    if week < 7:
        assert story.report.began == date.fromordinal(FIRST.toordinal() + 7 * week)


def test_a_gradual_drift_is_dated_to_its_middle() -> None:
    story = told(league(home_points=points(104, [0, 0, 0.5, 4.5, 6.5, 7, 7, 7], seed=3)))
    assert story.report.began == date(2026, 1, 26)


def test_a_lasting_drift_is_not_said_to_have_passed() -> None:
    story = told(league(home_points=points(104, SINCE_WEEK_5, seed=4)))
    assert "passed" not in story.report.groups[0].headline


def test_a_spike_is_said_to_have_passed() -> None:
    story = told(league(home_points=points(104, [0, 0, 30, 0, 0, 0, 0, 0], seed=4)))
    assert story.report.began == date(2026, 1, 19)
    assert story.report.groups[0].headline.endswith(" since 2026-01-19, passed by the end")
    trend = story.feature("home_points").trend
    assert trend is not None
    assert trend.to_dict()["passed"] is True
    assert [point.effect is not None and point.effect > 0.9 for point in trend.points] == [False] * 2 + [True] + [
        False
    ] * 5


def test_the_trend_follows_the_level_whose_share_moved() -> None:
    rng = np.random.default_rng(5)
    before, after = rng.choice(["arena", "hall", "gym"], 1120, p=[0.6, 0.3, 0.1]), rng.choice(["arena", "gym"], 1120)
    story = told(league(venue=np.concatenate([before, after])))
    trend = story.feature("venue").trend
    assert trend is not None
    assert (trend.level, trend.began) == ("gym", WEEK_5)
    assert trend.points[0].share == pytest.approx(0.1, abs=0.05)
    assert trend.points[-1].share == pytest.approx(0.5, abs=0.08)
    assert story.report.groups[0].headline.startswith("venue: share of 'gym' rose 9.54 % → ")


def test_unseen_values_have_a_trend_without_a_level() -> None:
    story = told(league(venue=["arena"] * 1120 + ["Paris"] * 1120))
    trend = story.feature("venue").trend
    assert trend is not None
    assert (trend.level, trend.points[0].share, trend.points[-1].share) == (None, 0.0, 1.0)


def test_features_that_move_together_are_one_story() -> None:
    story = told(league(home_points=points(104, SINCE_WEEK_5, seed=6), away_points=points(103, SINCE_WEEK_5, seed=7)))
    (group,) = story.report.groups
    assert set(group.features) == {"home_points", "away_points"}
    assert group.began == story.report.began == WEEK_5
    assert group.headline.startswith("2 features moved together (")
    assert "): mean rose 103.5 → 107." in group.headline
    assert group.headline.endswith(" since 2026-02-02")


@pytest.mark.parametrize(
    "other",
    [
        {"away_points": points(103, [-shift for shift in SINCE_WEEK_5], seed=7)},
        {"away_points": points(103, [8, 8, 8, 8, 0, 0, 0, 0], seed=7)},
        {"rest": np.r_[np.arange(1120) % 4, np.full(1120, 3)]},
    ],
    ids=["in the other direction", "at another time", "another distribution"],
)
def test_features_that_moved_differently_are_separate_stories(other: dict[str, Any]) -> None:
    story = told(league(home_points=points(104, SINCE_WEEK_5, seed=6), **other))
    assert sorted(group.features for group in story.report.groups) == sorted([("home_points",), tuple(other)])


def test_broken_columns_come_first_and_are_dated() -> None:
    gone = pa.array([1] * 1120 + [None] * 1120, pa.int64())
    table = league(home_points=points(104, SINCE_WEEK_5, seed=6), rest=None, venue=pa.nulls(2240, pa.string()))
    story = told(table)
    assert [group.features for group in story.report.groups] == [("rest",), ("venue",), ("home_points",)]
    assert story.report.groups[0].headline == "rest is missing from the current table since at least 2026-01-05"
    assert story.report.groups[1].headline == "venue holds no usable value since at least 2026-01-05"
    assert not told(league(rest=gone)).feature("rest").verdict.startswith("all")


def test_a_story_is_weighed_by_the_importance_of_its_features() -> None:
    table = league(home_points=points(104, [8] * 8, seed=6))
    weighed = told(table, importances={"home_points": 3.0, "away_points": 1.0, "rest": 0.0}).report
    assert weighed.share_importance == 0.75
    assert weighed.to_dict()["summary"]["share_importance"] == 0.75
    assert told(table, importances={"rest": 0.0}).report.share_importance is None
    assert told(table).report.share_importance is None
    for odd, said in (({"rest": -1.0}, "rest"), ({"rest": float("nan")}, "not finite"), ({"rset": 1.0}, "none of")):
        with pytest.raises(ImportancesInvalid, match=said):
            told(table, importances=odd)


def test_target_and_prediction_are_told_like_any_other_column() -> None:
    outcomes = (Feature("win", FeatureKind.BINARY), Feature("probability", FeatureKind.NUMERIC))
    rng = np.random.default_rng(8)

    def with_outcomes(table: pa.Table, rate: float) -> pa.Table:
        wins = pa.array(np.arange(table.num_rows) % 100 < 100 * rate)
        chances = pa.array(rng.beta(8 * rate, 8 * (1 - rate), table.num_rows))
        return table.append_column("win", wins).append_column("probability", chances)

    reference = fit(with_outcomes(league(seed=0), 0.6), (*FEATURES, *outcomes), time_column="day")
    story = told(with_outcomes(league(), 0.3), reference=reference, importances={"rest": 1.0})
    assert story.report.features_drifted == ("win", "probability")
    assert story.report.share_importance == 0.0
    assert {group.features for group in story.report.groups} == {("win",), ("probability",)}


def test_the_json_form_contains_the_story() -> None:
    body = told(league(home_points=points(104, SINCE_WEEK_5, seed=6))).report.to_dict()
    assert json.loads(json.dumps(body, allow_nan=False)) == body
    assert body["summary"]["began"] == "2026-02-02"
    assert body["groups"][0]["features"] == ["home_points"]
    trend = body["features"]["home_points"]["trend"]
    assert (trend["began"], len(trend["points"])) == ("2026-02-02", 8)
    assert set(trend["points"][0]) == {"start", "end", "rows", "mean", "median", "share", "effect"}


def test_without_sub_windows_a_story_has_groups_but_no_dates() -> None:
    table = league(home_points=points(104, [8] * 8, seed=6), away_points=points(103, [8] * 8, seed=7))
    current = REFERENCE.summarize(table)
    report = tell(check(REFERENCE, current, ClassicPolicy()), reference=REFERENCE, current=current)
    assert len(report.groups) == 1
    assert "since" not in report.groups[0].headline
    assert (report.began, report.features[0].trend) == (None, None)


def test_a_sub_window_without_rows_is_a_gap() -> None:
    table = league(home_points=points(104, SINCE_WEEK_5, seed=6))
    days = table["day"].to_numpy()
    kept = (days < np.datetime64("2026-02-02")) | (days >= np.datetime64("2026-02-09"))
    story = told(table.filter(pa.array(kept)))
    trend = story.feature("home_points").trend
    assert trend is not None
    assert (trend.points[4].rows, trend.points[4].mean, trend.points[4].effect) == (0, None, None)
    assert story.report.began == date(2026, 2, 9)


def test_parts_of_another_window_are_refused() -> None:
    story = told(league())
    report = check(REFERENCE, story.current, ClassicPolicy())
    twice = (*story.parts, replace(story.parts[0], start=date(2027, 1, 1), end=date(2027, 1, 2)))
    with pytest.raises(PartsInvalid, match="rows"):
        tell(report, reference=REFERENCE, current=story.current, parts=twice)
    other = fit(league(), FEATURES[:1], time_column="day")
    with pytest.raises(PartsInvalid, match="columns"):
        tell(report, reference=REFERENCE, current=story.current, parts=[Part(FIRST, WEEK_5, other)])
