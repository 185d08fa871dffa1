"""Rows that may be too many for memory: then they lie on disk, apart by a hash of their ids."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from courtside.contracts.errors import CourtsideError
from courtside.core.labels.parts import part_numbers

MOST_IN_MEMORY = 64 * 2**20
"""How many bytes of rows are kept in memory, and how many wait to be written at once."""
PARTS = 64
_COMPRESSED = pa.ipc.IpcWriteOptions(compression="lz4")


class NoRoomToPredict(CourtsideError):
    """The temporary folder has too little room for the rows of a round."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        super().__init__(
            f"{folder} has no room left for the rows to predict that do not fit into memory, so some may not be "
            "predicted. Free some, or set TMPDIR to a folder with more room; a shorter `predict: {ahead: …}` in the "
            "contract lets fewer rows be predicted at once"
        )


@dataclass(frozen=True, slots=True)
class Room:
    """A folder for rows that are too many for memory, and how many bytes of them are not."""

    folder: Path
    most_in_memory: int = MOST_IN_MEMORY

    def within(self, name: str) -> "Room":
        """Return a part of the room."""
        folder = self.folder / name
        folder.mkdir()
        return Room(folder, self.most_in_memory)


@dataclass
class Apart:
    """Tables with columns of any types, in one part while they fit into memory and in `PARTS` parts after that.

    All rows of one id are in the same part, and tables keep their order in each. Tables can be added while others are
    read.
    """

    room: Room
    parts: int = 1
    _held: list[tuple[pa.Table, Any]] = field(default_factory=list)
    _bytes: int = 0

    def add(self, table: pa.Table, ids: Any) -> None:
        """Add the rows of a table whose ids these are, as text; a missing id is one of its own."""
        self._held.append((table, ids))
        self._bytes += table.nbytes + ids.nbytes
        if self._bytes > self.room.most_in_memory:
            self.parts = PARTS
            self._write()

    def read(self, part: int, start: int = 0) -> tuple[list[pa.Table], int]:
        """Return the tables of a part from a place on, and the place after the last one."""
        if self.parts == 1:
            return [table for table, _ in self._held[start:]], len(self._held)
        self._write()
        path = self._path(part)
        if not path.exists():
            return [], 0
        with pa.OSFile(str(path), "rb") as file:
            file.seek(start)
            return list(_tables(file)), file.size()

    def _write(self) -> None:
        held, self._held, self._bytes = self._held, [], 0
        for _, alike in groupby(held, key=lambda each: each[0].schema):
            tables, ids = zip(*alike, strict=True)
            self._write_apart(pa.concat_tables(tables), pa.chunked_array(list(ids), pa.string()))

    def _write_apart(self, table: pa.Table, ids: Any) -> None:
        numbers = part_numbers(ids.fill_null(""), PARTS)
        order = np.argsort(numbers, kind="stable")
        table = table.take(pa.array(order, pa.int64())).combine_chunks()
        ends = np.searchsorted(numbers[order], np.arange(PARTS + 1))
        for part, (start, end) in enumerate(pairwise(ends)):
            if start < end:
                self._append(part, table.slice(start, end - start))

    def _append(self, part: int, table: pa.Table) -> None:
        with self._path(part).open("ab") as file, pa.ipc.new_stream(file, table.schema, options=_COMPRESSED) as writer:
            writer.write_table(table)

    def _path(self, part: int) -> Path:
        return self.room.folder / str(part)


def _tables(file: pa.NativeFile) -> Iterator[pa.Table]:
    """Yield the tables that were written into a file one after the other, each with columns of its own."""
    while file.tell() < file.size():
        with pa.ipc.open_stream(file) as rows:
            yield rows.read_all()
