"""Values seen once in a short reference get cells of their own with short edges, so that the profile stays small."""

import math

import numpy as np

from courtside.core.drift.columns.rounding import Floats, from_ordered_bits, ordered_bits

EXACT_ROWS = 400
"""Up to this many rows, single values are kept to the last bit; with more, the profile would become large."""
KEPT_BITS = 10_000
"""The bits shared by all single values that tell where each lies in the gap to the next value."""


def singleton_cells(atoms: Floats, ordered: Floats, *, fewer_than: float) -> tuple[Floats, Floats, int]:
    """Return the atoms to keep exactly, pairs of short edges close around the others, and their `blur`.

    Repeated values, the extremes and very near neighbours are exact; each of the others is alone in its interval
    (c 2**blur, (c + 1) 2**blur] of ordered bits, a small part of a typical gap between values. References of
    `fewer_than` rows or more are exact: their grid is small anyway.
    """
    blur = _blur(ordered, fewer_than)
    if not blur:
        return atoms, atoms[:0], 0
    bits = ordered_bits(ordered)
    code = (bits - 1) >> blur
    apart = np.diff(code) > 0
    alone = np.concatenate(([False], apart[:-1] & apart[1:], [False]))[ordered.searchsorted(atoms)]
    low = ((ordered_bits(atoms[alone]) - 1) >> blur) << blur
    return atoms[~alone], from_ordered_bits(np.concatenate((low, low + (1 << blur)))), blur


def _blur(ordered: Floats, fewer_than: float) -> int:
    """Return how many low bits of single values are dropped, which follows from the gaps between all ordered values."""
    if not EXACT_ROWS < ordered.size < fewer_than:
        return 0
    gaps = np.diff(ordered_bits(ordered)).view(np.uint64)
    typical = float(np.median(gaps[gaps > 0])) if gaps.any() else 1.0
    return max(0, math.frexp(typical)[1] - 1 - KEPT_BITS // ordered.size)
