"""What a decision sees of a champion's performance: realised, estimated, or unknown and why."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from courtside.contracts import lake_keys
from courtside.contracts.records.situations import Known
from courtside.core.performance.rules import EstimateMethod, PerformanceRules
from courtside.core.performance.seen import NO_CONCEPT, PerformanceSeen
from courtside.workflows.decisions.performance import NOT_JUDGED, performance_seen
from tests.fakes.estimating import EstimatedLoans
from tests.fakes.judging import MONDAY, days

NEXT = MONDAY + days(7)


def seen(stage: EstimatedLoans, as_of: date, *, version: str = "1") -> PerformanceSeen:
    return performance_seen(version, as_of, lake=stage.lake, dataset=stage.dataset)


def said(found: PerformanceSeen) -> list[str]:
    return list(found.sentences(model="loans", task="binary"))


@pytest.fixture(scope="module")
def judged() -> EstimatedLoans:
    """A stage with three judged weeks of version 1 and one that waits for its labels and is estimated."""
    stage = EstimatedLoans()
    stage.promote("1", 1.0)
    stage.promised("1")
    for number in range(3):
        stage.week(MONDAY + days(7 * number), wrong=1 + number)
        stage.check(MONDAY + days(7 * (number + 1)))
    stage.week(MONDAY + days(21), repaid=False)
    stage.estimate(MONDAY + days(28))
    stage.check(MONDAY + days(28))
    return stage


def test_what_labels_show_is_realised_and_the_estimate_of_a_later_window_stands_beside_it(
    judged: EstimatedLoans,
) -> None:
    found = seen(judged, MONDAY + days(28))
    facts, newest = found.facts, judged.statements()[-1]
    assert (facts.known, facts.metric, facts.value) == (Known.REALISED, "auc", newest["value"])
    assert facts.window is not None
    assert (facts.window.start, facts.rows) == (MONDAY + days(14), newest["labelled"])
    assert (facts.low, facts.high, facts.promise) == (newest["low"], newest["high"], newest["promise"])
    assert found.trend == tuple(row["value"] for row in judged.statements())
    assert found.estimated is not None
    assert found.estimated.window.start == MONDAY + days(21)
    realised, estimated, *_ = said(found)
    assert realised.startswith(f"Realised: AUC {newest['value']:.3f} (")
    assert "▁" in realised
    assert f"by {newest['labelled']} labels; the holdout promised {newest['promise']:.3f}" in realised
    assert estimated.startswith(f"Estimated: AUC {found.estimated.value:.3f} by CBPE from {MONDAY + days(21)}")
    assert NO_CONCEPT in estimated


def test_only_what_was_known_on_the_day_counts(judged: EstimatedLoans) -> None:
    found = seen(judged, MONDAY + days(20))
    assert found.facts.window is not None
    assert found.facts.window.start == MONDAY + days(7)
    assert found.estimated is None
    assert all(test.rows <= 12 * 14 for test in found.facts.tests)


def test_another_champion_is_not_known_by_the_labels_of_the_one_before(judged: EstimatedLoans) -> None:
    found = seen(judged, MONDAY + days(28), version="2")
    assert (found.facts.known, found.facts.why_unknown, found.facts.tests) == (Known.UNKNOWN, NOT_JUDGED, ())
    assert said(found) == [f"Unknown: {NOT_JUDGED}."]


def test_an_estimate_is_all_there_is_before_labels_come() -> None:
    stage = EstimatedLoans()
    stage.promote("1", 1.0)
    stage.promised("1")
    stage.week(repaid=False)
    stage.estimate(NEXT)
    found = seen(stage, NEXT)
    assert found.estimated is not None
    assert (found.facts.known, found.facts.value) == (Known.ESTIMATED, found.estimated.value)
    assert found.facts.promise == found.estimated.constant
    assert NO_CONCEPT in said(found)[0]


def test_why_nothing_is_known_is_said() -> None:
    stage = EstimatedLoans()
    stage.promote("1", 1.0)
    stage.week(repaid=False)
    stage.estimate(NEXT)
    assert "cannot be estimated: its training left no holdout" in seen(stage, NEXT).facts.why_unknown
    stage.dataset = replace(stage.dataset, performance=PerformanceRules(estimate=EstimateMethod.NONE))
    assert "the contract says `performance: {estimate: none}`" in seen(stage, NEXT).facts.why_unknown


def test_a_damaged_archive_makes_performance_unknown_and_stops_no_decision(judged: EstimatedLoans) -> None:
    stage = replace(judged, lake=type(judged.lake)(dict(judged.lake.objects)))
    key = next(key for key in reversed(stage.lake.keys(lake_keys.performance("loans"))))
    stage.lake.objects[key] = b"cut off"
    found = seen(stage, MONDAY + timedelta(28))
    assert found.facts.known is Known.UNKNOWN
    assert key in found.facts.why_unknown
    assert "cannot be read" in said(found)[0]


def test_the_tests_of_this_champion_are_told_where_they_are_known() -> None:
    stage = EstimatedLoans()
    stage.promote("1", 1.0)
    stage.promised("1")
    for number in range(5):
        stage.week(MONDAY + days(7 * number), wrong=6)
    stage.check(MONDAY + days(35))
    found = seen(stage, MONDAY + days(35))
    promise = next(test for test in found.facts.tests if test.opponent == "promise")
    assert promise.outcome == "worse"
    assert any(text.startswith("Version 1 has been worse than it promised since") for text in said(found))
    assert not any("not known yet" in text for text in said(found))
