"""Feather and Arrow IPC files and streams are read batch by batch."""

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
from pyarrow import fs, ipc

FILE_MAGIC = b"ARROW1"
STREAM_MAGIC = b"\xff\xff\xff\xff"


@dataclass(frozen=True, slots=True)
class ArrowFile:
    """A file in Arrow's own format, either as a file or as a stream."""

    filesystem: fs.FileSystem
    path: str
    magic: bytes

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the rows after an empty batch; raises Arrow's errors for a truncated or damaged file."""
        if self.magic.startswith(STREAM_MAGIC):
            with (
                self.filesystem.open_input_stream(self.path, compression=None) as source,
                ipc.open_stream(source) as rows,
            ):
                yield pa.RecordBatch.from_pylist([], schema=rows.schema)
                yield from rows
        else:
            with self.filesystem.open_input_file(self.path) as source, ipc.open_file(source) as file:
                yield pa.RecordBatch.from_pylist([], schema=file.schema)
                for place in range(file.num_record_batches):
                    yield file.get_batch(place)
