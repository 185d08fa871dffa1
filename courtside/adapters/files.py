"""Files for people: written whole or not at all, with a named error where they cannot be written."""

import contextlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from courtside.contracts.errors import BadInput
from courtside.contracts.machine_limits import FULL
from courtside.core.parquet import parquet_content

OUT = "--out or `out`"


class FolderNotWritable(BadInput):
    """A file or folder cannot be written; `option` is what names the place."""

    def __init__(self, place: Path, detail: str, option: str = OUT) -> None:
        self.place = place
        super().__init__(f"{place} cannot be written ({detail}); choose another place ({option})")


@contextmanager
def writing(place: Path, option: str = OUT) -> Iterator[None]:
    """Turn the system's error about a place into `FolderNotWritable`; the error of a full disk passes through."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:  # not the fault of the place that was named; the command's entry point reports it
            error.filename = error.filename or str(place)  # a write, unlike an open, does not name it
            raise
        raise FolderNotWritable(place, error.strerror or str(error), option) from error
    except ValueError as error:  # a NUL in the name
        raise FolderNotWritable(place, str(error), option) from error


def prepare_folder(folder: Path, option: str = OUT) -> None:
    """Make a folder and see that files can be made in it, before hours of work are lost.

    Raises `FolderNotWritable`, which names the `option` that the folder came from.
    """
    with writing(folder, option):
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".{os.getpid()}.part"
        probe.touch()
        probe.unlink()


def write_files(contents: Mapping[Path, bytes]) -> None:
    """Write files that belong together: each is staged beside its place, and all are renamed once all are complete.

    Folders are created. Raises `FolderNotWritable`; then, as on a full disk, the existing files stay.
    """
    staged: dict[Path, Path] = {}
    try:
        for path, content in contents.items():
            with writing(path):
                path.parent.mkdir(parents=True, exist_ok=True)
                if path.exists() and not path.is_file():
                    path.write_bytes(content)  # a pipe or a device, or a folder, which raises
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
