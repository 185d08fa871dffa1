"""Each rule about drift and the calendar by an example: what it decides, what it says, and which rules go before it."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from courtside.contracts.events import Trigger, Window
from courtside.contracts.records import (
    Known,
    PerformanceFacts,
)
from courtside.contracts.scoring import Opponent
from courtside.core.decision import Action, DecisionPolicy, decide
from tests.unit.core.decision.examples import BEATEN, PLAIN, QUIET, THREE, check, said, situation, training
from tests.unit.core.decision.situations import AS_OF, promise_test


@pytest.mark.parametrize(
    ("policy", "facts", "action", "rule"),
    [
        (PLAIN, {}, Action.RETRAIN, "share_drifted"),
        (replace(PLAIN, persistence=2), {}, Action.WATCH, "first_seen"),
        (replace(PLAIN, persistence=2), {"history": {"checks": (check(1, "a"),)}}, Action.RETRAIN, "share_drifted"),
        (replace(PLAIN, persistence=2), {"history": {"checks": (check(1, "z"),)}}, Action.WATCH, "first_seen"),
        (replace(PLAIN, fewest_rows=901), {}, Action.WATCH, "few_rows"),
        (replace(PLAIN, importance=0.51), {}, Action.WATCH, "unimportant"),
        (replace(PLAIN, share=0.31), {}, Action.ALERT, "some_drift"),
        (replace(PLAIN, on_drift=False), {}, Action.ALERT, "retraining_off"),
        (PLAIN, {"in_season": False}, Action.RETRAIN, "share_drifted"),
        (replace(PLAIN, off_season=False), {"in_season": False}, Action.WATCH, "off_season"),
        (replace(PLAIN, off_season=False), {}, Action.RETRAIN, "share_drifted"),
        (PLAIN, {"history": {"trainings": (training(0),)}}, Action.ALERT, "cooling_down"),
        (PLAIN, {"history": {"trainings": (training(1),)}}, Action.RETRAIN, "share_drifted"),
        (replace(PLAIN, most_a_month=1), {"history": {"trainings": (training(29),)}}, Action.ALERT, "budget_spent"),
        (replace(PLAIN, most_a_month=1), {"history": {"trainings": (training(30),)}}, Action.RETRAIN, "share_drifted"),
    ],
)
def test_drift_starts_a_training_unless_a_limit_holds_it_back(
    policy: DecisionPolicy, facts: dict[str, Any], action: Action, rule: str
) -> None:
    decision = decide(situation(THREE, **facts), policy)
    assert said(decision) == (action, rule)
    assert decision.reason.startswith("3 of 10 features moved (30%)")
    assert decision.numbers
    assert decision.tells == (action is not Action.WATCH)


def test_the_budget_counts_neither_the_trainings_of_people_nor_those_of_the_schedule() -> None:
    started = tuple(training(days, trigger) for days, trigger in ((9, Trigger.MANUAL), (8, Trigger.SCHEDULE)))
    one = replace(PLAIN, most_a_month=1)
    assert decide(situation(THREE, history={"trainings": started}), one).action is Action.RETRAIN
    spent = (*started, training(7, Trigger.PERFORMANCE))
    decision = decide(situation(THREE, history={"trainings": spent}), one)
    assert decision.reason == (
        "3 of 10 features moved (30%), but the trainings that drift and performance may start in 30 days, 1, are "
        "used up (`retrain.most_a_month`): no retraining"
    )
    assert decision.numbers == {"trainings_in_a_month": 1, "retrain.most_a_month": 1}


def test_what_a_training_was_started_for_starts_no_other_one_for_a_month() -> None:
    """A gate that rejected its challenger, or a champion that learned what there was to learn, would do so again."""
    one = training(12).model_copy(update={"moved": ("a", "b")})
    other = training(5, Trigger.PERFORMANCE).model_copy(update={"moved": ("c", "plan=pro")})
    decision = decide(situation(THREE, history={"trainings": (one, other)}), PLAIN)
    assert said(decision) == (Action.ALERT, "trained_for_it")
    assert decision.reason == (
        "3 of 10 features moved (30%), but all of it had moved when the training of 2026-05-27 was started, and "
        "another one would have to wait for 30 days: no retraining"
    )
    for trainings in ((one,), (other,), (one, other.model_copy(update={"as_of": AS_OF - timedelta(days=30)}))):
        assert said(decide(situation(THREE, history={"trainings": trainings}), PLAIN))[1] == "share_drifted"
    segment = THREE.model_copy(update={"segments_drifted": ("plan=free",)})
    assert said(decide(situation(segment, history={"trainings": (one, other)}), PLAIN))[1] == "share_drifted"


def test_checks_in_a_row_are_counted_by_days_and_past_days_without_rows() -> None:
    row = (check(4, "c"), check(3, "a"), check(3, "a"), check(2, action="nothing_to_check"), check(1, "b", "z"))
    three = replace(PLAIN, persistence=5)
    decision = decide(situation(THREE, history={"checks": row}), three)
    assert decision.numbers == {"checks_in_a_row": 4, "retrain.persistence": 5}
    overdue = check(2, action="stale_data").model_copy(update={"unchecked": True})
    without_rows = (*row[:3], overdue, row[-1])
    assert decide(situation(THREE, history={"checks": without_rows}), three).numbers["checks_in_a_row"] == 4
    broken = (*row[:-1], check(1))
    assert decide(situation(THREE, history={"checks": broken}), three).numbers["checks_in_a_row"] == 1


def test_one_file_is_one_file() -> None:
    decision = decide(situation(QUIET.model_copy(update={"files_quarantined": 1})), PLAIN)
    assert decision.reason.startswith("1 file could not be read: mend it first; ")


def test_what_has_to_be_mended_goes_before_everything_and_says_what_would_follow() -> None:
    unread = THREE.model_copy(update={"files_quarantined": 2})
    decision = decide(situation(unread, BEATEN), PLAIN)
    assert said(decision) == (Action.ALERT, "files_quarantined")
    assert "without the files that could not be read it would have rolled back" in decision.would_change
    broken = THREE.model_copy(update={"features_broken": ("a",)})
    decision = decide(situation(broken), PLAIN)
    assert said(decision) == (Action.ALERT, "broken_columns")
    assert "with the broken columns repaired it would have started a training" in decision.would_change


def test_what_a_person_accepted_asks_for_nothing() -> None:
    accepted = QUIET.model_copy(update={"accepted": ("a",)})
    decision = decide(situation(accepted), PLAIN)
    assert said(decision) == (Action.NOTHING, "accepted")
    assert decision.reason == "only what a person accepted as the new normal moved: a"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"why_unknown": "no label is in"}, "performance is unknown: no label is in"),
        (
            {"known": Known.REALISED, "metric": "auc", "value": 0.71, "low": 0.68, "high": 0.74, "promise": 0.7},
            "performance is realised: auc 0.710 (0.680 to 0.740), where 0.700 was promised",
        ),
        (
            {"known": Known.REALISED, "metric": "auc", "value": 0.71, "tests": ("equivalent",)},
            "performance is realised: auc 0.710, and it is as good as promised",
        ),
        (
            {"known": Known.REALISED, "metric": "rmse", "value": 48213.7, "low": 41000.2, "high": 5e7, "promise": 3e-4},
            "performance is realised: RMSE 48,214 (41,000 to 5e+07), where 0.0003 was promised",
        ),
        (
            {
                "known": Known.ESTIMATED,
                "metric": "auc",
                "value": 0.71,
                "window": Window(start=date(2026, 5, 1), end=date(2026, 5, 8)),
            },
            (
                "performance is only estimated, at auc 0.710 in 2026-05-01 to 2026-05-08; an estimate cannot see that "
                "the target changed"
            ),
        ),
    ],
)
def test_a_decision_about_drift_says_how_performance_is_known(facts: dict[str, Any], expected: str) -> None:
    tests = tuple(promise_test(Opponent.PROMISE, outcome) for outcome in facts.pop("tests", ()))
    performance = PerformanceFacts(**facts, tests=tests)
    decision = decide(situation(THREE).model_copy(update={"performance": performance}), PLAIN)
    assert decision.reason == f"3 of 10 features moved (30%), at least 20%: retraining; {expected}"


def test_what_would_have_changed_a_training_and_an_alert_is_said_by_the_limits_that_just_would_have() -> None:
    decision = decide(situation(THREE, history={"trainings": (training(12),)}), PLAIN)
    assert decision.would_change == (
        "with `retrain.share: 0.31` it would have told people and changed nothing",
        "with `retrain.importance: 0.51` it would have watched and told nobody",
        "with `retrain.fewest_rows: 901` it would have watched and told nobody",
        "with `retrain.persistence: 2` it would have watched and told nobody",
        "with `retrain.cooldown: 13d` it would have told people and changed nothing",
        "with `retrain.most_a_month: 1` it would have told people and changed nothing",
        "with `retrain.on_drift: false` it would have told people and changed nothing",
    )
    under = decide(situation(THREE.model_copy(update={"share": 0.1})), PLAIN)
    assert under.would_change[0] == "with `retrain.share: 0.1` it would have started a training"
