"""What a person decides is logged before it happens, and counts as history."""

from datetime import UTC, date, datetime, timedelta

import pytest

from courtside.contracts import lake_keys
from courtside.contracts.events import RetrainingRequest, Trigger
from courtside.contracts.records import ChampionReference, DecisionRecord, Reign
from courtside.workflows.decisions.by_hand import DecisionsByHand
from courtside.workflows.decisions.history import history_facts
from tests.fakes.ports import InMemoryLake

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
ANA = "arn:aws:iam::1:user/ana"


@pytest.fixture
def lake() -> InMemoryLake:
    return InMemoryLake()


@pytest.fixture
def by_hand(lake: InMemoryLake) -> DecisionsByHand:
    return DecisionsByHand(lake, "loans", ANA)


def asked(*, recalibrate: bool = False) -> RetrainingRequest:
    return RetrainingRequest(
        model="loans",
        training_id="manual-1",
        as_of=NOW.date(),
        trigger=Trigger.MANUAL,
        reason="new rules",
        recalibrate=recalibrate,
    )


def logged(lake: InMemoryLake) -> list[DecisionRecord]:
    keys = lake.keys(lake_keys.decisions("loans"))
    assert all(lake_keys.is_by_hand(key) for key in keys)
    return [DecisionRecord.model_validate_json(lake.objects[key]) for key in keys]


@pytest.mark.parametrize(("recalibrate", "action"), [(False, "retrain"), (True, "recalibrate")])
def test_a_training_by_hand_is_logged_with_who_asked_for_it(
    by_hand: DecisionsByHand, lake: InMemoryLake, action: str, *, recalibrate: bool
) -> None:
    request = asked(recalibrate=recalibrate)
    assert by_hand.start(request, lambda _: "arn:1", now=NOW) == "arn:1"
    (record,) = logged(lake)
    assert (record.action, record.rule, record.reason, record.by) == (action, "manual", "new rules", ANA)
    assert (record.request, record.execution_arn, record.done) == (request, "arn:1", True)
    champion = ChampionReference(version="2", training_id="t", profile_key=None, dataset="loans")
    found = history_facts("loans", champion, date(2026, 4, 1), lake=lake, without=lambda _: False)
    assert [(each.training_id, each.trigger) for each in found.trainings] == [("manual-1", "manual")]
    assert found.checks == ()


def test_what_could_not_be_started_is_logged_as_not_done(by_hand: DecisionsByHand, lake: InMemoryLake) -> None:
    def refused(_: RetrainingRequest) -> str:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        by_hand.start(asked(), refused, now=NOW)
    assert [(each.done, each.execution_arn) for each in logged(lake)] == [(False, None)]


def test_a_training_that_broke_off_goes_on_when_it_is_asked_for_again(
    by_hand: DecisionsByHand, lake: InMemoryLake
) -> None:
    def refused(_: RetrainingRequest) -> str:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        by_hand.start(asked(), refused, now=NOW)
    again = asked().model_copy(update={"training_id": "manual-2"})
    assert by_hand.start(again, lambda request: f"arn:{request.training_id}", now=NOW) == "arn:manual-1"
    assert by_hand.start(again, lambda request: f"arn:{request.training_id}", now=NOW) == "arn:manual-2"
    assert [(each.done, each.execution_arn) for each in logged(lake)] == [
        (True, "arn:manual-1"),
        (True, "arn:manual-2"),
    ]


@pytest.mark.parametrize(
    ("change", "by", "later"),
    [
        ({"reason": "another"}, ANA, timedelta(0)),
        ({"as_of": date(2026, 3, 9)}, ANA, timedelta(0)),
        ({"recalibrate": True}, ANA, timedelta(0)),
        ({}, "arn:aws:iam::1:user/ben", timedelta(0)),
        ({}, ANA, timedelta(days=1)),
    ],
    ids=["another reason", "another day", "a recalibration", "another person", "a day later"],
)
def test_only_the_same_request_goes_on(
    by_hand: DecisionsByHand, lake: InMemoryLake, change: dict[str, object], by: str, later: timedelta
) -> None:
    def refused(_: RetrainingRequest) -> str:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        by_hand.start(asked(), refused, now=NOW)
    again = asked().model_copy(update={"training_id": "manual-2", **change})
    other = DecisionsByHand(lake, "loans", by)
    assert other.start(again, lambda request: request.training_id, now=NOW + later) == "manual-2"


def reign(version: str, hours: int, *, rule: str, by: str = ANA, reason: str = "agreed") -> Reign:
    since = NOW + timedelta(hours=hours)
    return Reign(version=version, training_id=f"t{version}", since=since, rule=rule, reason=reason, by=by)


FIRST, SECOND = reign("1", 0, rule="first", by="gate"), reign("2", 1, rule="not_worse_and_fresher", by="gate")
BACK = reign("1", 2, rule="rollback", reason="rolled back from version 2")


def test_every_move_by_hand_is_logged_once(by_hand: DecisionsByHand, lake: InMemoryLake) -> None:
    by_hand.moved([FIRST, SECOND])
    assert not logged(lake)
    for _ in range(2):
        by_hand.moved([FIRST, SECOND, BACK])
    (found,) = logged(lake)
    assert (found.action, found.champion_version, found.by, found.done) == ("roll_back", "2", ANA, True)
    assert (found.reason, found.decided_at) == ("rolled back from version 2", BACK.since)


def test_the_first_champion_may_be_one_by_hand(by_hand: DecisionsByHand, lake: InMemoryLake) -> None:
    by_hand.moved([reign("4", 0, rule="by_hand")])
    (found,) = logged(lake)
    assert (found.action, found.champion_version, found.reason) == ("promote", "", "agreed")


def test_a_move_that_was_not_logged_is_logged_with_the_next_one(by_hand: DecisionsByHand, lake: InMemoryLake) -> None:
    by_hand.moved([FIRST, SECOND, BACK, reign("2", 3, rule="by_hand", by="arn:aws:iam::1:user/ben")])
    assert {(each.action, each.by) for each in logged(lake)} == {
        ("roll_back", ANA),
        ("promote", "arn:aws:iam::1:user/ben"),
    }


@pytest.mark.parametrize(
    "newest",
    [reign("2", 2, rule="by_hand"), reign("1", 2, rule="rollback", by="decision")],
    ids=["a repair", "the stage's own decision"],
)
def test_a_repair_and_what_the_stage_decides_are_no_decisions_of_a_person(
    by_hand: DecisionsByHand, lake: InMemoryLake, newest: Reign
) -> None:
    by_hand.moved([FIRST, SECOND, newest])
    assert not logged(lake)
