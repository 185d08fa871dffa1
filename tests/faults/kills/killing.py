"""Ways to end a process at a moment that a request of it marks."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from embedded_aws.faults.client import HOLD
from embedded_aws.faults.rules import Rule
from tests.faults.model import PATIENCE_SECONDS, Model

DRIFT_CHECK, PREDICT, JUDGE, ARRIVALS = "DriftCheckFunction", "ScoringPredict", "ScoringCheckPerformance", "Arrivals"
SETTLE, FIND_DUE, TEND = "WatchSettle", "WatchFindDue", "WatchTendIncidents"
PUBLISH, ANNOUNCE, NOTIFY = "PublishingFunction", "StepsAnnounce", "NotifySlack"
"""Parts of the functions' names, by which they are found and by which their requests are known."""
KILLED = "Runtime.ExitError"
"""What the caller of a function is told that was killed."""
A_PERSON = "^$"
"""The name under which the commands of people make their requests."""


@dataclass(frozen=True)
class Moment:
    """A moment in the life of a process: `said` completes a sentence about it, and a request of the process marks it.

    The others are those of `Rule`: before a request it was not carried out, `after` it was. `number` is the signal that
    ends the process, and `again` the one that ends its second try at the same moment, if that dies too.
    """

    said: str
    request: str
    body: str = ""
    after: bool = False
    skip: int = 0
    number: int = signal.SIGKILL
    again: int | None = None

    def __str__(self) -> str:
        return self.said

    def rule(self, caller: str) -> Rule:
        """Return the rule that holds a process at this moment."""
        return HOLD(caller=caller, times=1, request=self.request, body=self.body, after=self.after, skip=self.skip)


TWICE = "by SIGTERM, and by SIGKILL when it is asked again, "
FIRST_REQUEST = Moment("as it begins", "")


def twice(said: str, request: str, *, body: str = "", skip: int = 0) -> Moment:
    """Return a moment before a request, at which the first try is told to stop and the second one is killed."""
    return Moment(f"{TWICE}{said}", request, body=body, skip=skip, number=signal.SIGTERM, again=signal.SIGKILL)


def function_named(model: Model, part: str) -> str:
    """Return the name of the function of the stage that has a part of it."""
    listed = model.stage.aws.client("lambda").list_functions()["Functions"]
    (name,) = (each["FunctionName"] for each in listed if part in each["FunctionName"])
    return str(name)


def called(model: Model, part: str, event: dict[str, Any]) -> tuple[Any, str]:
    """Return what a function answered, and the name of its error (empty if it worked)."""
    return model.called(function_named(model, part), event)


def worked(model: Model, part: str, event: dict[str, Any]) -> Any:
    """Return what a function answered, which must not be an error."""
    body, error = called(model, part, event)
    assert not error, body
    return body


@contextmanager
def standing(model: Model, part: str, moment: Moment = FIRST_REQUEST) -> Iterator[str]:
    """Let a process stand still at a moment while the block runs, and yield the name of the rule that holds it."""
    name = f"{model.name} {part}"
    with model.faults.fault(name, moment.rule(part)):
        yield name


def kill(model: Model, part: str, event: dict[str, Any], moment: Moment) -> None:
    """Call a function and end its process at a moment, of which its caller is told each time."""
    for number in filter(None, (moment.number, moment.again)):
        with standing(model, part, moment) as name, ThreadPoolExecutor(1) as pool:
            running = pool.submit(called, model, part, event)
            model.faults.kill_at(name, number=number)
            body, error = running.result()
        assert error == KILLED, body


def command(*words: str, model: Model) -> "subprocess.Popen[str]":
    """Start a command about a model in a process of its own, as a person does."""
    line = [sys.executable, "-m", "courtside.cli", *words, "--model", model.name, "--stage", "dev", "--json"]
    return subprocess.Popen(line, env={**os.environ}, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def end_command(model: Model, moment: Moment, *words: str) -> tuple[int, str]:
    """Start a command, end it at a moment, and return its exit code and what it said to a person."""
    with standing(model, A_PERSON, moment) as name, command(*words, model=model) as running:
        model.faults.wait_held(name)
        running.send_signal(moment.number)
        _, said = running.communicate(timeout=PATIENCE_SECONDS)
    return running.returncode, said
