"""Means over a team's last games, strictly before the current one."""

import numpy as np

from courtside.core.features.arrays import Floats, Ints


def trailing_mean(values: Ints, start: Ints, window: int) -> Floats:
    """Mean of up to `window` values before each row, within its group; NaN at a group's first row.

    `values` are whole numbers sorted by group and time, shape (n,); `start[i]` is the index where row
    i's group begins. Sums are of integers, so they are exact: no later value can leak in by rounding.
    """
    sums = np.concatenate(([0], np.cumsum(values)))
    here = np.arange(values.size)
    begin = np.maximum(start, here - window)
    count = here - begin
    total = (sums[here] - sums[begin]).astype(np.float64)
    mean: Floats = np.divide(total, count, out=np.full(values.size, np.nan), where=count > 0)
    return mean
