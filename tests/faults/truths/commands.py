"""The commands that people look at tell the truth, and end without a traceback."""

import json
from typing import Any
from weakref import WeakKeyDictionary

from embedded_aws.aws import LocalAws
from tests.fakes.own_points import courtside
from tests.faults.model import Model
from tests.faults.truths.trainings import executions
from tests.faults.truths.truth import Before, Forgiven, truth

STATES = {
    "SUCCEEDED": {"done", "not started"},
    "FAILED": {"failed"},
    "TIMED_OUT": {"failed", "stopped"},
    "ABORTED": {"stopped"},
}
"""What `runs` may say of an execution, by its status."""
_MOST_RUNS = "200"
_LAST: WeakKeyDictionary[LocalAws, frozenset[str]] = WeakKeyDictionary()
"""What `doctor` found last, by the embedded AWS of the stage."""


def printed(*words: str, codes: tuple[int, ...] = (0,)) -> Any:
    """Return what a command prints; it must end as commands do."""
    result = courtside(*words)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code in codes, result.output
    assert "Traceback" not in result.output
    return json.loads(result.stdout)


def failing_checks() -> frozenset[str]:
    """Return the names of the checks of `doctor` that fail."""
    return frozenset(each["check"] for each in printed("doctor", codes=(0, 1)) if each["level"] == "fail")


def failing_before(model: Model) -> frozenset[str]:
    """Return the checks of `doctor` that failed before a fault: those that it found after the one before, if any.

    Asking it is a third of what a fault takes, and nothing happens between two faults.
    """
    known = _LAST.get(model.stage.aws)
    return failing_checks() if known is None else known


def forget_failing(model: Model) -> None:
    """Let `doctor` be asked anew: what a fault did is not known yet, and stays so if it was not survived."""
    _LAST.pop(model.stage.aws, None)


@truth
def doctor_finds_nothing_that_it_should_not(model: Model, before: Before, forgiven: Forgiven) -> None:
    failing = _LAST[model.stage.aws] = failing_checks()
    new = [each for each in failing - before.failing if not forgiven.failing(each)]
    assert not new, f"these checks fail since the fault: {new}"


@truth
def status_names_the_champion_and_runs_say_how_each_execution_ended(model: Model, _: Before, __: Forgiven) -> None:
    champion = model.champion()
    assert champion is not None
    status = printed("status", "--model", model.name)
    assert status["champion"]["version"] == champion.version
    runs = {each["id"]: each for each in printed("runs", "list", "--model", model.name, "--limit", _MOST_RUNS)}
    for each in executions(model):
        training_id = each["name"].partition(".")[2]
        # After many checks the list is too short for the oldest trainings.
        said = runs.get(training_id) or printed("runs", "show", training_id, "--model", model.name)
        assert said["state"] in STATES[each["status"]], (said, each["status"])
