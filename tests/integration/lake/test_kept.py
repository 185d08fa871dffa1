"""`courtside kept` of a stage that never was."""

from courtside.adapters.s3_lake import S3Lake
from tests.integration.lake.conftest import STAGE
from tests.unit.test_cli import run


def test_a_stage_that_never_stood_here_is_refused_with_those_that_did(lake: S3Lake) -> None:
    done = run("kept", "--stage", "typo")
    assert (done.returncode, "StageNeverHere" in done.stderr) == (2, True), done.stderr
    assert f"stages that did: {STAGE}" in " ".join(done.stderr.split())
    standing = run("kept", "--stage", STAGE)
    assert (standing.returncode, lake.bucket in standing.stdout) == (0, False), standing.stderr
