"""File systems that one process alone sees, on folders of the machine; only root may make them."""

import ctypes
import os
from pathlib import Path

_NEW_MOUNTS, _PRIVATE, _BIND, _READ_ONLY, _AGAIN = 0x00020000, (1 << 14) | (1 << 18), 1 << 12, 1, 1 << 5
"""CLONE_NEWNS; MS_REC and MS_PRIVATE; MS_BIND; MS_RDONLY; MS_REMOUNT."""
_ONE_PAGE = b"size=4k"


def full(*folders: Path, kept: Path) -> None:
    """Put a file system of one page on each folder, as this process alone sees it, and fill it.

    A `kept` folder in one of them stays as it is.
    """
    _mounted(folders, kept)
    for folder in folders:
        (folder / "full").write_bytes(bytes(4096))


def read_only(*folders: Path, kept: Path) -> None:
    """Put a file system that nobody may write to on each folder, as this process alone sees it.

    A `kept` folder in one of them stays as it is.
    """
    _mounted(folders, kept)
    for folder in folders:
        _mount(b"none", folder, _AGAIN | _READ_ONLY, _ONE_PAGE)


def _mounted(folders: tuple[Path, ...], kept: Path) -> None:
    assert ctypes.CDLL(None).unshare(_NEW_MOUNTS) == 0
    _mount(b"none", Path("/"), _PRIVATE)
    there = os.open(kept, os.O_PATH)
    for folder in folders:
        _mount(b"tmpfs", folder, 0, _ONE_PAGE)
        if kept.is_relative_to(folder):
            kept.mkdir(parents=True)
            _mount(b"/proc/self/fd/%d" % there, kept, _BIND)
    os.close(there)


def _mount(what: bytes, where: Path, flags: int, options: bytes = b"") -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.mount(what, bytes(where), b"tmpfs", flags, options) == 0, os.strerror(ctypes.get_errno())
