"""The machine of a person, or of the stage's functions, runs out of files, of disk or of permissions."""

import ctypes
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from functools import partial
from pathlib import Path

import psutil
import pytest

from courtside.contracts.names import StackOutput
from embedded_aws.processes import environment_of
from tests.fakes.console_script import run
from tests.fakes.own_mounts import full, may_mount
from tests.faults.dependencies.days import day_to_come, event, require_predicted
from tests.faults.dependencies.elsewhere import courtside, one_line
from tests.faults.fault import fault
from tests.faults.model import COMING, Model

_BOUNDING_SET_DROP, _OVERRIDES = 24, (1, 2, 3)
"""The operation of prctl, and the capabilities by which root passes over the permissions of files."""


_FEW = 6
"""Open files with which a command still begins, and does not get as far as to ask anything."""


def as_ordinary_user() -> None:
    """Take away what lets root write where nobody may; an ordinary user has nothing of it."""
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None, use_errno=True)
        for capability in _OVERRIDES:
            assert libc.prctl(_BOUNDING_SET_DROP, capability, 0, 0, 0) == 0


def few_files() -> None:
    """Let the process open hardly more files than it needs to begin."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (_FEW, _FEW))


def no_room() -> None:
    """Let no file of the process grow, which ends in the same place as a disk that is full."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def predict_into(place: Path, model: Model, day: date) -> list[str]:
    return ["predict", "--as-of", f"{day}", "--model", model.name, "--stage", "dev", "--out", str(place)]


@pytest.mark.skipif(not may_mount(), reason="this user may not put a file system of its own somewhere")
@fault(
    "The disk on which a person's command writes is full.",
    promise="It says so, and the same command with another place writes everything.",
)
def test_the_disk_is_full(model: Model, tmp_path: Path) -> None:
    small, day = tmp_path / "small", day_to_come(model)
    small.mkdir()
    done = courtside(*predict_into(small / "predictions.csv", model, day), within=partial(full, small))
    assert done.returncode == 1, done
    assert "DiskFull" in done.stderr
    assert run(*predict_into(tmp_path / "predictions.csv", model, day)).returncode == 0
    assert len((tmp_path / "predictions.csv").read_text().splitlines()) == COMING + 1


@fault(
    "A person's command may write no more bytes to any file.",
    promise="It says so and leaves no half of a file, and what the stage has predicted stays.",
)
def test_no_room_for_a_commands_file(model: Model, tmp_path: Path) -> None:
    day = day_to_come(model)
    model.loop.predict(day)
    done = courtside(*predict_into(tmp_path / "predictions.csv", model, day), within=no_room)
    assert done.returncode in {1, 2}, done
    assert "Traceback" not in done.stderr
    assert "cannot be written" in one_line(done.stderr) or "no space" in one_line(done.stderr)
    assert list(tmp_path.iterdir()) == []
    require_predicted(model, day)


@fault(
    "A person's command may open hardly any file.",
    promise="It says that too many files are open and how that is changed, and changes nothing.",
)
def test_a_command_has_no_file_left(model: Model) -> None:
    before = model.champion()
    done = courtside("status", "--model", model.name, "--stage", "dev", within=few_files)
    assert done.returncode == 1, done
    assert "Traceback" not in done.stderr
    assert "too many files open" in one_line(done.stderr)
    assert model.champion() == before


@fault(
    "An ordinary user works in a folder in which only reading is allowed.",
    promise="What needs no file works, and a file that cannot be written is named before anything is lost.",
)
def test_a_folder_is_read_only(model: Model, tmp_path: Path) -> None:
    folder = tmp_path / "read-only"
    folder.mkdir()
    folder.chmod(0o555)
    home = {"HOME": str(folder), "XDG_CACHE_HOME": str(folder), "TMPDIR": str(folder)}
    words = ["--model", model.name, "--stage", "dev"]
    works = courtside("versions", "history", *words, within=as_ordinary_user, folder=folder, environment=home)
    assert works.returncode == 0, works.stderr
    into = predict_into(folder / "predictions.csv", model, day_to_come(model))
    done = courtside(*into, within=as_ordinary_user, folder=folder)
    assert done.returncode == 2, done
    assert "cannot be written" in one_line(done.stderr)
    assert list(folder.iterdir()) == []


def processes(model: Model, output: StackOutput) -> list[psutil.Process]:
    """Return the processes of a function of the stage."""
    name, found = model.loop.output(output), []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            environment = environment_of(process)
            if environment.get("AWS_LAMBDA_FUNCTION_NAME") == name:
                found += [process] if model.stage.aws.endpoint in environment.values() else []
    return found


@contextmanager
def limited(found: list[psutil.Process], kind: int, most: int) -> Iterator[None]:
    """Limit processes while the block runs."""
    before = [(each, each.rlimit(kind)) for each in found]
    assert before, "no process of the function is there"
    for each, (_, hard) in before:
        each.rlimit(kind, (most, hard))
    try:
        yield
    finally:
        for each, limits in before:
            with suppress(psutil.Error):
                each.rlimit(kind, limits)


LIMITS = {
    "open another file": (psutil.RLIMIT_NOFILE, 3, "OSError"),
    "write another byte to disk": (psutil.RLIMIT_FSIZE, 0, ""),
}
"""What is limited, to how much, and the error that the function ends with; it has no need of the disk."""


@fault(
    "The function that predicts a day cannot {limit}.",
    promise="It {ends}, and afterwards each row is predicted once.",
)
@pytest.mark.parametrize(
    ("limit", "ends"),
    [("open another file", "says so and fails"), ("write another byte to disk", "predicts all the same")],
)
def test_a_function_at_its_limit(model: Model, limit: str, ends: str) -> None:
    model.loop.predict(day_to_come(model))  # a process is there
    day, (kind, most, expected) = day_to_come(model), LIMITS[limit]
    with limited(processes(model, StackOutput.PREDICT), kind, most):
        body, error = model.invoked(StackOutput.PREDICT, event(model, day))
    assert error == expected, body
    assert not expected or "Too many open files" in body["errorMessage"]
    again, error = model.invoked(StackOutput.PREDICT, event(model, day))
    assert not error, again
    assert (again["predicted"], again["unchanged"]) == ((COMING, 0) if expected else (0, COMING)), ends
    require_predicted(model, day)
