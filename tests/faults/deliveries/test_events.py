"""One event of a drift check comes many times, late, and in another order than it was sent."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from courtside.contracts.events import DriftCheckRequest, DriftCheckResponse
from courtside.contracts.names import StackOutput
from tests.faults.deliveries.at_once import all_at_once, at_once, few
from tests.faults.fault import fault
from tests.faults.model import MOVED, Model

MANY = {5: date(2025, 12, 1), 50: date(2025, 12, 2)}


@fault(
    "One event of a drift check comes {times} times at once.",
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


@fault(
    "A round that was sent weeks before the newest one comes after it.",
    promise="It is decided about as of its own day, and ends no incident that a newer round has found.",
)
def test_a_late_event_ends_no_newer_incident(model: Model) -> None:
    newer = checked(model, MOVED + timedelta(5))
    assert newer.alerted
    late = checked(model, MOVED - timedelta(10))
    assert (late.decision, late.window.end) == ("nothing", MOVED - timedelta(10))
    (incident,) = incidents(model)
    assert (incident["kind"], incident["state"]) == ("drift", "open")
    assert checked(model, MOVED - timedelta(10)).duplicate
    assert model.told("had been open for") == []


@fault(
    "The events of two days' windows come at once, and both find drift.",
    promise="Each is decided about, one incident is open, and people are told of its beginning once.",
)
def test_two_windows_come_at_once(model: Model) -> None:
    days = [MOVED + timedelta(20), MOVED + timedelta(21)]
    both = all_at_once(*(lambda day=day: checked(model, day) for day in days))
    assert [each.window.end for each in both] == days
    assert all(each.features_drifted for each in both)
    (incident,) = incidents(model)
    assert incident["kind"] == "drift"
    assert len(model.told(f"*Courtside: drift in {model.name}")) == 1


@fault(
    "The events of {times} days' windows come at once, the newest of them first.",
    promise="Each is decided about once and as of its own day, and none starts anything twice.",
)
@pytest.mark.parametrize("times", [8])
def test_windows_come_in_the_wrong_order(model: Model, times: int) -> None:
    days = [MOVED - timedelta(12 + each) for each in range(times)]
    with few(model, model.loop.output(StackOutput.CHECK_DRIFT)):
        answers = all_at_once(*(lambda day=day: checked(model, day) for day in days * 2))
    assert [each.window.end for each in answers] == days * 2
    assert sorted(each.duplicate for each in answers) == [False] * times + [True] * times
    assert len({each.check_id for each in answers}) == times


def incidents(model: Model) -> list[dict[str, Any]]:
    """Return the open incidents of the model."""
    listed: list[dict[str, Any]] = model.command("alerts", "list")
    return listed
