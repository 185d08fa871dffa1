"""Ids apart: which part of the rows an id belongs to, on every machine the same."""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.core.drift.columns.hashing import hashed

_WORD = 8
_FIRST_LETTERS = np.array([2 ** (8 * letters) - 1 for letters in range(_WORD + 1)], np.uint64)


def part_numbers(ids: Any, parts: int) -> NDArray[np.int64]:
    """Return a number below `parts` for each id, the same for the same id; no id is null."""
    array: Any = ids.combine_chunks().cast(pa.large_string())
    _, offsets, data = array.buffers()
    if data is None or not len(array):
        return np.zeros(len(array), np.int64)
    ends = np.frombuffer(offsets, np.int64)[array.offset : array.offset + len(array) + 1]
    letters = np.append(np.frombuffer(data, np.uint8)[ends[0] : ends[-1]], np.zeros(_WORD, np.uint8))
    words: NDArray[np.uint64] = np.ndarray(len(letters) - _WORD + 1, "<u8", letters, strides=(1,))
    start, left = ends[:-1] - ends[0], np.diff(ends)
    found, unread = left.astype(np.uint64), np.flatnonzero(left)
    while unread.size:
        word = words[start[unread]] & _FIRST_LETTERS[np.minimum(left[unread], _WORD)]
        found[unread] = hashed(found[unread] ^ word)
        start[unread] += _WORD
        left[unread] -= _WORD
        unread = unread[left[unread] > 0]
    return (found % np.uint64(parts)).astype(np.int64)
