"""Files for people: whole or not at all, and a word where they cannot be written."""

import contextlib
import errno
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from courtside.contracts.errors import BadInput
from courtside.core.parquet import parquet_content

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
"""A full disk is no fault of the place that was named, and is told by the command's entry."""


class FolderNotWritable(BadInput):
    """A file or folder cannot be written."""

    def __init__(self, place: Path, detail: str) -> None:
        self.place = place
        super().__init__(f"{place} cannot be written ({detail}); choose another place with --out")


@contextmanager
def writing(place: Path) -> Iterator[None]:
    """Turn what the system says of a place into `FolderNotWritable`; a full disk passes."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            error.filename = error.filename or str(place)  # which a write, unlike an open, does not name
            raise
        raise FolderNotWritable(place, error.strerror or str(error)) from error
    except ValueError as error:  # a NUL in the name
        raise FolderNotWritable(place, str(error)) from error


def prepare_folder(folder: Path) -> None:
    """Make a folder and see that files can be made in it, before hours of work are lost; raises `FolderNotWritable`."""
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".{os.getpid()}.part"
        probe.touch()
        probe.unlink()


def write_files(contents: Mapping[Path, bytes]) -> None:
    """Write files that belong together: each is staged beside its place, and all are renamed once all are whole.

    Folders are made. Raises `FolderNotWritable`; what was there stays then, as it does on a full disk.
    """
    staged: dict[Path, Path] = {}
    try:
        for path, content in contents.items():
            with writing(path):
                path.parent.mkdir(parents=True, exist_ok=True)
                if path.exists() and not path.is_file():
                    path.write_bytes(content)  # a pipe or a device, or a folder, which says so
                    continue
                target = path.resolve()
                staged[target] = target.with_name(f".{target.name[:200]}.{os.getpid()}.part")
                staged[target].write_bytes(content)
        for target, part in staged.items():
            with writing(target):
                part.replace(target)
    finally:
        for part in staged.values():
            with contextlib.suppress(OSError):
                part.unlink()


def write_table(table: pa.Table, path: Path) -> None:
    """Write a table as a parquet file; raises `FolderNotWritable`."""
    write_files({path: parquet_content(table)})
