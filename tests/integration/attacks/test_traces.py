"""Only its owner can read what an embedded AWS writes, and nothing of it remains, whenever the program is
interrupted.
"""

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from embedded_aws.demo.synthesis import Synthesis

PROGRAM = """
import sys
from pathlib import Path
from embedded_aws.aws import LocalAws, LocalOptions
from embedded_aws.demo.synthesis import Synthesis

with LocalAws.start(LocalOptions(state_directory=Path(sys.argv[1]), enforce_iam=True)) as aws:
    synthesis = Synthesis(aws.directory / "cdk.out", stage="dev", instance_id=aws.instance.id)
    print("synthesizing", flush=True)
    try:
        synthesis.finish()
        print("done", flush=True)
    finally:
        synthesis.abandon()
"""
ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(("number", "seconds"), [(signal.SIGINT, 0.0), (signal.SIGINT, 2.5), (signal.SIGKILL, 2.5)])
def test_a_synthesis_that_is_interrupted_leaves_nothing(tmp_path: Path, number: signal.Signals, seconds: float) -> None:
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "state")], cwd=ROOT,
        env=os.environ | {"TMPDIR": str(scratch)}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as program:  # fmt: skip
        assert program.stdout is not None
        assert program.stdout.readline() == "synthesizing\n"
        time.sleep(seconds)
        program.send_signal(number)
        program.wait(60)
    deadline = time.monotonic() + 300
    while left := [path for folder in (scratch, tmp_path / "state") for path in folder.iterdir()]:
        assert time.monotonic() < deadline, left
        time.sleep(0.1)
    # A process that was still running would write again.
    time.sleep(1)
    assert list(scratch.iterdir()) == []


def test_templates_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    out = tmp_path / "cdk.out"
    Synthesis(out, stage="dev").finish()
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    files = [path for path in out.iterdir() if path.is_file()]
    assert {"manifest.json", "courtside-dev-data.template.json"} <= {path.name for path in files}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert not (out / "tmp").exists()
