"""The CDK app: reads the stage from the context (`-c stage=dev`) and builds its stacks."""

import os
import subprocess
from pathlib import Path

import aws_cdk as cdk

from courtside.contracts.errors import CourtsideError
from infra.app import build
from infra.settings import settings_for
from infra.validation.gate import hold_to_the_rules

# What the place of a build may decide for a stage: `-c architecture=x86_64`, `-c python_base=mirror/python:3.13-slim`.
OF_A_BUILD = ("architecture", "python_base", "lambda_base")


def main() -> None:
    """Synthesize one stage; a wrong setting ends with its message, not with a traceback."""
    app = cdk.App()
    try:
        instead = {field: given for field in OF_A_BUILD if (given := app.node.try_get_context(field))}
        settings = settings_for(str(app.node.try_get_context("stage") or "dev"), **instead)
        build(app, settings, commit=_commit())
    except CourtsideError as error:
        raise SystemExit(f"courtside: {error}") from error
    # The variable that switches CDK's own rules off.
    if os.environ.get("CDK_VALIDATION") != "false":
        hold_to_the_rules(app, settings.stage)
    app.synth()


def _commit() -> str:
    """Return the commit of this checkout, `-dirty` if it was changed; empty where there is no git."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        done = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()


if __name__ == "__main__":
    main()
