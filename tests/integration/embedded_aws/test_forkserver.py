"""Programs that are forked run as new interpreters do, and those that could differ are run by one."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from embedded_aws.forkserver.client import Fork, Launcher
from embedded_aws.keys import new_keys
from embedded_aws.processes import command_of, environment_of, is_alive
from embedded_aws.settings import EmulatorSettings
from tests.integration.embedded_aws.waiting import until

PROGRAM = """
import json, os, sys
import numpy as np
import neighbour

print(json.dumps([sys.argv, dict(os.environ), os.getcwd(), neighbour.NAME, float(np.random.random())]), flush=True)
if sys.stdin.readline():
    sys.exit(3)
"""
PATIENCE_SECONDS = 60

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Programs are forked on Linux only.")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("forked")
    (folder / "program.py").write_text(PROGRAM)
    (folder / "neighbour.py").write_text(f"NAME = {str(folder)!r}")
    return folder


@pytest.fixture(scope="module")
def launcher(folder: Path) -> Iterator[Launcher]:
    launcher = Launcher(EmulatorSettings("an-instance", folder, "eu-north-1", 1, 2, 3, new_keys()))
    yield launcher
    launcher.close()


def started(launcher: Launcher, folder: Path, *arguments: str, **more: str) -> "Fork | subprocess.Popen[str]":
    environment = {"PYTHONPATH": str(folder), "PATH": os.environ["PATH"], **more}
    return launcher.piped([sys.executable, *arguments], environment, folder)


def line(process: "Fork | subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def ended(process: "Fork | subprocess.Popen[str]", sent: str = "") -> int:
    assert process.stdin is not None
    process.stdin.write(sent)
    process.stdin.close()
    return process.wait(PATIENCE_SECONDS)


@pytest.mark.parametrize(
    "arguments", [["-P", "program.py", "a", "b"], ["-m", "program", "a", "b"]], ids=["file", "module"]
)
def test_a_forked_program_sees_what_a_new_interpreter_would(
    launcher: Launcher, folder: Path, arguments: list[str]
) -> None:
    process = started(launcher, folder, *arguments, NAME="a value")
    assert isinstance(process, Fork)
    argv, environment, cwd, neighbour, _ = json.loads(line(process))
    assert Path(argv[0]).name == "program.py"
    assert argv[1:] == ["a", "b"]
    assert environment == {"PYTHONPATH": str(folder), "PATH": os.environ["PATH"], "NAME": "a value"}
    assert cwd == neighbour == str(folder)
    shown = psutil.Process(process.pid)
    assert environment_of(shown) == environment
    assert command_of(shown) == [sys.executable, *arguments]
    assert ended(process, "end\n") == process.poll() == 3
    assert not (folder / "processes" / f"{process.pid}.json").exists()


def test_how_a_process_ended_is_known(launcher: Launcher, folder: Path) -> None:
    process = started(launcher, folder, "-P", "program.py")
    assert process.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.01)
    process.kill()
    assert process.wait(PATIENCE_SECONDS) == process.returncode == -signal.SIGKILL
    process.kill()


def test_the_end_of_one_programs_input_is_not_hidden_by_another_that_runs(launcher: Launcher, folder: Path) -> None:
    first, second = started(launcher, folder, "-P", "program.py"), started(launcher, folder, "-P", "program.py")
    assert ended(first) == 0
    assert second.poll() is None
    assert ended(second) == 0


def test_programs_draw_different_numbers(launcher: Launcher, folder: Path) -> None:
    processes = [started(launcher, folder, "-P", "program.py") for _ in range(3)]
    assert len({json.loads(line(each))[-1] for each in processes}) == 3
    assert [ended(each) for each in processes] == [0, 0, 0]


def test_a_program_that_fails_says_why_on_its_own_stream(launcher: Launcher, folder: Path) -> None:
    process = started(launcher, folder, "-m", "missing")
    assert process.wait(PATIENCE_SECONDS) == 1
    assert process.stderr is not None
    assert "No module named missing" in process.stderr.read()


@pytest.mark.parametrize(
    "more", [{"OMP_NUM_THREADS": "7"}, {"PYTHONHASHSEED": "1"}, {"TZ": "Asia/Tokyo"}], ids=lambda more: next(iter(more))
)
def test_what_is_read_at_the_start_gets_a_new_interpreter(
    launcher: Launcher, folder: Path, more: dict[str, str]
) -> None:
    process = started(launcher, folder, "-P", "program.py", **more)
    assert isinstance(process, subprocess.Popen)
    assert ended(process) == 0


def test_more_on_the_path_gets_a_new_interpreter(launcher: Launcher, folder: Path, tmp_path: Path) -> None:
    process = started(launcher, folder, "-P", "program.py", PYTHONPATH=f"{folder}{os.pathsep}{tmp_path / 'more'}")
    assert isinstance(process, subprocess.Popen)
    assert ended(process) == 0


def test_a_program_on_the_command_line_gets_a_new_interpreter(launcher: Launcher, folder: Path) -> None:
    process = started(launcher, folder, "-c", "print('here')")
    assert isinstance(process, subprocess.Popen)
    assert line(process) == "here\n"
    assert ended(process) == 0


def test_a_server_that_was_killed_is_followed_by_another(launcher: Launcher, folder: Path) -> None:
    first = started(launcher, folder, "-P", "program.py")
    server = psutil.Process(first.pid).parent()
    assert server is not None
    began = psutil.Process(first.pid).create_time()
    server.kill()
    with suppress(psutil.TimeoutExpired):
        server.wait(PATIENCE_SECONDS)
    second = started(launcher, folder, "-P", "program.py")
    assert isinstance(second, Fork)
    assert ended(second) == 0
    # What nobody can watch any more must not live on, because it is told as ended.
    assert ended(first) == -signal.SIGKILL
    assert until(lambda: not is_alive(first.pid, began))


def test_options_of_the_program_are_left_to_it(launcher: Launcher, folder: Path) -> None:
    process = started(launcher, folder, "-m", "program", "-P", "5432")
    assert isinstance(process, Fork)
    assert json.loads(line(process))[0][1:] == ["-P", "5432"]
    assert ended(process) == 0


def test_a_file_whose_folder_belongs_to_its_path_gets_a_new_interpreter(launcher: Launcher, folder: Path) -> None:
    process = started(launcher, folder, "program.py")
    assert isinstance(process, subprocess.Popen)
    assert ended(process) == 0


def test_a_group_can_be_ended_as_soon_as_its_process_has_started(launcher: Launcher, folder: Path) -> None:
    environment = {"PYTHONPATH": str(folder), "PATH": os.environ["PATH"]}
    with (folder / "log").open("ab") as log:
        process = launcher.logged([sys.executable, "-m", "program"], environment, folder, log)
    assert isinstance(process, Fork)
    assert os.getpgid(process.pid) == process.pid != os.getpgid(0)
    os.killpg(process.pid, signal.SIGTERM)
    assert process.wait(PATIENCE_SECONDS) == -signal.SIGTERM


def test_nothing_is_started_after_the_end(folder: Path) -> None:
    launcher = Launcher(EmulatorSettings("an-instance", folder, "eu-north-1", 1, 2, 3, new_keys()))
    process = started(launcher, folder, "-P", "program.py")
    launcher.close()
    assert process.wait(PATIENCE_SECONDS) == -signal.SIGKILL
    with pytest.raises(OSError, match="stopping"):
        started(launcher, folder, "-P", "program.py")
