"""The embedded AWS itself is killed while somebody works with it."""

import os
import signal
from pathlib import Path

import psutil

from embedded_aws.aws import LocalAws, LocalOptions
from tests.faults.dependencies.elsewhere import courtside, one_line
from tests.faults.fault import fault


@fault(
    "The embedded AWS is killed, and another one is started.",
    promise="Commands say that nothing answers and what to type; the other one starts clean and knows no stage.",
)
def test_the_emulator_is_killed(tmp_path: Path) -> None:
    options = LocalOptions(state_directory=tmp_path / "state", enforce_iam=True)
    with LocalAws.start(options) as aws:
        pid, directory = aws.instance.emulator_pid, aws.directory
        supervisor = psutil.Process(aws.instance.supervisor_pid)
        os.kill(pid, signal.SIGKILL)
        supervisor.wait(300)
        done = courtside("status", "--stage", "dev", environment=aws.environment())
        assert done.returncode == 1, done
        assert "Traceback" not in done.stderr
        assert "courtside local env --unset" in one_line(done.stderr)
        assert not directory.exists()
    with LocalAws.start(options) as other:
        assert list((tmp_path / "state").glob("*.json")) != []
        done = courtside("status", "--stage", "dev", environment=other.environment())
        assert done.returncode == 1, done
        assert "StageNotDeployed" in done.stderr
