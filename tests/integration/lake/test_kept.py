"""`courtside kept` refuses the name of a stage that was never deployed."""

from courtside.adapters.s3_lake import S3Lake
from tests.fakes.console_script import run
from tests.integration.lake.conftest import STAGE


def test_an_unknown_stage_is_refused_with_the_names_of_those_deployed(lake: S3Lake) -> None:
    done = run("kept", "--stage", "typo")
    assert (done.returncode, "StageNeverHere" in done.stderr) == (2, True), done.stderr
    assert f"stages that did: {STAGE}" in " ".join(done.stderr.split())
    standing = run("kept", "--stage", STAGE)
    assert (standing.returncode, lake.bucket in standing.stdout) == (0, False), standing.stderr
