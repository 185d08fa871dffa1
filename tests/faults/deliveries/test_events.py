"""One event of a drift check comes many times, late, and in another order than it was sent."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from courtside.contracts.events import DriftCheckRequest, DriftCheckResponse
from courtside.contracts.names import StackOutput
from courtside.workflows.decisions.logged import logged_decisions
from tests.faults.deliveries.at_once import all_at_once, at_once, few
from tests.faults.fault import fault
from tests.faults.model import MOVED, Model
from tests.faults.truths.trainings import executions

MANY = {5: date(2025, 12, 1), 50: date(2025, 12, 2)}


@fault(
    "One event of a drift check comes {times} times, up to six of them at the same moment.",
    promise="All deliveries answer alike, and one decision is logged.",
    quick=True,
)
@pytest.mark.parametrize("times", MANY)
def test_one_event_comes_many_times_at_once(model: Model, times: int) -> None:
    window = model.day(MANY[times])
    with few(model, model.loop.output(StackOutput.CHECK_DRIFT)):
        answers = at_once(times, lambda: model.loop.check_drift(window))
    assert len({each.check_id for each in answers}) == 1
    assert [each.duplicate for each in answers].count(False) == 1


def checked(model: Model, day: date) -> DriftCheckResponse:
    """Check the days before a day, as a round of that day does."""
    request = DriftCheckRequest(model=model.name, as_of=datetime.combine(day, time(6), UTC))
    body, error = model.invoked(StackOutput.CHECK_DRIFT, request.model_dump(mode="json"))
    assert not error, body
    return DriftCheckResponse.model_validate(body)


DRIFT = "*Courtside: drift in {}"


@fault(
    "The events of two days' windows come at once and twice, and both find drift.",
    promise="Each is decided about once, one incident is open, people are told of its beginning once, and no training "
    "runs that was not asked for.",
    twice="A challenger is being trained",  # of each training that was asked for
)
def test_two_windows_come_at_once(model: Model) -> None:
    assert incidents(model) == []
    days = [MOVED + timedelta(4), MOVED + timedelta(5)]
    answers = all_at_once(*(lambda day=day: checked(model, day) for day in days * 2))
    assert [each.window.end for each in answers] == days * 2
    assert all(each.features_drifted for each in answers)
    (incident,) = incidents(model)
    assert (incident["kind"], incident["state"]) == ("drift", "open")
    assert started(model, days)
    assert sorted(each.duplicate for each in answers) == [False] * 2 + [True] * 2
    model.told_once(DRIFT.format(model.name))


def started(model: Model, days: list[date]) -> list[str]:
    """Return the trainings that drift in these days' windows started, when they have ended: those that were asked for.

    One that had to wait is started again under another name, which says whose it is.
    """
    model.settled()
    decided = logged_decisions(model.name, lake=model.stage.lake)
    asked = [each.request.training_id for each in decided if each.request is not None and each.window.end in days]
    names = [each["name"].partition(".")[2] for each in executions(model)]
    there = [name for name in names if name.startswith("drift-") and any(f"{day}" in name for day in days)]
    assert sorted(there) == sorted(asked)
    return there


@fault(
    "A round that was sent weeks before the newest one comes after it.",
    promise="It is decided about as of its own day, and ends no incident that a newer round has found.",
)
def test_a_late_event_ends_no_newer_incident(model: Model) -> None:
    newer = checked(model, MOVED + timedelta(20))
    assert newer.features_drifted
    late = checked(model, MOVED - timedelta(10))
    assert (late.decision, late.window.end) == ("nothing", MOVED - timedelta(10))
    (incident,) = incidents(model)
    assert (incident["kind"], incident["state"]) == ("drift", "open")
    assert checked(model, MOVED - timedelta(10)).duplicate
    assert model.told("had been open for") == []


@fault(
    "Drift is known, and the events of {times} more days' windows come twice, up to six at the same "
    "moment and the newest first.",
    promise="Each is decided about once and as of its own day, no training runs that was not asked for, and one "
    "incident is open, of whose beginning people are told once.",
)
@pytest.mark.parametrize("times", [8])
def test_windows_come_in_the_wrong_order(model: Model, times: int) -> None:
    assert checked(model, MOVED + timedelta(6)).features_drifted
    model.settled()
    days = [MOVED + timedelta(18 - each) for each in range(times)]
    with few(model, model.loop.output(StackOutput.CHECK_DRIFT)):
        answers = all_at_once(*(lambda day=day: checked(model, day) for day in days * 2))
    assert [each.window.end for each in answers] == days * 2
    assert sorted(each.duplicate for each in answers) == [False] * times + [True] * times
    assert len({each.check_id for each in answers}) == times
    assert all(each.features_drifted for each in answers)
    started(model, days)
    assert [each["kind"] for each in incidents(model)] == ["drift"]
    model.told_once(DRIFT.format(model.name))


def incidents(model: Model) -> list[dict[str, Any]]:
    """Return the open incidents of the model."""
    listed: list[dict[str, Any]] = model.command("alerts", "list")
    return listed
