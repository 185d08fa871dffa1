"""The app as the CDK CLI runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.infra.synthesized import ROOT, SynthesizedStage, cdk_context


def _run(outdir: Path, *, stage: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "CDK_VALIDATION": "false",
        "CDK_OUTDIR": str(outdir),
        "CDK_CONTEXT_JSON": json.dumps({**cdk_context(), "stage": stage}),
    }
    return subprocess.run(
        [sys.executable, "app.py"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_an_unknown_stage_ends_with_one_plain_line(tmp_path: Path) -> None:
    result = _run(tmp_path, stage="nowhere")
    assert result.returncode == 1
    assert "courtside: stage 'nowhere' does not exist; choose one of dev, staging, prod" in result.stderr
    assert "Traceback" not in result.stderr


def test_the_command_line_builds_what_the_tests_look_at(tmp_path: Path, dev: SynthesizedStage) -> None:
    result = _run(tmp_path, stage="dev")
    assert result.returncode == 0, result.stderr
    for stack in dev.stacks:
        written = json.loads((tmp_path / f"courtside-dev-{stack.name}.template.json").read_text())
        assert written["Resources"].keys() == stack.resources.keys()


def test_the_app_command_works_on_any_machine_after_setup() -> None:
    command = json.loads((ROOT / "cdk.json").read_text())["app"]
    assert command == "uv run --no-sync python app.py"
    assert cdk_context()["@aws-cdk/core:defaultCrossStackReferences"] == "weak"
