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

# app.py begins its message about wrong settings with this.
REFUSED = "courtside: "


class SynthesisFailed(CourtsideError):
    """The CDK app did not synthesize."""

    def __init__(self, log: str) -> None:
        self.log = log
        super().__init__(f"the CDK app did not synthesize; its last words:\n{log}")


class SettingsRefused(BadInput):
    """The app refused the stage's settings or does not know the stage; its own message says what to do."""

    def __init__(self, said: str) -> None:
        self.said = said
        super().__init__(said)


class Synthesis:
    """The app, synthesizing in a process of its own with what the CDK CLI runs, without the CLI.

    Nobody else can look into its folder. Ctrl-C does not reach the process, so `abandon` ends it.
    """

    def __init__(
        self, out: Path, *, stage: str, context: Mapping[str, str] | None = None, instance_id: str = ""
    ) -> None:
        """Start the synthesis; `context` is what the CLI's option `-c` would give besides the stage.

        `instance_id` names the embedded AWS that it must not outlive.
        """
        self._out = out
        # What the CDK leaves in its temporary folder when it is killed is removed with this folder.
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
                # `make check` validates the templates, so a demo need not do it again.
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
        # Assets keep their mode, because an image's user has to read them.
        for file in self._out.iterdir():
            if file.is_file():
                file.chmod(0o600)
        return self._out

    def abandon(self) -> None:
        """End the process and everything it started, if it is still running."""
        processes.end_group(self._process)
        shutil.rmtree(self._scratch, ignore_errors=True)


def _jsii_settings() -> dict[str, str]:
    """Return the settings for the bridge to Node.js where the caller sets none."""
    settings = {"JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20"}
    # Its cache saves seconds, but lies in the home directory and fails where that cannot be written.
    if not os.access(os.path.expanduser("~"), os.W_OK | os.X_OK):  # noqa: PTH111 — `Path.home` fails where there is none
        settings["JSII_RUNTIME_PACKAGE_CACHE"] = "disabled"
    return settings
