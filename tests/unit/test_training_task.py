"""The training container asks for the training that its arguments name, and says why it could not be made."""

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from courtside.bootstrap import tasks
from courtside.contracts.errors import BadInput
from courtside.contracts.events import RetrainingRequest, Trigger
from courtside.contracts.machine_limits import FolderUnwritable, unwritable_named
from courtside.core.runs import why
from courtside.workflows.ports import ModelUnusable
from courtside.workflows.sealed_models import SealBroken
from courtside.workflows.smoke import SmokeFailed
from tests.fakes.own_mounts import full, may_mount, read_only
from training_image.__main__ import main

ARGUMENTS = [
    *("train", "--model", "churn", "--training-id", "drift-1", "--as-of", "2024-01-01"),
    *("--trigger", "drift", "--reason", "moved", "--report", "s3://lake/r.json"),
]


def asked(monkeypatch: pytest.MonkeyPatch, *more: str) -> RetrainingRequest:
    """Return what a container with these arguments besides would train."""
    requests = list[RetrainingRequest]()

    def train(request: RetrainingRequest, progress: Callable[[str], None]) -> None:
        progress("features")
        requests.append(request)
        raise BadInput("that is enough")

    monkeypatch.setattr(tasks, "train", train)
    assert main([*ARGUMENTS, *more]) == 2
    (request,) = requests
    return request


def test_every_argument_becomes_part_of_the_request(monkeypatch: pytest.MonkeyPatch) -> None:
    request = asked(monkeypatch, "--recalibrate", "false", "--history", "5y")
    assert (request.model, request.training_id, request.as_of.isoformat()) == ("churn", "drift-1", "2024-01-01")
    assert (request.trigger, request.reason, request.report) == (Trigger.DRIFT, "moved", "s3://lake/r.json")
    assert (request.recalibrate, request.history) == (False, "5y")
    assert asked(monkeypatch, "--recalibrate", "true").recalibrate


def test_a_machine_of_an_older_release_asks_for_all_of_the_past(monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked(monkeypatch).history == "all"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SmokeFailed("2", "its predictions differ"), 5),
        (ModelUnusable("2", "half of a file"), 6),
        (SealBroken("churn", "abc", "model/MLmodel", "is gone"), 6),
    ],
)
def test_how_a_version_failed_its_smoke_check_is_told_by_the_exit_code(
    monkeypatch: pytest.MonkeyPatch, error: Exception, code: int
) -> None:
    def smoke_check(*_: str) -> int:
        raise error

    monkeypatch.setattr(tasks, "smoke_check", smoke_check)
    assert main(["smoke", "--model", "churn", "--training-id", "drift-1", "--sha256", "abc"]) == code


_KEEPS_A_MODEL = """
import sys, tempfile
from pathlib import Path
from courtside.bootstrap import tasks
from training_image.__main__ import main

def train(request, progress):
    try:
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "model").write_bytes(bytes(10_000))
    except OSError as error:
        raise ValueError("the library that saves models knows nothing better") from error

tasks.train = train
sys.exit(main(sys.argv[1:]))
"""
ROOT = Path(__file__).parents[2]
TEMPORARY = [place for place in map(Path, ("/tmp", "/var/tmp", "/usr/tmp")) if place.exists()]  # noqa: S108 — Python looks there


@pytest.mark.skipif(not may_mount(), reason="this user may not put a file system of its own somewhere")
@pytest.mark.parametrize("happens", [full, read_only])
def test_a_task_that_cannot_write_its_folder_says_so(happens: Callable[..., None], tmp_path: Path) -> None:
    program = tmp_path / "trains.py"
    program.write_text(_KEEPS_A_MODEL)
    # It is opened before the folders that hold it are hidden, and the task has no other folder to write to.
    with program.open() as opened:
        done = subprocess.run(
            [sys.executable, "-", *ARGUMENTS], stdin=opened, capture_output=True, text=True, check=False, cwd="/proc",
            preexec_fn=partial(happens, *TEMPORARY, kept=ROOT),
            env=os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": "/tmp", "TEMP": "/tmp", "TMP": "/tmp"},  # noqa: S108
        )  # fmt: skip
    said = done.stdout + done.stderr
    assert done.returncode == 7, said
    assert "FolderUnwritable: " in said
    assert "Traceback" not in said
    assert "TMPDIR names it" in said
    cause = f"Essential container in task exited (exit code {done.returncode})"
    assert "full or read-only" in why("States.TaskFailed", cause)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT])
def test_an_unwritable_folder_is_known_whatever_a_library_takes_it_for(number: int) -> None:
    with pytest.raises(FolderUnwritable, match="/srv/models cannot be written"), unwritable_named():
        raise ValueError("it was not saved") from OSError(number, os.strerror(number), "/srv/models")


def test_another_error_is_left_as_it_is() -> None:
    with pytest.raises(FileNotFoundError), unwritable_named():
        Path("/nowhere/rows.parquet").read_bytes()
    with pytest.raises(BadInput), unwritable_named():
        raise BadInput("the rows are few") from OSError(errno.ENOSPC, "full")
