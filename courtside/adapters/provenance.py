"""Which code this process runs: the commit it was built from and the image it runs in."""

import json
import os
import subprocess
import urllib.request
from pathlib import Path

from courtside.contracts.model_card import Provenance

COMMIT = "COURTSIDE_GIT_COMMIT"
METADATA = "ECS_CONTAINER_METADATA_URI_V4"
TIMEOUT_SECONDS = 3
_CHECKOUT = Path(__file__).parents[2]


def provenance() -> Provenance:
    """Return what is known; a missing fact here is no reason to fail."""
    return Provenance(git_commit=os.environ.get(COMMIT) or _checked_out(), image_digest=_image())


def _checked_out() -> str | None:
    """Return the commit of the checkout this package runs from, `-dirty` if it was changed; None elsewhere."""
    if not (_CHECKOUT / ".git").exists():
        return None
    command = ["git", "-C", str(_CHECKOUT), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() or None


def _image() -> str | None:
    """Return the digest of the image of an ECS task, from the address that ECS gives every container."""
    address = os.environ.get(METADATA)
    if not address:
        return None
    try:
        with urllib.request.urlopen(address, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 (given by ECS)
            described = json.loads(answer.read())
    except (OSError, ValueError):
        return None
    digest = described.get("ImageID") if isinstance(described, dict) else None
    return str(digest) if digest else None
