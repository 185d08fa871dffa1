"""What a person decides is logged before it happens, and counts as history."""

from datetime import UTC, date, datetime

import pytest

from courtside.contracts import lake_keys
from courtside.contracts.events import RetrainingRequest, Trigger
from courtside.contracts.records import ChampionReference, DecisionRecord
from courtside.workflows.decisions.by_hand import PROMOTE, DecisionsByHand
from courtside.workflows.decisions.history import history_facts
from courtside.workflows.rollback import Moved
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


def test_every_move_by_hand_is_logged_and_a_repair_is_none(by_hand: DecisionsByHand, lake: InMemoryLake) -> None:
    by_hand.moved(Moved("3", "3"), PROMOTE, reason="repair the reference", now=NOW)
    assert not logged(lake)
    by_hand.moved(Moved("3", "2"), "roll_back", reason="rolled back from version 3", now=NOW)
    by_hand.moved(Moved(None, "4"), PROMOTE, reason="agreed", now=NOW)
    found = {each.action: each for each in logged(lake)}
    assert (found["roll_back"].champion_version, found["roll_back"].by) == ("3", ANA)
    assert (found["promote"].champion_version, found["promote"].reason) == ("", "agreed")
