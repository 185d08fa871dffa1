"""What was decided before is known from the newest decisions, each of which says which trainings had been started."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.contracts import lake_keys
from courtside.contracts.events import RetrainingRequest, Trigger, Window
from courtside.contracts.records import ChampionReference, DecisionRecord
from courtside.contracts.records.situations import DriftFacts, HistoryFacts, PastRollBack, PastTraining, Situation
from courtside.workflows.decisions.history import MOST_CHECKS, history_facts
from courtside.workflows.decisions.logged import logged_decisions
from tests.fakes.ports import InMemoryLake

DAY = date(2026, 3, 10)
SINCE = datetime(2026, 2, 1, 9, tzinfo=UTC)
CHAMPION = ChampionReference(
    version="2", training_id="t2", profile_key=None, dataset="loans", previous="1", since=SINCE
)  # fmt: skip


def asked(day: date, training_id: str = "", **more: Any) -> RetrainingRequest:
    return RetrainingRequest(
        model="loans",
        training_id=training_id or f"drift-{day}",
        as_of=day,
        trigger=more.pop("trigger", Trigger.DRIFT),
        reason="",
        **more,
    )


def record(
    day: date, name: str = "", *, version: str = "2", moved: tuple[str, ...] = (), **more: Any
) -> DecisionRecord:
    situation = Situation(
        model="loans",
        as_of=day,
        drift=DriftFacts(features_drifted=moved, unchecked=more.pop("unchecked", "")),
        history=HistoryFacts(
            champion_version=version, trainings=more.pop("trainings", ()), roll_backs=more.pop("roll_backs", ())
        ),
        named=more.pop("named", False),
    )
    fields = {"action": "nothing", "rule": "no_drift", "situation": situation} | more
    return DecisionRecord(
        model="loans",
        check_id=name or f"v{version}-{day}",
        window=Window(start=day - timedelta(30), end=day),
        champion_version=version,
        reason="",
        report_key="",
        decided_at=datetime(day.year, day.month, day.day, 9, tzinfo=UTC),
        **fields,
    )


def kept(*records: DecisionRecord) -> InMemoryLake:
    lake = InMemoryLake()
    for each in records:
        lake.write(lake_keys.decision("loans", each.window.end, each.check_id), each.model_dump_json().encode())
    return lake


def history(lake: InMemoryLake, as_of: date = DAY, *, without: str = "") -> HistoryFacts:
    return history_facts("loans", CHAMPION, as_of, lake=lake, without=lambda each: each.check_id == without)


def test_a_decision_that_was_replaced_deleted_or_restored_is_noticed() -> None:
    first = record(days_ago(1), moved=("fee",))
    lake = kept(first, record(days_ago(2)))
    key = lake_keys.decision("loans", days_ago(1), first.check_id)
    written = lake.read(key)
    assert [each.moved for each in history(lake).checks] == [(), ("fee",)]
    lake.write(key, b"{")
    assert [each.moved for each in history(lake).checks] == [()]
    lake.write(key, record(days_ago(1), moved=("age",)).model_dump_json().encode())
    assert [each.moved for each in history(lake).checks] == [(), ("age",)]
    lake.remove([key])
    assert [each.moved for each in history(lake).checks] == [()]
    lake.write(key, written)
    assert [each.moved for each in history(lake).checks] == [(), ("fee",)]


@given(
    st.lists(st.integers(min_value=0, max_value=400), min_size=1, max_size=12),
    st.integers(min_value=1, max_value=8),
    st.integers(min_value=-3, max_value=150),
)
def test_the_newest_are_the_same_however_far_back_is_looked_first(ages: list[int], newest: int, back: int) -> None:
    records = [record(days_ago(age), f"check-{number}") for number, age in enumerate(ages)]
    lake, until = kept(*records), days_ago(back)
    days = sorted(each.window.end for each in records if each.window.end <= until)[-newest:]
    for _ in range(2):
        found = logged_decisions("loans", until=until, newest=newest, lake=lake)
        assert sorted(each.window.end for each in found) == days


def days_ago(number: int) -> date:
    return DAY - timedelta(number)


def test_the_champion_is_known_from_its_reference() -> None:
    found = history(InMemoryLake())
    assert (found.champion_version, found.previous_version, found.champion_since) == ("2", "1", SINCE.date())
    assert (found.trainings, found.checks) == ((), ())


def test_the_checks_of_this_champion_are_told_oldest_first() -> None:
    lake = kept(
        record(days_ago(1), moved=("fee",), action="alert", rule="some_drift"),
        record(days_ago(2)),
        record(days_ago(3), version="1", moved=("age",)),
    )
    found = history(lake).checks
    assert [(each.day, each.moved, each.action, each.rule) for each in found] == [
        (days_ago(2), (), "nothing", "no_drift"),
        (days_ago(1), ("fee",), "alert", "some_drift"),
    ]


@pytest.mark.parametrize(
    "other",
    [
        record(days_ago(1), "own"),
        record(DAY + timedelta(1)),
        record(days_ago(1), named=True),
        record(days_ago(1), situation=None),
        record(days_ago(1), lake_keys.backfilled_check("v2")),
    ],
)
def test_what_is_no_earlier_round_of_this_champion_is_no_check(other: DecisionRecord) -> None:
    assert history(kept(other, record(days_ago(9))), without="own").checks == history(kept(record(days_ago(9)))).checks


def test_each_training_is_known_once_by_the_day_it_was_first_asked_for() -> None:
    first = PastTraining(training_id="schedule-v2", as_of=days_ago(40), trigger="schedule")
    again = asked(days_ago(2), "schedule-v2", trigger=Trigger.SCHEDULE)
    recalibration = asked(days_ago(5), "performance-1", trigger=Trigger.PERFORMANCE, recalibrate=True)
    rollback = asked(days_ago(6), roll_back_to="1", roll_back_from="2")
    lake = kept(
        record(days_ago(2), trainings=(first,), action="retrain", request=again, execution_arn="arn:1"),
        record(days_ago(5), action="recalibrate", request=recalibration, execution_arn="arn:2"),
        record(days_ago(6), action="roll_back", request=rollback, execution_arn="arn:3"),
    )
    assert [(each.training_id, each.as_of, each.trigger, each.recalibrated) for each in history(lake).trainings] == [
        ("schedule-v2", days_ago(40), "schedule", False),
        ("performance-1", days_ago(5), "performance", True),
    ]


def test_older_decisions_say_by_their_execution_what_they_started() -> None:
    arn = "arn:aws:states:eu-west-1:1:execution:machine:loans.schedule-v2-2026-03-01"
    old = [
        record(days_ago(number), situation=None, action="retrain", rule="schedule", execution_arn=arn)
        for number in (3, 2)
    ]
    (found,) = history(kept(*old)).trainings
    assert (found.training_id, found.as_of, found.trigger) == ("loans.schedule-v2-2026-03-01", days_ago(3), "schedule")


def test_trainings_of_more_than_a_year_ago_are_forgotten_and_those_of_many_checks_ago_are_not() -> None:
    known = tuple(PastTraining(training_id=f"t{ago}", as_of=days_ago(ago), trigger="drift") for ago in (400, 300))
    lake = kept(*(record(days_ago(number), trainings=known) for number in range(1, 200)))
    found = history(lake)
    assert [each.training_id for each in found.trainings] == ["t300"]
    assert [each.day for each in found.checks] == [days_ago(number) for number in range(MOST_CHECKS, 0, -1)]


def test_a_decision_that_cannot_be_read_hides_no_other() -> None:
    lake = kept(record(days_ago(1)), record(days_ago(2)))
    lake.write(lake_keys.decision("loans", days_ago(1), "v2-other"), b"cut off")
    assert len(history(lake).checks) == 2


def test_a_roll_back_is_known_for_a_year_and_past_many_checks() -> None:
    asked_for = asked(
        days_ago(300), "rollback-v2-to-v1", trigger=Trigger.PERFORMANCE, roll_back_from="2", roll_back_to="1"
    )
    known = PastRollBack(version="2", to="1", day=days_ago(300))
    lake = kept(record(days_ago(300), request=asked_for), record(days_ago(1), request=asked_for))
    assert history(lake).roll_backs == (known,)
    carried = record(days_ago(1), roll_backs=(known,))
    assert history(kept(carried)).roll_backs == (known,)
    assert history(kept(carried), DAY + timedelta(67)).roll_backs == ()


def test_a_check_without_rows_is_told_as_one_even_where_rows_are_overdue() -> None:
    empty = record(days_ago(1), action="stale_data", rule="overdue", unchecked="no_rows")
    (only,) = history(kept(empty)).checks
    assert only.unchecked


def test_the_newest_decision_of_a_day_is_the_one_that_was_made_last() -> None:
    morning, evening = record(DAY, "z"), record(DAY, "a")
    late = evening.model_copy(update={"decided_at": evening.decided_at + timedelta(hours=8)})
    (newest,) = logged_decisions("loans", newest=1, lake=kept(record(days_ago(1)), morning, late))
    assert newest.check_id == "a"
