"""Synthesize the CDK app as `cdk synth` does, beside other work."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from courtside.contracts.errors import CourtsideError
from courtside.local.checkout import require_checkout


class SynthesisFailed(CourtsideError):
    """The CDK app did not synthesize."""

    def __init__(self, log: str) -> None:
        self.log = log
        super().__init__(f"the CDK app did not synthesize; its last words:\n{log}")


class Synthesis:
    """The app, synthesizing in a process of its own; what the CDK CLI runs, without starting the CLI."""

    def __init__(self, out: Path, *, stage: str, context: Mapping[str, str] | None = None) -> None:
        """Start; `context` is what the CLI's option `-c` would give besides the stage. Raises `NotACheckout`."""
        root = require_checkout()
        self._out = out
        known = json.loads((root / "cdk.json").read_text())["context"] | {"stage": stage} | dict(context or {})
        environment = os.environ | {
            "CDK_OUTDIR": str(out),
            "CDK_CONTEXT_JSON": json.dumps(known),
            # `make check` validates the templates; a demo need not do it again.
            "CDK_VALIDATION": "false",
            "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
        }
        self._process = subprocess.Popen(
            [sys.executable, "app.py"],
            cwd=root,
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
