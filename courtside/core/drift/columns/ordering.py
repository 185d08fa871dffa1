"""Sorting a column, which is the costliest step of fitting a grid, and joining sets of points in ascending order."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.core.drift.columns.buffers import as_numpy
from courtside.core.drift.columns.rounding import Floats

PROBED = 512
"""How many values are probed to see whether a column repeats its values."""
FEW_NEW = 1 / 4
"""Counting is worth it if at most this share of the probe was seen once, which estimates the share of unique rows."""

ROUND = (1.0, 10.0, 100.0)
"""Integers, tenths and hundredths can be sorted by counting."""
MOST_MULTIPLES = 65_536
"""Up to this many steps between the smallest and the largest value, counting is faster than sorting."""
EXACT = 2.0**53


def ordered(batches: Sequence[Floats]) -> Floats:
    """Return values sorted, with NaN last and negative zeros made positive; repeated values are sorted only once.

    Source of the estimate of unseen values: Good 1953, Biometrika 40(3/4).
    """
    values = np.concatenate(batches)
    if not values.size:
        return values
    probe = np.sort(values[:: max(1, values.size // PROBED)])
    for steps in ROUND:
        with np.errstate(over="ignore", invalid="ignore"):
            found = _multiples(values, steps) if _round(probe, steps) else None
        if found is not None:
            return found
    new = distinct(probe)
    once = np.count_nonzero(new[:-1] & new[1:]) + int(new[-1])
    if once > FEW_NEW * probe.size:
        values.sort()
    else:
        values = _counted(values)
    values[values.searchsorted(0.0, "left") : values.searchsorted(0.0, "right")] = 0.0
    return values


def _round(probe: Floats, steps: float) -> bool:
    """Tell whether sorted values are multiples of 1 / steps and lie few such steps apart."""
    near = (probe[-1] - probe[0]) * steps <= MOST_MULTIPLES
    return bool(near and (np.rint(probe * steps) / steps == probe).all())


def _multiples(values: Floats, steps: float) -> Floats | None:
    """Sort multiples of 1 / steps by counting; return None if a value is not one or the values lie too far apart."""
    multiples = values * steps
    np.rint(multiples, out=multiples)
    if not np.array_equal(multiples / steps, values):
        return None
    low, high = float(multiples.min()), float(multiples.max())
    if high - low > MOST_MULTIPLES or max(-low, high) > EXACT:
        return None
    multiples -= low
    counts = np.bincount(multiples.astype(np.intp))
    held = np.flatnonzero(counts)
    points: Floats = np.repeat((held + low) / steps, counts[held])
    return points


def _counted(values: Floats) -> Floats:
    column: Any = pa.Array.from_buffers(pa.float64(), values.size, [None, pa.py_buffer(values.data)])
    found = column.value_counts()
    points, counts = as_numpy(found.field(0)), as_numpy(found.field(1))
    order = points.argsort()
    repeated: Floats = np.repeat(points[order], counts[order])
    return repeated


def distinct(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Mark the first of each run of equal values among ascending values, of which there must be at least one."""
    first = np.empty(values.size, np.bool_)
    first[0] = True
    np.not_equal(values[1:], values[:-1], out=first[1:])
    return first


def union(*sets: Floats) -> Floats:
    """Return the sorted distinct values of all; this is faster than `np.unique` because none is NaN."""
    values = np.concatenate(sets)
    values.sort()
    return values[distinct(values)] if values.size else values
