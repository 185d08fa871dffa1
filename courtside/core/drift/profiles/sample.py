"""A bounded sample of the reference's rows does not depend on how these were cut into batches."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from courtside.core.drift.columns.hashing import Hashes, hashed
from courtside.core.drift.columns.rounding import Floats

MOST_ROWS = 262_144
MOST_VALUES = 2**25
"""The most values of all columns together, which keeps even a wide table within 256 MB."""


class RowSample:
    """Keeps the rows whose hashed number is a multiple of 2**level; the level rises when there are too many of them.

    Up to 262,144 rows of 128 columns, all rows are kept and the grid is exact.
    """

    def __init__(self, columns: tuple[str, ...]) -> None:
        self._limit = max(1, min(MOST_ROWS, MOST_VALUES // max(1, len(columns))))
        self._columns = columns
        self._hashes: list[Hashes] = []
        self._values: dict[str, list[Floats]] = {name: [] for name in columns}
        self._level = 0
        self._seen = 0
        self._kept = 0

    def add(self, values: Mapping[str, Floats], *, rows: int) -> None:
        """Take the next `rows` rows; a missing value is NaN. Arrays are kept and not copied."""
        hashes = hashed(np.arange(self._seen, self._seen + rows, dtype=np.uint64))
        keep = self._kept_of(hashes) if self._level else slice(None)
        self._hashes.append(hashes[keep])
        for name in self._columns:
            self._values[name].append(values[name][keep])
        self._seen += rows
        self._kept += self._hashes[-1].size
        while self._kept > self._limit:
            self._thin()

    @property
    def whole(self) -> bool:
        """Tell whether every row was kept."""
        return self._level == 0

    def column(self, name: str) -> list[Floats]:
        """Return the sampled values of one column, one array per batch, which must not be written to; gaps are NaN."""
        return self._values[name]

    def _kept_of(self, hashes: Hashes) -> NDArray[np.bool_]:
        keep: NDArray[np.bool_] = (hashes & np.uint64((1 << self._level) - 1)) == 0
        return keep

    def _thin(self) -> None:
        self._level += 1
        keeps = [self._kept_of(hashes) for hashes in self._hashes]
        self._hashes = [hashes[keep] for hashes, keep in zip(self._hashes, keeps, strict=True)]
        for name, parts in self._values.items():
            self._values[name] = [part[keep] for part, keep in zip(parts, keeps, strict=True)]
        self._kept = sum(hashes.size for hashes in self._hashes)
