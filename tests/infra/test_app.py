"""These tests run the app as the CDK CLI does."""

import json
import os
import shlex
import shutil
import subprocess
from pathlib import Path

from tests.infra.synthesized import ROOT, SynthesizedStage, cdk_context


def _run(outdir: Path, *, stage: str) -> subprocess.CompletedProcess[str]:
    # This is the state after `make setup` on a machine where only Node is installed system-wide.
    node = shutil.which("node")
    assert node is not None
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([str(Path(node).parent), "/usr/bin", "/bin"]),
        "CDK_VALIDATION": "false",
        "CDK_OUTDIR": str(outdir),
        "CDK_CONTEXT_JSON": json.dumps({**cdk_context(), "stage": stage}),
    }
    command = shlex.split(json.loads((ROOT / "cdk.json").read_text())["app"])
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


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
    # Setup installs uv only for itself, so a command that needs uv would fail here.
    assert json.loads((ROOT / "cdk.json").read_text())["app"] == ".venv/bin/python app.py"
    assert cdk_context()["@aws-cdk/core:defaultCrossStackReferences"] == "strong"
