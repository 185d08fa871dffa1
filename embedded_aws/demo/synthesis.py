"""Synthesize the CDK app as `cdk synth` does, beside other work."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from courtside.contracts.errors import BadInput, CourtsideError
from embedded_aws import processes
from embedded_aws.checkout import ROOT

# How app.py begins what it says of wrong settings.
REFUSED = "courtside: "


class SynthesisFailed(CourtsideError):
    """The CDK app did not synthesize."""

    def __init__(self, log: str) -> None:
        self.log = log
        super().__init__(f"the CDK app did not synthesize; its last words:\n{log}")


class SettingsRefused(BadInput):
    """The app refused the stage's settings, or knows no such stage; its own words say what to do."""

    def __init__(self, said: str) -> None:
        self.said = said
        super().__init__(said)


class Synthesis:
    """The app, synthesizing in a process of its own; what the CDK CLI runs, without starting the CLI.

    Nobody else can look into its folder, and `abandon` ends it: Ctrl-C does not reach it.
    """

    def __init__(
        self, out: Path, *, stage: str, context: Mapping[str, str] | None = None, instance_id: str = ""
    ) -> None:
        """Start; `context` is what the CLI's option `-c` would give besides the stage.

        `instance_id` names the embedded AWS that it must not outlive.
        """
        self._out = out
        # What the CDK leaves in its temporary folder when it is killed goes with this one.
        self._scratch = out / "tmp"
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._scratch.mkdir()
        known = json.loads((ROOT / "cdk.json").read_text())["context"] | {"stage": stage} | dict(context or {})
        environment = (
            _jsii_settings()
            | os.environ
            | {
                "CDK_OUTDIR": str(out),
                "TMPDIR": str(self._scratch),
                processes.MARKER: instance_id,
                "CDK_CONTEXT_JSON": json.dumps(known),
                # `make check` validates the templates; a demo need not do it again.
                "CDK_VALIDATION": "false",
            }
        )
        self._process = subprocess.Popen(
            [sys.executable, "app.py"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def finish(self) -> Path:
        """Wait for the cloud assembly and return its folder; raises `SettingsRefused` and `SynthesisFailed`."""
        try:
            output = self._process.communicate()[0].decode(errors="replace")
        finally:
            self.abandon()
        if self._process.returncode:
            _, refused, said = output.rpartition(REFUSED)
            raise SettingsRefused(said.strip()) if refused else SynthesisFailed("\n".join(output.splitlines()[-15:]))
        # Not the assets: in an image, its user reads them.
        for file in self._out.iterdir():
            if file.is_file():
                file.chmod(0o600)
        return self._out

    def abandon(self) -> None:
        """End the process, and what it started, if it still runs."""
        processes.end_group(self._process)
        shutil.rmtree(self._scratch, ignore_errors=True)


def _jsii_settings() -> dict[str, str]:
    """Return what the bridge to Node.js gets where the caller sets nothing."""
    settings = {"JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20"}
    # Its cache saves seconds, lies in the home directory and ends it where that cannot be written.
    if not os.access(os.path.expanduser("~"), os.W_OK | os.X_OK):  # noqa: PTH111 — `Path.home` fails where there is none
        settings["JSII_RUNTIME_PACKAGE_CACHE"] = "disabled"
    return settings
