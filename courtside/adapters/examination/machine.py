"""The machine that deploys: a checkout's settings, Node with the CDK CLI, and something that builds images."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from courtside.core.findings import Finding, Level, broken, doubtful, fine

OLDEST_NODE = 20
_SECONDS = 20
_DEPLOYS_WITH_IT = "only deploying needs it"


def machine(root: Path, *, deployed: bool) -> Iterator[Finding]:
    """Examine the tools that `cdk deploy` needs; once a stage is deployed, operating it needs none of them."""
    for finding in (_node(), _cdk(root), _images()):
        if deployed and finding.level is Level.FAIL:
            yield doubtful(finding.check, f"{finding.detail} ({_DEPLOYS_WITH_IT})", finding.fix)
        else:
            yield finding


def stage_settings(root: Path, stage: str) -> tuple[dict[str, Any] | None, Finding]:
    """Return the settings of a stage as the checkout has them, or None if they are wrong, and the finding."""
    if not (root / "infra/settings.py").is_file():
        return None, doubtful("settings", "not run from a checkout", "run it in a clone of the project")
    done = _run([sys.executable, "-m", "infra.describe", stage], folder=root)
    if done is None or done.returncode:
        said = "they could not be read" if done is None else done.stderr.strip()
        return None, broken("settings", said, "correct infra/settings.py")
    return json.loads(done.stdout), fine("settings", f"stage {stage} is valid")


def _node() -> Finding:
    done = _run(["node", "--version"])
    version = done.stdout.strip().removeprefix("v") if done and not done.returncode else ""
    if not version:
        return broken("node", "it is not installed", f"install Node.js {OLDEST_NODE} or newer")
    if int(version.split(".")[0]) < OLDEST_NODE:
        return broken("node", f"version {version}", f"install Node.js {OLDEST_NODE} or newer")
    return fine("node", f"version {version}")


def _cdk(root: Path) -> Finding:
    installed = _json(root / "node_modules/aws-cdk/package.json").get("version")
    pinned = _json(root / "package.json").get("devDependencies", {}).get("aws-cdk")
    if installed is None:
        return broken("cdk", "the CDK CLI is not installed", "run `make setup`")
    if installed != pinned:
        return broken("cdk", f"CLI {installed} is installed, {pinned} is pinned", "run `npm ci`")
    return fine("cdk", f"CLI {installed}, as pinned")


def _images() -> Finding:
    chosen = os.environ.get("CDK_DOCKER")
    fix = "start Docker; or install podman and export CDK_DOCKER=podman"
    for program in [chosen] if chosen else ["docker", "podman"]:
        if shutil.which(program) is None:
            continue
        done = _run([program, "info"])
        if done is None or done.returncode:
            return broken("images", f"{program} is installed but does not answer", fix)
        if program != (chosen or "docker"):
            return doubtful("images", f"only {program} is there, CDK asks for docker", "export CDK_DOCKER=podman")
        return fine("images", f"{program} answers")
    return broken("images", f"no {chosen or 'docker or podman'} to build images with", fix)


def _run(command: list[str], *, folder: Path | None = None) -> "subprocess.CompletedProcess[str] | None":
    try:
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None


def _json(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found
