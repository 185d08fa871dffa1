"""Rows are counted as they will lie in memory before they do: a small file may name a long text in a million rows."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from courtside.contracts.errors import BadInput

MOST_BYTES: Final = 2**31
"""The most bytes of rows that are read as one table; Arrow keeps no more text than that in one piece either."""
_OFFSET_BYTES: Final = 4


class RowsTooLarge(BadInput):
    """The rows of a table take more memory than they may."""

    def __init__(self, name: str, most: int) -> None:
        self.name = name
        self.most = most
        super().__init__(
            f"{name} holds more than {most / 2**20:,.0f} MiB of rows once it is unpacked; split it into files with "
            "fewer rows, and give one after the other"
        )


@dataclass(slots=True)
class Room:
    """The bytes that the rows of one table may take; errors call the table `name`."""

    name: str
    most: int = MOST_BYTES
    _taken: int = field(default=0, init=False)

    def kept(self, batches: Iterable[pa.RecordBatch]) -> list[pa.RecordBatch]:
        """Return batches for which there is room, each text counted in every row; raises `RowsTooLarge`."""
        found = []
        for batch in batches:
            self._taken += plain_bytes(batch)
            if self._taken > self.most:
                raise RowsTooLarge(self.name, self.most)
            found.append(batch)
        return found


def plain_bytes(batch: pa.RecordBatch) -> int:
    """Return how many bytes a batch takes once the texts of its dictionaries stand in every row."""
    return sum(map(_plain_bytes, batch.columns))


def _plain_bytes(column: Any) -> int:
    if not isinstance(column, pa.DictionaryArray):
        return int(column.nbytes)
    if not (pa.types.is_string(column.type.value_type) or pa.types.is_binary(column.type.value_type)):
        return int(column.nbytes + column.dictionary.nbytes)
    levels: Any = column.dictionary
    lengths = pc.binary_length(levels)
    written = pc.sum(lengths.take(column.indices)).as_py() or 0
    return int(written) + _OFFSET_BYTES * len(column)
