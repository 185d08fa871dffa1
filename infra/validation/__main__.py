"""`python -m infra.validation`: synthesize every stage with all checks; exit code 1 if one fails."""

import sys
import tempfile
from pathlib import Path

from infra.app import build, empty_app
from infra.settings import STAGES, settings_for
from infra.validation.gate import hold_to_the_rules


def validate(stage: str, outdir: Path) -> str:
    """Synthesize a stage and return one line saying what was reviewed; raises `RuntimeError` with the report."""
    app = empty_app(outdir)
    # The stage gets every part that a stage may have.
    every_part = {"github_repository": "example/courtside", "incoming_prefixes": ("s3://team-bucket/churn/",)}
    build(app, settings_for(stage).model_copy(update=every_part))
    nag = hold_to_the_rules(app, stage)
    assembly = app.synth()
    resources = sum(len(stack.template["Resources"]) for stack in assembly.stacks)
    return f"{stage}: {resources} resources, {len(nag.reviewed)} cdk-nag findings acknowledged, none open"


def main() -> int:
    """Validate every stage."""
    with tempfile.TemporaryDirectory() as outdir:
        for stage in STAGES:
            try:
                line = validate(stage, Path(outdir) / stage)
            except RuntimeError as error:
                print(f"{stage}: {error}", file=sys.stderr)  # noqa: T201
                return 1
            print(line)  # noqa: T201
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
