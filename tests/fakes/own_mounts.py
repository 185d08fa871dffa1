"""File systems that one process alone sees, on folders of the machine; only root may make them."""

import ctypes
from pathlib import Path

_NEW_MOUNTS, _PRIVATE, _READ_ONLY = 0x00020000, (1 << 14) | (1 << 18), 1
"""CLONE_NEWNS; MS_REC and MS_PRIVATE; MS_RDONLY."""


def full(*folders: Path) -> None:
    """Put a file system of one page on each folder, as this process alone sees it, and fill it."""
    _mounted(folders, 0, b"size=4k")
    for folder in folders:
        (folder / "full").write_bytes(bytes(4096))


def read_only(*folders: Path) -> None:
    """Put a file system that nobody may write to on each folder, as this process alone sees it."""
    _mounted(folders, _READ_ONLY, b"")


def _mounted(folders: tuple[Path, ...], flags: int, options: bytes) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.unshare(_NEW_MOUNTS) == 0
    assert libc.mount(b"none", b"/", None, _PRIVATE, None) == 0
    for folder in folders:
        assert libc.mount(b"tmpfs", bytes(folder), b"tmpfs", flags, options) == 0
