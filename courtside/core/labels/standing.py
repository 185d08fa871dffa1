"""What a label store says of some rows, read file by file, and what is news to it."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from courtside.core.labels.believed import Whole
from courtside.core.rows.sorting_out import Mask


class Standing:
    """What the files that were read say of given ids, each id once; later files come later.

    `labels` are the newest ones that count, None where there is none or it was taken back. `revisions` are how often
    something was said of a row, whether that counts or not.
    """

    def __init__(self, ids: Any) -> None:
        self.ids = ids.combine_chunks() if isinstance(ids, pa.ChunkedArray) else ids
        self.labels: NDArray[np.object_] = np.full(len(ids), None, object)
        self.revisions: Whole = np.zeros(len(ids), np.int64)

    def read(self, table: pa.Table, counts: Mask) -> None:
        """Take in the rows of a file, of which those count that `counts` says."""
        found: Any = pc.index_in(table.column("id"), value_set=self.ids)
        place = np.asarray(found.fill_null(-1), np.int64)
        known = place >= 0
        np.maximum.at(self.revisions, place[known], table.column("revision").to_numpy()[known])
        known &= counts
        self.labels[place[known]] = table.column("label").to_numpy()[known]

    def news(self, labels: Any) -> Whole:
        """Return the places of those labels, one for each id, that differ from what counts."""
        return np.flatnonzero(_objects(labels) != self.labels)

    def changed(self, places: Whole) -> int:
        """Return for how many of these ids a label was known before."""
        return sum(self.labels[place] is not None for place in places)


def _objects(labels: Any) -> NDArray[np.object_]:
    return np.asarray(labels.to_numpy(zero_copy_only=False), object)
