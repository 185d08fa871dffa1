"""The functions that begin and end a retraining die in the middle of it."""

import pytest

from tests.faults.fault import fault
from tests.faults.kills.killing import Moment, kill, twice
from tests.faults.kills.machine import (
    LEDGER,
    called,
    event,
    heard,
    killed_in_machine,
    of,
    stopped,
    undecided,
    unlocking,
    waited,
)
from tests.faults.model import Model
from tests.faults.truths.trainings import executions
from tests.integration.stage.steps import function_name

WRITES = {"before": False, "after": True}


@fault(
    "The function that takes the lock of a training is killed {when} it has written the lock.",
    promise="The machine asks again and gets the lock: the training runs once, and gives its lock back.",
    quick=True,
)
@pytest.mark.parametrize("when", WRITES)
def test_the_lock_is_taken_by_a_second_try(model: Model, when: str) -> None:
    request = undecided(model, f"lock-{when}")
    assert killed_in_machine(model, request, of("Lock", LEDGER, after=WRITES[when], times=1)) == "SUCCEEDED"
    assert heard(model, "was not rolled back")
    assert model.lock().holder is None


@fault(
    "The function that gives the lock of a training back is killed {when} it has written that.",
    promise="The machine asks again and the lock is free at once, not only when its lease of hours ends.",
)
@pytest.mark.parametrize("when", WRITES)
def test_the_lock_is_given_back_by_a_second_try(model: Model, when: str) -> None:
    request = undecided(model, f"unlock-{when}")
    assert killed_in_machine(model, request, of("Unlock", LEDGER, after=WRITES[when], times=1)) == "SUCCEEDED"
    assert model.lock().holder is None


@fault(
    "The function that gives the lock of a training back hangs until its time is up.",
    promise="It is ended and asked again, and the lock is free at once.",
)
def test_a_hanging_unlock_is_tried_again(model: Model) -> None:
    functions, name = model.stage.aws.client("lambda"), function_name(model.stage, "Unlock")
    seconds = functions.get_function_configuration(FunctionName=name)["Timeout"]
    functions.update_function_configuration(FunctionName=name, Timeout=3)
    try:
        with model.faults.fault("hang", of("Unlock", LEDGER, times=1)):
            assert model.trained("hangs", **_unwanted(model)) == "SUCCEEDED"
            assert model.faults.met("hang") == 1
    finally:
        functions.update_function_configuration(FunctionName=name, Timeout=seconds)
    assert model.lock().holder is None


@fault(
    "The functions that take and give back the lock of a training are killed {moment}.",
    promise="Asked once more each of them does it: the lock is held by that training, and then it is free.",
)
@pytest.mark.parametrize("moment", [twice("before they write the lock", LEDGER)], ids=str)
def test_the_lock_is_taken_and_given_back_by_a_third_try(model: Model, moment: Moment) -> None:
    request = undecided(model, "thrice")
    kill(model, "StepsLock", event(request), moment)
    assert model.lock().holder is None
    assert called(model, "Lock", event(request))["outcome"] == "acquired"
    given = unlocking(model, request)
    kill(model, "StepsUnlock", given, moment)
    assert model.lock().holder == request.training_id
    called(model, "Unlock", given)
    assert model.lock().holder is None


STARTS = [
    twice("before it has started the training that waited for the lock", "StartExecution"),
    Moment("after it has started the training that waited for the lock", "StartExecution", after=True),
]


@fault(
    "The function that gives a lock back is killed {moment}.",
    promise="What waited is kept until it has started, and it runs once.",
)
@pytest.mark.parametrize("moment", STARTS, ids=str)
def test_what_waited_is_started_once(model: Model, moment: Moment) -> None:
    place = STARTS.index(moment)
    request, waits = undecided(model, f"holds-{place}"), undecided(model, f"waits-{place}")
    assert called(model, "Lock", event(request))["outcome"] == "acquired"
    assert called(model, "Lock", event(waits))["outcome"] == "remembered"
    given = unlocking(model, request)
    kill(model, "StepsUnlock", given, moment)
    again = f"again-{waits.training_id}"
    assert (again in _ids(model)) is moment.after
    called(model, "Unlock", given)
    model.settled()
    assert _ids(model).count(again) == 1


STATES = {
    "looks for the version to go back to": of("RollBack", "GetItem"),
    "tells people how it ended": of("Announce", "GetItem"),
    "gives its lock back": of("Unlock", LEDGER),
}


@fault(
    "A person stops a rollback while it {doing}.",
    promise="The champion stays, the lock is free at once, and people are told that it was stopped.",
    twice="was not rolled back",
)
@pytest.mark.parametrize("doing", STATES)
def test_a_stopped_rollback_leaves_nothing_locked(model: Model, doing: str) -> None:
    request = undecided(model, f"stopped-{list(STATES).index(doing)}")
    before = model.champion()
    assert stopped(model, request, STATES[doing]) == "ABORTED"
    model.settled()
    assert model.champion() == before
    assert heard(model, f"{request.training_id} ended as ABORTED")


@fault(
    "A person stops a rollback while the function that takes its lock is about to write.",
    promise="The function is refused when it goes on: the lock stays free for the next one.",
    twice="was not rolled back",
)
def test_a_stopped_execution_takes_no_lock_any_more(model: Model) -> None:
    request = undecided(model, "stopped-early")
    with model.faults.fault("hold", of("Lock", LEDGER, times=1)):
        arn = model.loop.retrain(request)
        model.faults.wait_held("hold")
        model.stage.aws.client("stepfunctions").stop_execution(executionArn=arn)
        assert heard(model, f"{request.training_id} ended as ABORTED")
        waited(lambda: request.training_id in model.lock().ended)
    refused, error = model.called(function_name(model.stage, "Lock"), event(request))
    assert error == "TrainingOver", refused
    assert model.trained("next", **_unwanted(model)) == "SUCCEEDED"


def _ids(model: Model) -> list[str]:
    return [each["name"].partition(".")[2] for each in executions(model)]


def _unwanted(model: Model) -> dict[str, str]:
    request = undecided(model, "any")
    return {"roll_back_from": str(request.roll_back_from), "roll_back_to": str(request.roll_back_to)}
