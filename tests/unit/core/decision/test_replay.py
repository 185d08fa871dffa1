"""What another policy would have decided on the days that were logged, with a history of its own."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from courtside.contracts.events import Trigger
from courtside.contracts.records import DecisionRecord, DriftFacts, HistoryFacts, PastTraining, Situation
from courtside.core.decision import Action, DecisionPolicy
from courtside.core.decision.replay import Replayed, replay
from tests.fakes.decided import logged
from tests.unit.core.decision.situations import POLICIES, SITUATIONS

FIRST = date(2026, 5, 1)
PLAIN = DecisionPolicy()
QUIET = DriftFacts(rows=900, features_checked=10)


def drifted(features: int, first: int = 0) -> DriftFacts:
    names = tuple("abcdefghijklmnop"[first : first + features])
    return QUIET.model_copy(update={"features_drifted": names, "share": features / 10})


def lived(days: Sequence[DriftFacts], policy: DecisionPolicy) -> list[DecisionRecord]:
    """Return what a policy decided day by day, with the trainings that it started as its history."""
    records: list[DecisionRecord] = []
    trainings: tuple[PastTraining, ...] = ()
    for number, drift in enumerate(days):
        day = FIRST + timedelta(days=number)
        history = HistoryFacts(champion_version="3", trainings=trainings, data_until=FIRST - timedelta(days=10))
        record = logged(Situation(model="churn", as_of=day, newest=day, drift=drift, history=history), policy)
        records.append(record)
        if record.action == Action.RETRAIN:
            started = PastTraining(training_id=record.check_id, as_of=day, trigger=Trigger.DRIFT, moved=drift.moved)
            trainings = (*trainings, started)
    return records


def actions(replayed: Sequence[Replayed]) -> list[str]:
    return [each.now.action for each in replayed]


@given(st.lists(SITUATIONS, max_size=6), POLICIES)
def test_the_policy_that_was_in_force_decides_everything_as_it_did(
    situations: list[Situation], policy: DecisionPolicy
) -> None:
    records = [logged(each, policy) for each in situations]
    replayed = list(replay(records, policy))
    assert [(each.now.action, each.now.rule, each.now.reason) for each in replayed] == [
        (each.action, each.rule, each.reason) for each in records
    ]
    assert not any(each.changed or each.parted for each in replayed)


def test_what_another_policy_trains_counts_for_its_own_cool_down_and_budget() -> None:
    records = lived([drifted(3, first) for first in range(6)], PLAIN)  # something new moves every day
    assert [each.action for each in records] == ["retrain"] * 4 + ["alert"] * 2  # the budget of a month is spent
    waits = list(replay(records, replace(PLAIN, persistence=3, cooldown=timedelta(days=2))))
    assert [each.now.rule for each in waits][:2] == ["first_seen"] * 2
    slow = list(replay(records, replace(PLAIN, cooldown=timedelta(days=3))))
    assert actions(slow) == ["retrain", "alert", "alert", "retrain", "alert", "alert"]
    assert [each.now.rule for each in slow][4] == "cooling_down"
    assert [each.parted for each in slow] == [False, False, True, True, True, True]
    rich = list(replay(records, replace(PLAIN, most_a_month=6)))
    assert actions(rich) == ["retrain"] * 6


def test_a_training_of_another_policy_answers_the_drift_that_it_was_started_for() -> None:
    records = lived([drifted(1), drifted(3), drifted(3), drifted(4)], PLAIN)
    assert [each.rule for each in records] == ["some_drift", "share_drifted", "trained_for_it", "share_drifted"]
    early = list(replay(records, replace(PLAIN, share=0.1)))
    assert [each.now.rule for each in early] == ["share_drifted", "share_drifted", "trained_for_it", "share_drifted"]
    assert [each.parted for each in early] == [False, True, True, True]


def test_a_laxer_policy_trains_on_days_when_nothing_was_done() -> None:
    records = lived([QUIET, drifted(1), drifted(1), QUIET], PLAIN)
    assert [each.action for each in records] == ["nothing", "alert", "alert", "nothing"]
    lax = list(replay(records, replace(PLAIN, share=0.1, cooldown=timedelta(days=7))))
    assert actions(lax) == ["nothing", "retrain", "alert", "nothing"]
    assert [each.now.rule for each in lax][2] == "cooling_down"
    assert [each.changed for each in lax] == [False, True, False, False]


def test_a_training_that_a_person_started_happened_to_every_policy() -> None:
    records = lived([drifted(3), drifted(3)], PLAIN)
    by_hand = PastTraining(training_id="m", as_of=FIRST + timedelta(days=1), trigger=Trigger.MANUAL)
    second = records[1].situation
    assert second is not None
    history = second.history.model_copy(update={"trainings": (*second.history.trainings, by_hand)})
    records[1] = logged(second.model_copy(update={"history": history}), PLAIN)
    first, later = replay(records, replace(PLAIN, on_drift=False))
    assert (first.now.action, later.parted) == (Action.ALERT, True)
    _, cooled = replay(records, replace(PLAIN, share=0.3, persistence=1))
    assert cooled.now.rule == "cooling_down"


def test_another_schedule_counts_from_the_champions_data_and_then_from_its_own_trainings() -> None:
    records = lived([QUIET] * 21, PLAIN)
    assert {each.action for each in records} == {"nothing"}
    weekly = list(replay(records, replace(PLAIN, every=timedelta(days=14))))
    trained = [each.record.window.end for each in weekly if each.now.action is Action.RETRAIN]
    assert trained == [FIRST + timedelta(days=4), FIRST + timedelta(days=18)]
    assert {each.now.rule for each in weekly} == {"no_drift", "schedule"}
    back = list(replay(lived_on_schedule(records, weekly), PLAIN))
    assert actions(back) == ["nothing"] * 21


def lived_on_schedule(records: Sequence[DecisionRecord], replayed: Sequence[Replayed]) -> list[DecisionRecord]:
    """Return the records as they would lie there if that schedule had been in force."""
    return [
        record.model_copy(update={"action": each.now.action, "rule": each.now.rule, "policy": {"every": "14d"}})
        for record, each in zip(records, replayed, strict=True)
    ]


def test_a_decision_without_a_situation_is_skipped() -> None:
    records = lived([QUIET, drifted(3)], PLAIN)
    records[0] = records[0].model_copy(update={"situation": None})
    (only,) = replay(records, PLAIN)
    assert only.record is records[1]
