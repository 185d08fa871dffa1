"""Each rule by an example: what it decides, what it says, and which rules go before it."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from courtside.contracts.events import Trigger, Window
from courtside.contracts.records import (
    DriftFacts,
    DueFacts,
    HistoryFacts,
    Known,
    PastCheck,
    PastRollBack,
    PastTraining,
    PerformanceFacts,
    Situation,
)
from courtside.contracts.scoring import Opponent, PromiseTest
from courtside.core.decision import Action, Decision, DecisionPolicy, RollBack, decide
from tests.unit.core.decision.situations import AS_OF, promise_test

QUIET = DriftFacts(rows=900, features_checked=10)
THREE = DriftFacts(rows=900, features_checked=10, features_drifted=("a", "b", "c"), share=0.3, importance=0.5)
PLAIN = DecisionPolicy()
WORSE = promise_test(Opponent.PROMISE, "worse")
BEATEN = promise_test(Opponent.PREVIOUS, "worse")
OFF = promise_test(Opponent.RECALIBRATED, "not_known", calibration="broken", ranking="held")
RANKS_BADLY = promise_test(Opponent.RECALIBRATED, "not_known", calibration="broken", ranking="broke")
CHAMPION = HistoryFacts(champion_version="3", previous_version="2", champion_since=date(2026, 4, 1))
DUE = DueFacts(since=date(2026, 5, 30), data_until=date(2026, 3, 1), newer=True)


def situation(drift: DriftFacts = QUIET, *tests: PromiseTest, **facts: Any) -> Situation:
    history = CHAMPION.model_copy(update=facts.pop("history", {}))
    performance = PerformanceFacts(tests=tests)
    return Situation(model="churn", as_of=AS_OF, drift=drift, performance=performance, history=history, **facts)


def training(days_ago: int, trigger: Trigger = Trigger.DRIFT, *, recalibrated: bool = False) -> PastTraining:
    as_of = AS_OF - timedelta(days=days_ago)
    return PastTraining(training_id=f"t{days_ago}", as_of=as_of, trigger=trigger, recalibrated=recalibrated)


def check(days_ago: int, *moved: str, action: str = "watch") -> PastCheck:
    return PastCheck(day=AS_OF - timedelta(days=days_ago), moved=moved, action=action)


def said(decision: Decision) -> tuple[Action, str]:
    return decision.action, decision.rule


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


def test_a_champion_that_labels_proved_worse_is_trained_again() -> None:
    decision = decide(situation(QUIET, WORSE), PLAIN)
    assert said(decision) == (Action.RETRAIN, "performance_worse")
    assert decision.reason == "version 3 has been worse than it promised since 2026-05-20: retraining"
    assert (decision.trigger, decision.due, decision.history) == (Trigger.PERFORMANCE, date(2026, 5, 20), "auto")
    assert decision.numbers["difference"] == 0.02
    assert said(decide(situation(QUIET, promise_test(Opponent.BASELINE, "worse")), PLAIN))[1] == "performance_worse"
    for outcome in ("equivalent", "not_known"):
        assert decide(situation(QUIET, promise_test(Opponent.PROMISE, outcome)), PLAIN).rule == "no_drift"
    other = WORSE.model_copy(update={"version": "2"})
    assert decide(situation(QUIET, other), PLAIN).rule == "no_drift"
    assert decide(situation(QUIET, WORSE, named=True), PLAIN).rule == "no_drift"


def test_an_estimate_below_the_promise_decides_nothing() -> None:
    known = situation()
    poor = PerformanceFacts(known=Known.ESTIMATED, metric="auc", value=0.51, promise=0.7)
    assert said(decide(known.model_copy(update={"performance": poor}), PLAIN)) == (Action.NOTHING, "no_drift")


def test_probabilities_that_broke_are_recalibrated_as_long_as_the_ranking_held() -> None:
    decision = decide(situation(QUIET, WORSE, OFF), PLAIN)
    assert said(decision) == (Action.RECALIBRATE, "calibration_broke")
    assert (decision.trigger, decision.history) == (Trigger.PERFORMANCE, None)
    assert said(decide(situation(QUIET, WORSE, RANKS_BADLY), PLAIN)) == (Action.RETRAIN, "performance_worse")
    off = replace(PLAIN, recalibrate=False)
    assert said(decide(situation(QUIET, WORSE, OFF), off)) == (Action.RETRAIN, "performance_worse")
    alone = decide(situation(QUIET, OFF), off)
    assert said(alone) == (Action.ALERT, "performance_left_to_people")
    assert "`retrain: {recalibrate: false}`, so it is for a person to recalibrate it" in alone.reason


def test_rows_without_times_are_never_recalibrated() -> None:
    alone = decide(situation(QUIET, OFF, dated=False), PLAIN)
    assert said(alone) == (Action.ALERT, "performance_left_to_people")
    assert ", but rows have no times, so that nothing can be recalibrated on the newest ones" in alone.reason
    assert said(decide(situation(QUIET, WORSE, OFF, dated=False), PLAIN)) == (Action.RETRAIN, "performance_worse")


def test_what_did_not_help_is_not_repeated_for_a_month_and_the_next_cure_is_tried() -> None:
    recalibrated = training(5, Trigger.PERFORMANCE, recalibrated=True)
    tried = situation(QUIET, WORSE, OFF, history={"trainings": (recalibrated,)})
    assert said(decide(tried, PLAIN)) == (Action.RETRAIN, "performance_worse")
    both = (recalibrated, training(3, Trigger.PERFORMANCE))
    stuck = decide(situation(QUIET, WORSE, OFF, history={"trainings": both}), PLAIN)
    assert said(stuck) == (Action.ALERT, "performance_left_to_people")
    assert "what was tried on 2026-05-29 did not mend it; a person must look" in stuck.reason
    month = tuple(each.model_copy(update={"as_of": each.as_of - timedelta(days=30)}) for each in both)
    again = decide(situation(QUIET, WORSE, OFF, history={"trainings": month, "champion_since": None}), PLAIN)
    assert said(again) == (Action.RECALIBRATE, "calibration_broke")
    assert again.due == date(2026, 5, 27)  # a month after the one that was tried, so that it is no repetition of it
    former = {"trainings": both, "champion_since": date(2026, 5, 30)}
    new = WORSE.model_copy(update={"since": date(2026, 5, 31)})
    assert said(decide(situation(QUIET, new, history=former), PLAIN)) == (Action.RETRAIN, "performance_worse")


def test_a_training_of_the_day_on_which_its_champion_came_back_is_not_asked_for_again_under_its_taken_name() -> None:
    came = AS_OF - timedelta(days=2)
    test = WORSE.model_copy(update={"since": came})
    of_that_day = training(2, Trigger.PERFORMANCE).model_copy(update={"champion": "3"})
    history: dict[str, Any] = {"champion_since": came, "trainings": (of_that_day,)}
    assert said(decide(situation(QUIET, test, history=history), PLAIN))[1] == "performance_left_to_people"
    of_another = of_that_day.model_copy(update={"champion": "2"})
    history["trainings"] = (of_another,)
    assert said(decide(situation(QUIET, test, history=history), PLAIN))[1] == "performance_worse"


def test_a_bar_that_an_earlier_champion_missed_already_starts_no_training_of_each_new_one() -> None:
    """The test of the best promise goes on when a champion is replaced, so it would say the same of all of them."""
    best = promise_test(Opponent.BEST_PROMISE, "worse")
    came = {"champion_since": date(2026, 5, 25)}
    stuck = decide(situation(QUIET, best, history=came), PLAIN)
    assert said(stuck) == (Action.ALERT, "performance_left_to_people")
    assert stuck.reason == (
        "version 3 has been worse than the best promise so far since 2026-05-20, but what was tried on 2026-05-25 did "
        "not mend it; a person must look: no retraining"
    )
    own = WORSE.model_copy(update={"since": date(2026, 5, 28)})
    assert said(decide(situation(QUIET, best, own, history=came), PLAIN)) == (Action.RETRAIN, "performance_worse")
    later = decide(situation(QUIET, best, history={"champion_since": date(2026, 5, 20)}), PLAIN)
    assert said(later) == (Action.RETRAIN, "performance_worse")


def test_drift_and_schedule_may_still_start_what_performance_may_not() -> None:
    off = replace(PLAIN, on_performance=False)
    left = decide(situation(QUIET, WORSE), off)
    assert said(left) == (Action.ALERT, "performance_left_to_people")
    assert left.reason == (
        "version 3 has been worse than it promised since 2026-05-20, but the contract says `retrain: {on_performance: "
        "false}`, so it is for a person to start one: no retraining"
    )
    assert said(decide(situation(THREE, WORSE), off)) == (Action.RETRAIN, "share_drifted")
    due = decide(situation(QUIET, WORSE, due=DUE), off)
    assert (said(due), due.quiet) == ((Action.RETRAIN, "schedule"), False)


def test_a_champion_that_is_worse_than_the_previous_version_goes_back_to_it() -> None:
    decision = decide(situation(THREE, WORSE, BEATEN, OFF, due=DUE), PLAIN)
    assert said(decision) == (Action.ROLL_BACK, "worse_than_previous")
    assert decision.version == "2"
    assert decision.reason == (
        "version 3 has been worse than version 2, the one before it, since 2026-05-20: rolling back"
    )
    asked = decide(situation(QUIET, BEATEN), replace(PLAIN, roll_back=RollBack.ASK))
    assert (said(asked), asked.version) == ((Action.ALERT, "worse_than_previous"), "2")
    assert said(decide(situation(QUIET, BEATEN), replace(PLAIN, roll_back=RollBack.NEVER)))[1] == "no_drift"
    gone = situation(QUIET, BEATEN, history={"previous_version": "1"})
    assert said(decide(gone, PLAIN))[1] == "no_drift"


def test_two_versions_never_take_turns_and_nobody_is_told_of_a_roll_back_that_does_not_happen() -> None:
    """It is asked for once; where version 3 is champion still, or again, a person decides."""
    yesterday = PastRollBack(version="3", to="2", day=AS_OF - timedelta(days=1))
    again = decide(situation(QUIET, BEATEN, history={"roll_backs": (yesterday,)}), PLAIN)
    assert (said(again), again.version) == ((Action.ALERT, "worse_than_previous"), "2")
    assert again.reason == (
        "version 3 has been worse than version 2, the one before it, since 2026-05-20, but a roll-back to it was "
        "started on 2026-05-31 already: a person must look"
    )
    others = (yesterday.model_copy(update={"version": "2", "to": "3"}), yesterday.model_copy(update={"day": AS_OF}))
    for each in others:
        assert decide(situation(QUIET, BEATEN, history={"roll_backs": (each,)}), PLAIN).action is Action.ROLL_BACK


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
