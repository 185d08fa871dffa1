"""Templates of earlier releases, kept to prove that one can be upgraded to this one.

`python -m tests.infra.releases VERSION` keeps the current templates of dev and prod; do it when a release is tagged.
"""

import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.changes.__main__ import templates

FOLDER = Path(__file__).parent
_ASSETS = ".assets.json"


@dataclass(frozen=True)
class Release:
    """One stage of an earlier release: its templates by stack name, and the Dockerfile of each image tag."""

    templates: dict[str, dict[str, Any]]
    images: dict[str, str]


def versions() -> list[str]:
    return sorted(path.name.removesuffix(".json.gz") for path in FOLDER.glob("*.json.gz"))


def release(version: str, stage: str) -> Release:
    with gzip.open(FOLDER / f"{version}.json.gz") as file:
        return Release(**json.load(file)[stage])


def keep(version: str, assemblies: dict[str, Path]) -> Path:
    """Keep cloud assemblies, by stage, as a release; the same templates make the same bytes."""
    stages = {stage: {"templates": templates(path), "images": _images(path)} for stage, path in assemblies.items()}
    target = FOLDER / f"{version}.json.gz"
    target.write_bytes(gzip.compress(json.dumps(stages, sort_keys=True).encode(), mtime=0))
    return target


def _images(assembly: Path) -> dict[str, str]:
    manifests = [json.loads(path.read_text()) for path in assembly.glob(f"*{_ASSETS}")]
    return {
        destination["imageTag"]: image["source"]["dockerFile"]
        for manifest in manifests
        for image in manifest.get("dockerImages", {}).values()
        for destination in image["destinations"].values()
    }
