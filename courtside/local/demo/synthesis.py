"""Synthesize the CDK app as `cdk synth` does, beside other work."""

import json
import os
import subprocess
import sys
from pathlib import Path

from courtside.contracts.errors import CourtsideError

ROOT = Path(__file__).parents[3]


class NotACheckout(CourtsideError):
    """The CDK app is part of a checkout, and there is none around this package."""

    def __init__(self, root: Path) -> None:
        self.root = root
        super().__init__(f"there is no app.py in {root}: run this from a clone of the project")


class SynthesisFailed(CourtsideError):
    """The CDK app did not synthesize."""

    def __init__(self, log: str) -> None:
        self.log = log
        super().__init__(f"the CDK app did not synthesize; its last words:\n{log}")


class Synthesis:
    """The app, synthesizing in a process of its own; what the CDK CLI runs, without starting the CLI."""

    def __init__(self, out: Path, *, stage: str) -> None:
        if not (ROOT / "app.py").is_file():
            raise NotACheckout(ROOT)
        self._out = out
        context = json.loads((ROOT / "cdk.json").read_text())["context"] | {"stage": stage}
        environment = os.environ | {
            "CDK_OUTDIR": str(out),
            "CDK_CONTEXT_JSON": json.dumps(context),
            # `make check` validates the templates; a demo need not do it again.
            "CDK_VALIDATION": "false",
            "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
        }
        self._process = subprocess.Popen(
            [sys.executable, "app.py"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def finish(self) -> Path:
        """Wait for the cloud assembly and return its folder; raises `SynthesisFailed`."""
        output, _ = self._process.communicate()
        if self._process.returncode:
            raise SynthesisFailed("\n".join(output.splitlines()[-15:]))
        return self._out

    def abandon(self) -> None:
        """End the process if it still runs."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
