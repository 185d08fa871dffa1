"""Integers beyond 2**53, which a float cannot distinguish from their neighbours: ids, nanoseconds, unsigned numbers.

A column of them is profiled as differences from an origin, which is a typical value. Floats hold these differences
exactly as long as the values lie within 2**53 of it. Until the origin is known, each value is kept in two parts.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from courtside.core.drift.columns.rounding import Floats

LARGEST_FLOAT = 2**53
LOW = 2048
"""Any 64-bit number is a multiple of this, which a float holds exactly, plus a rest below it."""
Parts = NDArray[Any]
"""Floats, or complex numbers whose real part is a multiple of `LOW` and whose imaginary part is the rest."""


def exact(values: NDArray[Any]) -> Parts:
    """Split integers of any width and sign into two parts each."""
    wide = values.astype(np.uint64 if values.dtype.kind == "u" else np.int64, copy=False)
    low = wide & wide.dtype.type(LOW - 1)
    found = np.empty(wide.size, np.complex128)
    found.real, found.imag = wide - low, low
    return found


def is_large(values: NDArray[Any]) -> bool:
    """Tell whether any integer is too large for a float to distinguish it from its neighbours."""
    return bool(values.size) and (int(values.max()) > LARGEST_FLOAT or int(values.min()) < -LARGEST_FLOAT)


def relative(parts: Parts, origin: int) -> Floats:
    """Return values minus an origin that is a multiple of `LOW`, rounded once."""
    found: Floats = (parts.real - float(origin)) + parts.imag
    return found


def origin_of(batches: Sequence[Parts]) -> int:
    """Return the multiple of `LOW` nearest below the median if that is large, else 0, whatever the batches."""
    high = np.concatenate([batch.real for batch in batches])
    high = high[np.isfinite(high)]
    if not high.size:
        return 0
    middle = int(np.partition(high, high.size // 2)[high.size // 2])
    return middle // LOW * LOW if abs(middle) >= LARGEST_FLOAT - LOW else 0
