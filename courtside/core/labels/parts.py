"""Ids apart: which part of the rows an id belongs to, on every machine the same."""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.core.drift.columns.hashing import hashed

_FACTORS = hashed(np.arange(64, dtype=np.uint64))


def part_numbers(ids: Any, parts: int) -> NDArray[np.int64]:
    """Return a number below `parts` for each id, the same for the same id; no id is null."""
    array: Any = ids.combine_chunks().cast(pa.large_string())
    _, offsets, data = array.buffers()
    if data is None or not len(array):
        return np.zeros(len(array), np.int64)
    ends = np.frombuffer(offsets, np.int64)[array.offset : array.offset + len(array) + 1]
    letters = np.frombuffer(data, np.uint8)[ends[0] : ends[-1]].astype(np.uint64)
    starts = np.repeat(ends[:-1], np.diff(ends)) - ends[0]
    place = (np.arange(len(letters)) - starts) % len(_FACTORS)
    sums = np.append(np.uint64(0), np.cumsum((letters + np.uint64(1)) * _FACTORS[place]))
    found: NDArray[np.int64] = (hashed(sums[ends[1:] - ends[0]] - sums[ends[:-1] - ends[0]]) % np.uint64(parts)).astype(
        np.int64
    )
    return found
