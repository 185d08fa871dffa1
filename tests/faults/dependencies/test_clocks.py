"""Clocks are wrong by minutes and hours, ahead and behind."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from courtside.contracts.names import StackOutput
from tests.faults.dependencies.days import day_to_come, event, require_predicted
from tests.faults.dependencies.elsewhere import courtside_at, one_line
from tests.faults.fault import fault
from tests.faults.model import COMING, Model
from tests.faults.processes import environment, training_task

_TRAINS = """
import runpy, sys, time, time_machine
hours = float(sys.argv.pop(1))
with time_machine.travel(time.time() + 3600 * hours, tick=True):
    runpy.run_module("training_image", run_name="__main__", alter_sys=True)
"""


@fault(
    "The clock of a person who asks for the status is wrong by {hours:+d} hours.",
    promise="The command says by how much and how to set it.",
)
@pytest.mark.parametrize("hours", [-5, 3])
def test_a_persons_clock_is_hours_off(model: Model, hours: int) -> None:
    done = courtside_at(hours, "status", "--model", model.name, "--stage", "dev", "--json")
    said = one_line(done.stderr)
    assert (done.returncode, "Traceback" in said) == (1, False), done
    assert "ClockSkewed" in said
    assert f"{'ahead of' if hours > 0 else 'behind'} AWS's" in said
    assert "timedatectl" in said


@fault(
    "The clock of a person who has a day predicted is 4 minutes behind, which AWS lets pass.",
    promise="Each row is predicted once, whoever's clock is right.",
)
def test_predictions_by_a_wrong_clock(model: Model) -> None:
    day = day_to_come(model)
    words = ["predict", "--as-of", f"{day}", "--model", model.name, "--stage", "dev", "--json"]
    done = courtside_at(-4 / 60, *words)
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["predictions"]) == COMING
    require_predicted(model, day)


@fault(
    "The clock of a function that has a day to predict is wrong by {hours:+d} hours.",
    promise="It fails and says by how much, as commands do; once its clock is right, each row is predicted once.",
)
@pytest.mark.parametrize("hours", [-5, 3])
def test_a_functions_clock_is_hours_off(model: Model, hours: int, tmp_path: Path) -> None:
    day = day_to_come(model)
    with environment(model, StackOutput.PREDICT, PYTHONPATH=str(clock(tmp_path, hours))):
        body, error = model.invoked(StackOutput.PREDICT, event(model, day))
    assert error == "ClockSkewed", body
    assert f"{'ahead of' if hours > 0 else 'behind'} AWS's" in body["errorMessage"]
    body, error = model.invoked(StackOutput.PREDICT, event(model, day))
    assert (error, body.get("predicted")) == ("", COMING), body
    require_predicted(model, day)


@fault(
    "The clock of the task that trains is wrong by {hours:+d} hours.",
    promise="The training fails and its log says by how much; the champion stays, and the lock is free.",
    doctor="last training",
)
@pytest.mark.parametrize("hours", [-5, 3])
def test_a_training_tasks_clock_is_hours_off(model: Model, hours: int, tmp_path: Path) -> None:
    before, training = model.champion(), f"clock-{'ahead' if hours > 0 else 'behind'}"
    with task_clock(model, hours, tmp_path):
        assert model.trained(training) == "FAILED"
    assert "The champion is untouched" in model.told_once(f"{training} failed in Train")
    (said,) = [line for line in map(str, model.command("runs", "logs", training)) if "ClockSkewed" in line]
    assert f"{'ahead of' if hours > 0 else 'behind'} AWS's" in said
    assert model.champion() == before


@contextmanager
def task_clock(model: Model, hours: int, folder: Path) -> Iterator[None]:
    """Train in tasks whose clocks are so many hours ahead while the block runs."""
    program = folder / "trains.py"
    program.write_text(_TRAINS)
    with training_task(model, "python", str(program), str(hours)):
        yield


def clock(folder: Path, hours: int) -> Path:
    """Return a folder that makes a Python whose module path it is on begin with a clock so many hours ahead."""
    lines = ["import time, time_machine", f"time_machine.travel(time.time() + 3600 * {hours}, tick=True).start()"]
    (folder / "sitecustomize.py").write_text("\n".join(lines))
    return folder
