"""Hashes of whole arrays that are the same on every machine and in every process."""

import zlib
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.core.drift.columns import arrow, moments
from courtside.core.drift.columns.buffers import as_numpy, filled
from courtside.core.drift.columns.rounding import Integers

Hashes = NDArray[np.uint64]

EXACT = 2.0**53
"""From here on, neighbouring integers are equal as floats, so they are hashed as integers."""
MOST_BITS = 40
"""The bits that are kept of a hash that names an entity: enough to distinguish as many as any table holds."""
_NOTHING = np.uint64(0x2545F4914F6CDD1D)
"""This hash stands for a missing value."""


def hashed(numbers: Hashes) -> Hashes:
    """Mix numbers by the finalizer of SplitMix64 (Steele, Lea & Flood 2014), so that neighbours differ widely."""
    mixed = numbers + np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed ^= mixed >> np.uint64(shift)
        mixed *= np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    return mixed


def told_apart(numbers: Integers) -> tuple[Integers, Integers]:
    """Return the different numbers in no order, and the position of each number among them; sorting is slower."""
    array: arrow.Array = pa.Array.from_buffers(pa.int64(), numbers.size, [None, pa.py_buffer(numbers.data)])
    encoded: Any = array.dictionary_encode()
    return as_numpy(encoded.dictionary), as_numpy(encoded.indices)


def value_hashes(array: arrow.Array) -> Hashes | None:
    """Return a hash per row by value, where 7, 7.0 and a nullable 7 are equal; None for types without plain values."""
    if arrow.is_text(array.type):
        return _text_hashes(array)
    if moments.is_time(array.type):
        array = array.cast(pa.timestamp("us"), safe=False).cast(pa.int64())
    if not arrow.is_numeric(array.type):
        return None
    if isinstance(array, pa.DictionaryArray):
        array = array.dictionary_decode()
    values, _ = arrow.with_gaps(array)
    found = hashed((values + 0.0).view(np.uint64))  # adding zero turns -0.0 into 0.0
    found[np.isnan(values)] = _NOTHING
    if pa.types.is_integer(array.type) and (large := np.abs(values) >= EXACT).any():
        found[large] = hashed(filled(array, 0)[large].view(np.uint64))
    return found


def _text_hashes(array: arrow.Array) -> Hashes:
    encoded = array if isinstance(array, pa.DictionaryArray) else array.dictionary_encode()
    texts = encoded.dictionary.cast(pa.large_binary()).to_pylist()
    of_value = np.fromiter((zlib.crc32(text or b"") for text in texts), np.uint64, len(texts))
    found: Hashes = np.append(hashed(of_value), _NOTHING)[filled(encoded.indices, len(texts))]
    return found
