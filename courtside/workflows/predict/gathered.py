"""The rows of a round, gathered file by file, so that any number of them is predicted with the memory of a part."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from courtside.core.dataset import Dataset
from courtside.core.rows.ids import ids_of
from courtside.workflows.predict.apart import Apart, Room
from courtside.workflows.predict.batch import FILE, ID, Batch
from courtside.workflows.predict.coming_rows import Coming, Unreadable, Unusable
from courtside.workflows.rows import ReadFile


@dataclass
class Gathered:
    """The rows that can be predicted, in parts, with the names of their `files`; and what cannot be."""

    dataset: Dataset
    apart: Apart
    files: list[str] = field(default_factory=list)
    unusable: list[Unusable] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)

    @classmethod
    def of(cls, coming: Iterable[Coming], dataset: Dataset, room: Room) -> "Gathered":
        """Take in what comes, one file after the other."""
        found = cls(dataset, Apart(room))
        for each in coming:
            if isinstance(each, ReadFile):
                found._add(each)
            elif isinstance(each, Unreadable):
                found.unreadable.append(each)
            elif each.ids:
                found.unusable.append(each)
        return found

    def batches(self) -> Iterator[tuple[int, Batch]]:
        """Yield the number of each part with its rows."""
        for part in range(self.apart.parts):
            tables, _ = self.apart.read(part)
            if self.apart.parts > 1:
                tables = list(_alike(tables))
            yield part, Batch.of(tables, self.dataset)

    @property
    def ids(self) -> Any:
        """The ids of the rows if they are in one part, None if there are too many of them."""
        if self.apart.parts > 1:
            return None
        return pa.chunked_array(
            [chunk for table in self.apart.read(0)[0] for chunk in table.column(ID).chunks], pa.string()
        )

    def _add(self, file: ReadFile) -> None:
        table = file.table
        if not table.num_rows:
            return
        ids = ids_of(table, self.dataset)
        number = pa.array(np.full(table.num_rows, len(self.files), np.int32))
        self.apart.add(table.append_column(ID, ids).append_column(FILE, number), ids)
        self.files.append(file.name)


def _alike(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Yield the rows of tables with the same columns together, because models predict many at once much faster."""
    by_schema: dict[bytes, list[pa.Table]] = {}
    for table in tables:
        by_schema.setdefault(table.schema.serialize().to_pybytes(), []).append(table)
    for alike in by_schema.values():
        yield pa.concat_tables(alike)
