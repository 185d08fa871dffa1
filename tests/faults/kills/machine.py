"""What the faults of the retraining machine share: how its functions are called and killed, and its executions held."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from courtside.contracts.events import RetrainingRequest
from courtside.contracts.names import StackOutput
from embedded_aws.faults.client import HOLD
from embedded_aws.faults.rules import Rule
from tests.faults.model import PATIENCE_SECONDS, TRAINED, Model
from tests.integration.stage.steps import function_name

TASK = "-training$"
"""Who asks where a task of the machine does: training and smoke check run in one container."""
LEDGER = "TransactWriteItems"
ALIAS = "POST .*/registered-models/alias"
REFERENCE = "PUT .*/reference/champion.json"
_POLL_SECONDS = 0.1


def of(verb: str, request: str, **more: Any) -> Rule:
    """Return the rule that holds requests of the machine's function of that verb."""
    return HOLD(caller=f"-Steps{verb}", request=request, **more)


def called(model: Model, verb: str, event: dict[str, Any]) -> dict[str, Any]:
    """Return what the machine's function of that verb answers, which must work."""
    body, error = model.called(function_name(model.stage, verb), event)
    assert not error, body
    return dict(body)


def killed_in_machine(model: Model, request: RetrainingRequest, rule: Rule, number: int = signal.SIGKILL) -> str:
    """Start an execution, send a signal to the process that the rule holds, and return how the execution ended."""
    with model.faults.fault("kill", rule):
        arn = model.loop.retrain(request)
        model.faults.kill_at("kill", number=number)
    return model.stage.end(arn)


def stopped(model: Model, request: RetrainingRequest, rule: Rule) -> str:
    """Start an execution, stop it as a person does while the rule holds what it does, and return how it ended."""
    with model.faults.fault("hold", rule):
        arn = model.loop.retrain(request)
        model.faults.wait_held("hold")
        model.stage.aws.client("stepfunctions").stop_execution(executionArn=arn, cause="a person stopped it")
        model.faults.release("hold")
    return model.stage.end(arn)


def event(request: RetrainingRequest) -> dict[str, Any]:
    """Return a request as functions get it."""
    return request.model_dump(mode="json")


def unlocking(model: Model, request: RetrainingRequest) -> dict[str, Any]:
    """Return what the function that gives a lock back gets."""
    return {"request": event(request), "trained": False, "machine": model.loop.output(StackOutput.RETRAINING)}


@contextmanager
def locked(model: Model, request: RetrainingRequest) -> Iterator[None]:
    """Hold the model's lock for a training, as an execution does around its steps."""
    assert called(model, "Lock", event(request))["outcome"] == "acquired"
    yield
    called(model, "Unlock", unlocking(model, request))


def undecided(model: Model, training_id: str) -> RetrainingRequest:
    """Return a request for a rollback from a version that is not champion, which moves nothing and trains nothing."""
    return back(model, training_id, before="999", to="1")


def back(model: Model, training_id: str, *, before: str, to: str) -> RetrainingRequest:
    """Return a request for a rollback as a decision makes it."""
    return model.request(training_id, roll_back_from=before, roll_back_to=to)


def trained_again(model: Model, training_id: str = "second", day: date = TRAINED + timedelta(1)) -> None:
    """Train a second champion, which is as good as the first one and fresher."""
    assert model.trained(training_id, as_of=day) == "SUCCEEDED"
    assert model.loop.verdict(training_id).promote


def champions(model: Model) -> tuple[str, str]:
    """Return the champion and the version before it."""
    champion = model.champion()
    assert champion is not None
    assert champion.version is not None
    assert champion.previous is not None
    return champion.version, champion.previous


def waited(condition: Callable[[], object]) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(_POLL_SECONDS)


def heard(model: Model, text: str) -> str:
    """Wait until people were told something about the model, and return it as they were told first."""
    waited(lambda: model.told(text))
    return model.told(text)[0]


def outlived(model: Model, request: RetrainingRequest, rule: Rule, *, asks_more: bool = False) -> None:
    """Stop an execution where the rule holds it, and let what is held go on when people were told and the lock is free.

    So the function or task that was held outlives its execution, and finds that it has lost the lock. If it `asks_more`
    even so, what was held has been carried out when this returns.
    """
    with model.faults.fault("hold", rule):
        arn = model.loop.retrain(request)
        model.faults.wait_held("hold")
        model.stage.aws.client("stepfunctions").stop_execution(executionArn=arn, cause="a person stopped it")
        waited(lambda: model.lock().holder is None)
        assert heard(model, f"{request.training_id} ended as ABORTED")
        if asks_more:
            with model.faults.fault("next", HOLD(caller=rule.caller)):
                model.faults.release("hold")
                model.faults.wait_held("next")
