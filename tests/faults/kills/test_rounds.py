"""Rounds whose functions are killed or hang, and rounds that a person stops."""

import json
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from courtside.cli.entry import EXIT_FAILED, EXIT_INTERRUPTED
from courtside.contracts.names import StackOutput
from courtside.contracts.rounds import FAILED
from tests.fakes.own_points import courtside, done
from tests.faults.fault import fault
from tests.faults.kills.killing import (
    DRIFT_CHECK,
    FIND_DUE,
    JUDGE,
    PREDICT,
    PUBLISH,
    SETTLE,
    TEND,
    Moment,
    command,
    function_named,
    standing,
)
from tests.faults.model import MOVED, PATIENCE_SECONDS, Model, contract

STEPS = {
    "predicts": (PREDICT, "predict"),
    "judges the model": (JUDGE, "check_performance"),
    "checks for drift": (DRIFT_CHECK, "check_drift"),
}
BESIDE = {"tends the incidents": TEND, "builds the pages": PUBLISH}
WHOLE = {"finds the models that are due": FIND_DUE, "settles what was done": SETTLE}
STOPPED = {
    "the models that are due are found": FIND_DUE,
    "it predicts": PREDICT,
    "it checks for drift": DRIFT_CHECK,
    "it settles what was done": SETTLE,
    "it builds the pages": PUBLISH,
}
DAYS = count()
"""Each round has a day of its own, before anything moved."""


def next_day() -> date:
    return date(2025, 11, 10) + timedelta(next(DAYS))


def a_round(model: Model, *, code: int = 0) -> dict[str, Any]:
    """Run a round of the model as a person does, and return what it did."""
    result = courtside("watch", "--model", model.name, "--as-of", f"{next_day()}")
    assert result.exit_code == code, result.output
    (settled,) = json.loads(result.stdout)["settled"]
    return dict(settled)


def a_round_with_a_kill(model: Model, part: str) -> Any:
    """Run a round in which one function is killed as it begins, and return the result of the command."""
    with standing(model, part) as name, ThreadPoolExecutor(1) as pool:
        running = pool.submit(courtside, "watch", "--model", model.name, "--as-of", f"{next_day()}")
        model.faults.kill_at(name, number=signal.SIGKILL)
        return running.result()


@fault(
    "The function of a round that {does} is killed.",
    promise="The model's other steps are made, people are told once, and the next round says that it is over.",
)
@pytest.mark.parametrize("does", STEPS)
def test_a_round_with_a_killed_step_is_told_and_the_next_one_is_good(model: Model, does: str) -> None:
    part, step = STEPS[does]
    failing, over = (f"{said} of {model.name}" for said in ("The round", "The rounds"))
    before = len(model.told(failing)), len(model.told(over))
    result = a_round_with_a_kill(model, part)
    assert result.exit_code == EXIT_FAILED, result.output
    (settled,) = json.loads(result.stdout)["settled"]
    assert_failed_only_in(step, settled)
    assert a_round(model)["outcome"] == "nothing"
    told_within(model, failing, before[0] + 1)
    told_within(model, over, before[1] + 1)


def assert_failed_only_in(step: str, settled: dict[str, Any]) -> None:
    """Assert that one step of a round failed and that the others were made."""
    assert settled["outcome"] == FAILED
    assert [each for _, each in STEPS.values() if each in settled["reason"]] == [step]
    said = bool(settled["predictions"] or settled["predicted"]), bool(settled["report_key"])
    assert said == (step != "predict", step != "check_drift"), settled


def told_within(model: Model, containing: str, times: int) -> None:
    """Wait until people were told something so many times, and no more often."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(found := model.told(containing)) < times:
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
    assert len(found) == times, found


@fault("The function of a round that {does} is killed.", promise="The round itself is made all the same.")
@pytest.mark.parametrize("does", BESIDE)
def test_a_round_goes_on_without_what_is_beside_it(model: Model, does: str) -> None:
    result = a_round_with_a_kill(model, BESIDE[does])
    assert result.exit_code == 0, result.output
    (settled,) = json.loads(result.stdout)["settled"]
    assert settled["outcome"] == "nothing"


@fault(
    "The function of a round that {does} is killed.",
    promise="Whoever asked for the round is told where to look, and the next round is whole.",
)
@pytest.mark.parametrize("does", WHOLE)
def test_a_round_that_failed_as_a_whole_is_made_up_for(model: Model, does: str) -> None:
    result = a_round_with_a_kill(model, WHOLE[does])
    assert result.exit_code == EXIT_FAILED, result.output
    assert "docs/runbooks.md#round-failed" in str(result.exception)
    assert a_round(model)["outcome"] == "nothing"


@fault(
    "A person stops a round while {what}.",
    promise="Whoever asked for the round is told that it was stopped, and the next round is whole.",
)
@pytest.mark.parametrize("what", STOPPED)
def test_a_stopped_round_is_made_up_for(model: Model, what: str) -> None:
    with standing(model, STOPPED[what]) as name, ThreadPoolExecutor(1) as pool:
        running = pool.submit(courtside, "watch", "--model", model.name, "--as-of", f"{next_day()}")
        model.faults.wait_held(name)
        (arn,) = rounds(model)
        model.stage.aws.client("stepfunctions").stop_execution(executionArn=arn)
        result = running.result()
    assert result.exit_code == EXIT_FAILED, result.output
    assert "ABORTED" in str(result.exception)
    assert a_round(model)["outcome"] == "nothing"


@fault(
    "A person stops the part of a round that works on one model.",
    promise="The round fails when too many are lost, whoever asked for it is told, and the next round is whole.",
)
def test_a_stopped_part_of_a_round_is_made_up_for(model: Model) -> None:
    _, result = a_round_with_a_stopped_part(model, "--model", model.name, "--as-of", f"{next_day()}")
    assert result.exit_code == EXIT_FAILED, result.output
    assert "ExceedToleratedFailureThreshold" in str(result.exception)
    assert a_round(model)["outcome"] == "nothing"


@pytest.fixture
def another(tmp_path: Path) -> Iterator[str]:
    """Put a second model into the stage, which has neither rows nor a champion yet, and return its name."""
    name = "beside_m"
    file = tmp_path / f"{name}.yaml"
    file.write_text(contract(name))
    done("models", "add", str(file))
    yield name
    done("models", "remove", name, "--yes")


@fault(
    "A person stops the part of a round that works on one of two models.",
    promise="The round goes on for the other one, whoever asked for it is told that one is left over, and the next "
    "round makes up for it.",
)
def test_a_stopped_part_of_a_round_hurts_no_other_model(model: Model, another: str) -> None:
    day = f"{next_day()}"
    arn, result = a_round_with_a_stopped_part(model, "--as-of", day)
    assert result.exit_code == EXIT_FAILED, result.output
    assert "models whose results could not be kept, so that the next round works on them again: 1" in result.stderr
    assert settled_in(result) == {another: "nothing_to_check"}
    assert model.stage.end(arn) == "SUCCEEDED"
    again = courtside("watch", "--as-of", day)
    assert again.exit_code == 0, again.output
    assert settled_in(again) == {another: "nothing_to_check", model.name: "nothing"}


def a_round_with_a_stopped_part(model: Model, *words: str) -> tuple[str, Result]:
    """Run a round, stop its part that predicts for the model, and return the round's ARN and what came of it."""
    reads = Moment("", "GetItem", body=f"{model.name}/")
    with standing(model, PREDICT, reads) as name, ThreadPoolExecutor(1) as pool:
        running = pool.submit(courtside, "watch", *words)
        model.faults.wait_held(name)
        (arn,) = rounds(model)
        model.stage.aws.client("stepfunctions").stop_execution(executionArn=part_of(model, arn))
        model.faults.release(name)
        return arn, running.result()


def settled_in(result: Result) -> dict[str, str]:
    """Return how a round ended for each model with which it did something."""
    return {each["model"]: each["outcome"] for each in json.loads(result.stdout)["settled"]}


def part_of(model: Model, round_arn: str) -> str:
    """Return the part of a round that works on the model."""
    states = model.stage.aws.client("stepfunctions")
    (run,) = states.list_map_runs(executionArn=round_arn)["mapRuns"]
    listed = states.list_executions(mapRunArn=run["mapRunArn"])["executions"]
    arns = [each["executionArn"] for each in listed]
    given = {arn: json.loads(states.describe_execution(executionArn=arn)["input"]) for arn in arns}
    (part,) = (arn for arn, due in given.items() if due["model"] == model.name)
    return str(part)


def rounds(model: Model) -> list[str]:
    """Return the rounds of the stage that run."""
    client, machine = model.stage.aws.client("stepfunctions"), model.loop.output(StackOutput.WATCH)
    found = client.list_executions(stateMachineArn=machine, statusFilter="RUNNING")["executions"]
    return [each["executionArn"] for each in found]


@fault(
    "A person ends the command that runs a round with Ctrl-C.",
    promise="The command says that the round goes on, and it does.",
)
def test_a_round_goes_on_without_the_command_that_began_it(model: Model) -> None:
    with (
        standing(model, PREDICT) as name,
        command("watch", "--as-of", f"{next_day()}", model=model) as running,
    ):
        model.faults.wait_held(name)
        (arn,) = rounds(model)
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=PATIENCE_SECONDS)
    assert running.returncode == EXIT_INTERRUPTED
    assert "A round that has begun goes on without this command" in said
    assert "Traceback" not in said
    assert model.stage.end(arn) == "SUCCEEDED"


@contextmanager
def time_limit(model: Model, part: str, seconds: int) -> Iterator[None]:
    """Give a function a shorter time limit while the block runs."""
    functions, name = model.stage.aws.client("lambda"), function_named(model, part)
    before = functions.get_function_configuration(FunctionName=name)["Timeout"]
    functions.update_function_configuration(FunctionName=name, Timeout=seconds)
    try:
        yield
    finally:
        functions.update_function_configuration(FunctionName=name, Timeout=before)


@fault(
    "The function of a round that {does} hangs until its time limit ends it.",
    promise="The model's other steps are made, people are told once, and the next round says that it is over.",
)
@pytest.mark.parametrize("does", ["judges the model", "checks for drift"])
def test_a_round_with_a_step_that_hangs_is_told_and_the_next_one_is_good(model: Model, does: str) -> None:
    part, step = STEPS[does]
    failing, over = (f"{said} of {model.name}" for said in ("The round", "The rounds"))
    before = len(model.told(failing)), len(model.told(over))
    with time_limit(model, part, 5), standing(model, part):
        settled = a_round(model, code=EXIT_FAILED)
    assert_failed_only_in(step, settled)
    assert a_round(model)["outcome"] == "nothing"
    told_within(model, failing, before[0] + 1)
    told_within(model, over, before[1] + 1)


@fault(
    "The drift check is killed between the start of a training and the record of it.",
    promise="The next delivery of the event names that training, and no other is started.",
)
def test_a_check_that_was_killed_after_it_started_a_training_started_one(model: Model) -> None:
    started = Moment("", "POST /.*StartExecution", after=True)
    window = model.day(MOVED + timedelta(20))
    before = len(model.loop.executions())
    with standing(model, DRIFT_CHECK, started) as name, ThreadPoolExecutor(1) as pool:
        running = pool.submit(
            model.invoked, StackOutput.CHECK_DRIFT, {"model": model.name, "window": window.model_dump(mode="json")}
        )
        model.faults.kill_at(name, number=signal.SIGKILL)
        assert running.result()[1]
    answer = model.loop.check_drift(window)
    assert answer.decision == "retrain"
    (training,) = model.loop.executions()[before:]
    assert answer.execution_arn == training.arn
    assert model.stage.end(training.arn) == "SUCCEEDED"
