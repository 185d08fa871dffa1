"""An embedded AWS leaves nothing behind, however its starter, its supervisor or its emulator ends."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from embedded_aws import instance as instances
from embedded_aws import processes
from embedded_aws.instance import Instance
from tests.integration.embedded_aws import cloud

ROOT = Path(__file__).parents[3]


@dataclass
class Started:
    """A starter, its instance, and every process of it that was seen."""

    program: "subprocess.Popen[str]"
    instance: Instance
    state: Path
    seen: list[psutil.Process]

    def all_ended(self, timeout: float = 600) -> bool:
        """Return whether every seen and every marked process is gone within `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while any(_lives(each) for each in self.seen) or processes.marked(self.instance.id):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True

    def traces(self) -> list[Path]:
        """Return the files that are left on disk."""
        return [path for path in (Path(self.instance.directory), *self.state.glob("*.json")) if path.exists()]


def _seen(supervisor: list[psutil.Process]) -> list[psutil.Process]:
    return [*supervisor, *(child for each in supervisor for child in each.children(recursive=True))]


@contextmanager
def started(directory: Path, ending: str) -> Iterator[Started]:
    """Run a starter until it has a database and a tracking server that is starting."""
    assembly = cloud.write(directory / "cloud", http_endpoint="http://127.0.0.1:1", stacks=("Data", "Tracking"))
    state = directory / "state"
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.embedded_aws.starter", str(state), str(assembly), ending],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert program.stdout is not None
    line = program.stdout.readline()
    assert line, program.communicate()[1]
    instance = Instance(**json.loads(line))
    supervisor = [psutil.Process(instance.supervisor_pid)] if psutil.pid_exists(instance.supervisor_pid) else []
    seen = _seen(supervisor)
    while supervisor and ending == "wait" and "mlflow" not in _names(seen):
        time.sleep(0.05)  # the process is a shell or a bare Python before it becomes MLflow
        seen = _seen(supervisor)
    try:
        yield Started(program, instance, state, seen)
    finally:
        program.kill()
        program.communicate()
        instances.clear(instance.id, instance.directory)


@pytest.mark.parametrize(("ending", "code"), [("success", 0), ("failure", 1)])
def test_nothing_is_left_when_the_program_ends(tmp_path: Path, ending: str, code: int) -> None:
    with started(tmp_path, ending) as run:
        assert run.program.wait(300) == code
        # Nothing waits here: once the program has ended, everything it started must have ended too.
        assert run.all_ended(timeout=0)
        assert run.traces() == []


def test_nothing_is_left_after_ctrl_c(tmp_path: Path) -> None:
    with started(tmp_path, "wait") as run:
        assert {"postgres", "mlflow"} <= _names(run.seen)
        run.program.send_signal(signal.SIGINT)
        assert run.program.wait(300) != 0
        assert run.all_ended(timeout=0)
        assert run.traces() == []


def test_nothing_is_left_after_sigkill_of_the_program(tmp_path: Path) -> None:
    with started(tmp_path, "wait") as run:
        run.program.kill()
        assert run.all_ended()
        assert run.traces() == []


def test_nothing_is_left_after_sigkill_of_the_emulator(tmp_path: Path) -> None:
    with started(tmp_path, "use") as run:
        os.kill(run.instance.emulator_pid, signal.SIGKILL)
        assert run.all_ended()
        assert run.traces() == []
        _, errors = run.program.communicate("go on\n", timeout=300)
        assert run.program.returncode == 1
        assert "The embedded AWS ended by itself" in errors


def test_only_a_stale_state_file_is_left_after_sigkill_of_the_supervisor(tmp_path: Path) -> None:
    with started(tmp_path, "wait") as run:
        os.kill(run.instance.supervisor_pid, signal.SIGKILL)
        assert run.all_ended()
        # Nobody was left to remove the state file, so it is stale; it is recognized as such and `down` removes it.
        (stale,) = instances.instances(run.state)
        assert not stale.running
        instances.down(stale, run.state)
        assert run.traces() == []


def _lives(process: psutil.Process) -> bool:
    # Whether a container's init process collects its zombies is not our concern.
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def _names(seen: list[psutil.Process]) -> set[str]:
    return {each.name() for each in seen if each.is_running()}
