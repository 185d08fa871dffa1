"""Provide the real base images if they can be pulled, or else stand-ins made of Debian's packages.

A stand-in has the same Python, folders and entry point. It is not made to be smaller or faster than the real one,
but it is another image: what an image weighs and how it starts is close to the real thing, not equal.
"""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from embedded_aws.checkout import ROOT
from embedded_aws.containers.engine import Engine
from embedded_aws.errors import EngineFailed, NoBaseImage

PYTHON, LAMBDA = "python_base", "lambda_base"
STAND_INS = {
    PYTHON: "localhost/courtside-stand-in/python:3.13-slim",
    LAMBDA: "localhost/courtside-stand-in/lambda:3.13",
}
_SOURCES = ROOT / "images" / "stand_in"


def named_bases() -> dict[str, str]:
    """Return the references that images/bases.json names, by setting."""
    named: dict[str, str] = json.loads((ROOT / "images" / "bases.json").read_text())
    return named


def usable_bases(engine: Engine, progress: Callable[[str], None]) -> dict[str, str]:
    """Return the bases that a build can use here: all real, or all stand-ins; raises `NoBaseImage`."""
    named = named_bases()
    if all(engine.pull(image) for image in named.values()):
        return named
    _require_tools(named[PYTHON])
    if not engine.has(STAND_INS[PYTHON]):
        progress(f"{named[PYTHON]} cannot be pulled: making a stand-in of Debian's packages")
        _make_python(engine)
    if not engine.has(STAND_INS[LAMBDA]):
        progress(f"{named[LAMBDA]} cannot be pulled: making a stand-in")
        arguments = ("--file", "lambda.Dockerfile", "--build-arg", f"PYTHON_BASE={STAND_INS[PYTHON]}")
        engine.build(_SOURCES, "--tag", STAND_INS[LAMBDA], *arguments)
    return dict(STAND_INS)


def _require_tools(image: str) -> None:
    if shutil.which("mmdebstrap") is None:
        raise NoBaseImage(image, "mmdebstrap is not installed (Debian: apt-get install mmdebstrap)")
    if os.geteuid() != 0:
        raise NoBaseImage(image, "you are not root")


def _make_python(engine: Engine) -> None:
    with tempfile.TemporaryDirectory() as folder:
        tar = Path(folder, "root.tar")
        with tar.open("wb") as file:
            done = subprocess.run(
                [str(_SOURCES / "python.sh")], stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.PIPE,
                cwd=folder, text=True, check=False,
            )  # fmt: skip
        if done.returncode:
            raise EngineFailed("make a root file system of Debian's packages", done.stderr.splitlines()[-20:])
        engine.import_root(tar, STAND_INS[PYTHON])
