"""The machine of a person, or of the stage's functions, runs out of files, of disk or of permissions."""

import ctypes
import os
import resource
from functools import partial
from pathlib import Path

import pytest

from tests.faults.dependencies.elsewhere import courtside, one_line
from tests.faults.fault import fault
from tests.faults.model import COMING, TO_COME, Model

_NEW_MOUNTS, _PRIVATE = 0x00020000, (1 << 14) | (1 << 18)
"""CLONE_NEWNS; MS_REC and MS_PRIVATE."""


def no_room() -> None:
    """Let no file of the process grow, which ends in the same place as a disk that is full."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def full_disk(folder: Path) -> None:
    """Put a file system of one page on a folder, as this process alone sees it, and fill it."""
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.unshare(_NEW_MOUNTS) == 0
    assert libc.mount(b"none", b"/", None, _PRIVATE, None) == 0
    assert libc.mount(b"tmpfs", bytes(folder), b"tmpfs", 0, b"size=4k") == 0
    (folder / "full").write_bytes(bytes(4096))


def predict_into(place: Path, model: Model) -> list[str]:
    return ["predict", "--as-of", f"{TO_COME}", "--model", model.name, "--stage", "dev", "--out", str(place)]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may put a file system of its own somewhere")
@fault(
    "The disk on which a person's command writes is full.",
    promise="It says so, and the same command with another place writes everything.",
)
def test_the_disk_is_full(model: Model, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    done = courtside(*predict_into(small / "predictions.csv", model), within=partial(full_disk, small))
    assert done.returncode == 1, done
    assert "DiskFull" in done.stderr
    assert courtside(*predict_into(tmp_path / "predictions.csv", model)).returncode == 0
    assert len((tmp_path / "predictions.csv").read_text().splitlines()) == COMING + 1


@fault(
    "A person's command may write no more bytes to any file.",
    promise="It says so and leaves no half of a file, and what the stage has predicted stays.",
)
def test_no_room_for_a_commands_file(model: Model, tmp_path: Path) -> None:
    model.loop.predict(TO_COME)
    done = courtside(*predict_into(tmp_path / "predictions.csv", model), within=no_room)
    assert done.returncode in {1, 2}, done
    assert "Traceback" not in done.stderr
    assert "cannot be written" in one_line(done.stderr) or "no space" in one_line(done.stderr)
    assert list(tmp_path.iterdir()) == []
