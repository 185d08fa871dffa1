"""Tables that are too large for memory, kept on disk in parts until each part is needed."""

from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

_COMPRESSED = pa.ipc.IpcWriteOptions(compression="lz4")


_AT_ONCE = 500_000
"""How many rows are written at once: of fewer, each part would get very few."""


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
        order = np.argsort(parts, kind="stable")
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
