"""Edges with few significant bits keep counts exact and a serialized profile small."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_MAGNITUDE = np.int64(0x7FFF_FFFF_FFFF_FFFF)


def ordered_bits(values: Floats) -> Integers:
    """Map floats to int64 in the same order, by the IEEE 754 bit pattern with negatives mirrored."""
    bits = np.ascontiguousarray(values, np.float64).view(np.int64)
    return bits ^ ((bits >> 63) & _MAGNITUDE)


def from_ordered_bits(keys: Integers) -> Floats:
    """Undo `ordered_bits`."""
    bits = keys ^ ((keys >> 63) & _MAGNITUDE)
    return bits.view(np.float64)


def shortest_between(low: Floats, high: Floats) -> Floats:
    """Return for each pair the float in [low, high] with the most trailing zero bits; low must not exceed high."""
    first, last = ordered_bits(low + 0.0), ordered_bits(high + 0.0)
    below = (first ^ last).view(np.uint64)
    for shift in (1, 2, 4, 8, 16, 32):  # this sets every bit below the highest one that differs
        below |= below >> np.uint64(shift)
    return from_ordered_bits(last & ~(below >> np.uint64(1)).view(np.int64))


def predecessors(values: Floats) -> Floats:
    """Return the next smaller float of each value; the smallest finite float has none."""
    with np.errstate(over="ignore"):
        smaller = np.nextafter(values, -np.inf)
    finite: Floats = smaller[np.isfinite(smaller)]
    return finite
