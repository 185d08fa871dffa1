"""Tables that are too large for memory, kept on disk in parts until each part is needed."""

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.contracts.errors import CourtsideError
from courtside.contracts.machine_limits import FULL

_COMPRESSED = pa.ipc.IpcWriteOptions(compression=pa.Codec("zstd", 1), use_threads=False)

_PREFIX = "courtside-joined-"

_AT_ONCE = 500_000
"""How many rows are written at once: of fewer, each part would get very few."""


class NoRoomToJoin(CourtsideError):
    """The temporary folder has too little room for the rows that are joined."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        super().__init__(
            f"{folder} has no room left for the predictions and labels that do not fit into memory, so nothing was "
            "judged. Free some, or set TMPDIR to a folder with more room. In a stage, where a check has 10 GB, fewer "
            "rows are joined if the contract names a `time_column` or a shorter `label_delay`"
        )


@contextmanager
def folder_to_spill(no_room: Callable[[str], CourtsideError] = NoRoomToJoin) -> Iterator[Path]:
    """Make a temporary folder, and remove it in the end; raises `no_room` where what is written fills the disk.

    Folders of processes that were killed are removed before: a function that ran out of time may start again beside
    what it left.
    """
    try:
        place = tempfile.gettempdir()
    except FileNotFoundError as error:  # so Python calls it if nothing can be written there
        raise no_room("the temporary folder") from error
    _remove_left(Path(place))
    try:
        with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=place) as name, _held(Path(name)):
            yield Path(name)
    except OSError as error:
        if error.errno in FULL:
            raise no_room(place) from error
        raise


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Lock a folder; the operating system releases it when the process ends, however that happens."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


def _remove_left(place: Path) -> None:
    for folder in place.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError), _held(folder):
            if any(folder.iterdir()):  # an empty one may be about to be locked
                shutil.rmtree(folder)


class Spill:
    """The rows of tables of one schema, in one file of a folder for each part."""

    def __init__(self, folder: Path, schema: pa.Schema) -> None:
        self.folder = folder
        self.schema = schema
        self._writers: dict[int, pa.ipc.RecordBatchStreamWriter] = {}
        self._waiting: list[tuple[pa.Table, NDArray[np.int64]]] = []

    def add(self, table: pa.Table, parts: NDArray[np.int64]) -> None:
        """Add the rows of a table, each to the part of that number; those of one part stay in their order."""
        self._waiting.append((table, parts))
        if sum(each.num_rows for each, _ in self._waiting) >= _AT_ONCE:
            self._write()

    def taken(self, part: int) -> pa.Table:
        """Return the rows of a part and remove its file; nothing can be added to it any more."""
        self._write()
        if part not in self._writers:
            return self.schema.empty_table()
        self._writers.pop(part).close()
        with pa.OSFile(self._path(part), "rb") as file, pa.ipc.open_stream(file) as rows:
            table = rows.read_all()
        Path(self._path(part)).unlink()
        return table

    def _write(self) -> None:
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        parts = np.concatenate([each for _, each in waiting])
        order = np.argsort(parts.astype(np.uint16), kind="stable")  # of 16 bits, numpy sorts by radix
        table = pa.concat_tables([each for each, _ in waiting]).take(pa.array(order, pa.int64())).combine_chunks()
        numbers, starts = np.unique(parts[order], return_index=True)
        for number, start, end in zip(numbers.tolist(), starts, np.append(starts, len(order))[1:], strict=True):
            self._writer(number).write_table(table.slice(start, end - start))

    def _writer(self, part: int) -> pa.ipc.RecordBatchStreamWriter:
        if part not in self._writers:
            self._writers[part] = pa.ipc.new_stream(self._path(part), self.schema, options=_COMPRESSED)
        return self._writers[part]

    def _path(self, part: int) -> str:
        return str(self.folder / str(part))
