"""One request for a training comes many times, at once, and long after its training has ended."""

from datetime import timedelta
from functools import partial

import pytest

from courtside.adapters.step_functions import StepFunctionsRetraining
from courtside.contracts.names import StackOutput
from courtside.contracts.retraining_ends import Ending
from embedded_aws.faults.client import HOLD
from tests.faults.deliveries.at_once import all_at_once, at_once, called, few, function, told_once
from tests.faults.fault import fault
from tests.faults.model import TRAINED, Model
from tests.faults.truths.trainings import executions

COOLING = 10_000
"""With so many days between two trainings, none begins, so these requests cost no training."""


def machine(model: Model) -> StepFunctionsRetraining:
    return StepFunctionsRetraining(model.loop.output(StackOutput.RETRAINING))


def stop(model: Model, arn: str) -> None:
    model.stage.aws.client("stepfunctions").stop_execution(executionArn=arn)


@fault(
    "One request for a training comes {times} times at once.", promise="One execution runs, and people are told once."
)
@pytest.mark.parametrize("times", [5, 50])
def test_one_request_comes_many_times_at_once(model: Model, times: int) -> None:
    request = model.request(f"asked-{times}-times", cooldown_days=COOLING)
    (arn,) = set(at_once(times, lambda: machine(model).start(request)))
    assert model.stage.end(arn) == "SUCCEEDED"
    assert [each["executionArn"] for each in executions(model) if each["name"].endswith(request.training_id)] == [arn]
    told_once(model, f"{request.training_id} was not started")
    assert machine(model).start(request) == arn


@fault(
    "The step that takes a model's lock is delivered {times} times, up to six of them at the same moment, and then the "
    "step that gives it back.",
    promise="One training holds the lock, and afterwards nobody does.",
)
@pytest.mark.parametrize("times", [20])
def test_lock_and_unlock_come_many_times_at_once(model: Model, times: int) -> None:
    lock, unlock = (function(model, f"Steps{verb}") for verb in ("Lock", "Unlock"))
    asked = model.request("held-by-many-deliveries").model_dump(mode="json")
    with few(model, lock, unlock):
        answers = at_once(times, lambda: called(model, lock, asked))
        assert {(body["outcome"], error) for body, error in answers} == {("acquired", "")}
        assert model.lock().holder == "held-by-many-deliveries"
        done = {"request": asked, "trained": False, "machine": machine(model).state_machine_arn}
        answers = at_once(times, lambda: called(model, unlock, done))
    assert [error for _, error in answers if error] == []
    assert model.lock().holder is None


@fault(
    "The steps of a training come again, {times} times at once, when it has ended long ago.",
    promise="Each is refused, and the champion stays what it is.",
)
@pytest.mark.parametrize("times", [3])
def test_steps_of_an_ended_training_come_again(model: Model, times: int) -> None:
    before = model.champion()
    assert before is not None
    asked = model.request("first").model_dump(mode="json")
    training = {"model": model.name, "training_id": "first"}
    late = {
        "Freeze": asked,
        "Gate": training,
        "Seal": training,
        "Promote": {**training, "sha256": before.sha256},
        "RollBack": {**training, "roll_back_to": "2", "roll_back_from": "1", "reason": "a test"},
    }
    for verb, event in late.items():
        name = function(model, f"Steps{verb}")
        answers = at_once(times, partial(called, model, name, event))
        assert {error for _, error in answers} == {"LeaseLost"}, answers
    assert model.champion() == before


@fault(
    "The event that a training was stopped comes {times} times, up to six of them at the same moment, while the "
    "next one runs.",
    promise="People are told once, and the next training keeps its lock.",
)
@pytest.mark.parametrize("times", [10])
def test_the_event_of_an_end_comes_many_times_and_late(model: Model, times: int) -> None:
    announce, unlock = (function(model, f"Steps{verb}") for verb in ("Announce", "Unlock"))
    stopped, following = model.request("stopped"), model.request("following")
    with model.faults.fault("freezing", HOLD(caller="Freeze")):
        arn = machine(model).start(stopped)
        model.faults.wait_held("freezing")
        stop(model, arn)
        told_once(model, "stopped ended as ABORTED")
        model.settled()
    given = stopped.model_dump_json()
    end = {"request": given, "ended": Ending.BROKEN.value, "execution": arn, "status": "ABORTED"}
    freed = {"request": given, "trained": False, "machine": machine(model).state_machine_arn}
    with model.faults.fault("freezing", HOLD(caller="Freeze")):
        arn = machine(model).start(following)
        model.faults.wait_held("freezing")
        with few(model, announce, unlock):
            for name, event in ((announce, end), (unlock, freed)):
                answers = at_once(times, partial(called, model, name, event))
                assert [error for _, error in answers if error] == []
        assert model.lock().holder == "following"
        stop(model, arn)
    assert told_once(model, "following ended as ABORTED")
    assert len(model.told("stopped ended as ABORTED")) == 1


@fault(
    "{times} requests for trainings come at once while a training runs.",
    promise="The one with the newest data waits, and its turn comes once; none of the others has a turn.",
)
@pytest.mark.parametrize("times", [12])
def test_many_requests_come_while_a_training_runs(model: Model, times: int) -> None:
    requests = [
        model.request(f"waiting-{day}", as_of=TRAINED + timedelta(day), cooldown_days=COOLING) for day in range(times)
    ]
    with model.faults.fault("freezing", HOLD(caller="Freeze")):
        running = machine(model).start(model.request("running"))
        model.faults.wait_held("freezing")
        arns = all_at_once(*(lambda request=request: machine(model).start(request) for request in requests))
        assert {model.stage.end(arn) for arn in arns} == {"SUCCEEDED"}
        waiting = model.lock().waiting
        assert waiting is not None
        assert waiting.training_id == f"waiting-{times - 1}"
        stop(model, running)
    told_once(model, f"again-waiting-{times - 1} was not started")
    again = [each["name"].partition(".")[2] for each in executions(model) if ".again" in each["name"]]
    assert again == [f"again-waiting-{times - 1}"]
