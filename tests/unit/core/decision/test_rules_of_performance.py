"""Each rule about performance by an example: what it decides, what it says, and which rules go before it."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from courtside.contracts.events import Trigger
from courtside.contracts.records import (
    Known,
    PastRollBack,
    PerformanceFacts,
)
from courtside.contracts.scoring import Opponent
from courtside.core.decision import Action, RollBack, decide
from courtside.core.decision.wording import performance
from tests.unit.core.decision.examples import (
    BEATEN,
    DUE,
    OFF,
    PLAIN,
    QUIET,
    RANKS_BADLY,
    THREE,
    WORSE,
    said,
    situation,
    training,
)
from tests.unit.core.decision.situations import AS_OF, promise_test


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


@pytest.mark.parametrize(
    ("metric", "said_as"),
    [("auc", "auc 0.610"), ("macro_auc", "macro AUC 0.610"), ("rmse", "RMSE 0.610"), ("x", "x 0.610")],
)
def test_the_metric_of_each_task_is_told_by_its_name_in_sentences(metric: str, said_as: str) -> None:
    facts = PerformanceFacts(known=Known.REALISED, metric=metric, value=0.61, promise=0.7)
    assert performance(facts) == f"performance is realised: {said_as}, where 0.700 was promised"


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
