"""File systems that one process alone sees, on folders of the machine."""

import ctypes
import os
from pathlib import Path

_NEW_MOUNTS, _PRIVATE, _BIND, _READ_ONLY, _AGAIN = 0x00020000, (1 << 14) | (1 << 18), 1 << 12, 1, 1 << 5
"""CLONE_NEWNS; MS_REC and MS_PRIVATE; MS_BIND; MS_RDONLY; MS_REMOUNT."""
_ONE_PAGE = b"size=4k"
_STATUS, _MAY_MOUNT = Path("/proc/self/status"), 21
"""Where Linux says what a process may do, and the number of CAP_SYS_ADMIN, which root in a container often lacks."""


def may_mount() -> bool:
    """Tell whether this process may put a file system of its own somewhere."""
    said = _STATUS.read_text().splitlines() if _STATUS.exists() else []
    return any(int(line.split()[1], 16) >> _MAY_MOUNT & 1 for line in said if line.startswith("CapEff:"))


def full(*folders: Path, kept: Path | None = None) -> None:
    """Put a file system of one page on each folder, as this process alone sees it, and fill it.

    A `kept` folder in one of them stays as it is.
    """
    _mounted(folders, kept)
    for folder in folders:
        (folder / "full").write_bytes(bytes(4096))


def read_only(*folders: Path, kept: Path | None = None) -> None:
    """Put a file system that nobody may write to on each folder, as this process alone sees it.

    A `kept` folder in one of them stays as it is.
    """
    _mounted(folders, kept)
    for folder in folders:
        _mount(b"none", folder, _AGAIN | _READ_ONLY, _ONE_PAGE)


def _mounted(folders: tuple[Path, ...], kept: Path | None) -> None:
    assert ctypes.CDLL(None).unshare(_NEW_MOUNTS) == 0
    _mount(b"none", Path("/"), _PRIVATE)
    for folder in folders:
        there = os.open(kept, os.O_PATH) if kept is not None and kept.is_relative_to(folder) else None
        _mount(b"tmpfs", folder, 0, _ONE_PAGE)
        if kept is not None and there is not None:
            kept.mkdir(parents=True)
            _mount(b"/proc/self/fd/%d" % there, kept, _BIND)
            os.close(there)


def _mount(what: bytes, where: Path, flags: int, options: bytes = b"") -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.mount(what, bytes(where), b"tmpfs", flags, options) == 0, os.strerror(ctypes.get_errno())
