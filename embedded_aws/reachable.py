"""Find folders that other users of this machine can pass through.

PostgreSQL refuses to run as root, so a root user's server runs as `nobody`, who cannot enter root's own home or a
folder made by `mktemp -d`. A checkout in a container usually lies in such a place, and TMPDIR may too.
"""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from embedded_aws.errors import NoReachableFolder

_SHARED = ("/tmp", "/var/tmp", "/dev/shm", "/run")  # noqa: S108 — only the parents of folders that mkdtemp makes


def reachable_by_all(folder: Path) -> bool:
    """Return whether every user may pass through `folder` and all of its parents."""
    resolved = folder.resolve()
    return all(parent.stat().st_mode & 0o001 for parent in (resolved, *resolved.parents))


def shared_base(candidates: Iterable[str] | None = None) -> Path:
    """Return the first temporary folder that all users can enter and programs can run from.

    `candidates` are tried in their order; by default TMPDIR comes first, then the folders that every system has.
    Raises `NoReachableFolder`, which names the folders tried.
    """
    tried = [Path(name) for name in candidates or (tempfile.gettempdir(), *_SHARED)]
    for folder in tried:
        if folder.is_dir() and os.access(folder, os.W_OK) and reachable_by_all(folder) and _runs_programs(folder):
            return folder
    raise NoReachableFolder(tried)


def _runs_programs(folder: Path) -> bool:
    return not os.statvfs(folder).f_flag & os.ST_NOEXEC
