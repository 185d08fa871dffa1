"""`python -m infra.drawing`: draw what a stage is made of into docs/architecture.svg."""

import json
import tempfile
from pathlib import Path

import aws_cdk as cdk

from infra.app import build
from infra.drawing.graph import read
from infra.drawing.places import arrange
from infra.drawing.svg import svg
from infra.settings import settings_for

ROOT = Path(__file__).resolve().parents[2]
DRAWING = ROOT / "docs" / "architecture.svg"
# Stages differ in sizes, not in shape.
_STAGE = "dev"


def drawing(assembly: Path) -> str:
    """Return the drawing of a synthesized stage."""
    return svg(
        arrange(read(assembly)), title="What a Courtside stage is made of, and who reads, writes and starts what"
    )


def main() -> None:
    """Synthesize a stage and draw it."""
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    with tempfile.TemporaryDirectory() as outdir:
        app = cdk.App(context=context, outdir=outdir)
        build(app, settings_for(_STAGE))
        app.synth()
        DRAWING.write_text(drawing(Path(outdir)))


if __name__ == "__main__":
    main()
