"""Means over a team's last games, strictly before the current one."""

import numpy as np
from numpy.typing import NDArray

from courtside.core.features.arrays import Floats, Ints


def trailing_mean(values: Ints, start: Ints, window: int, *, known: NDArray[np.bool_]) -> Floats:
    """Mean of up to `window` known values before each row, within its group; NaN where there are none.

    `values` are whole numbers sorted by group and time, shape (n,); `start[i]` is the index where row
    i's group begins; what is not `known` is passed over. Sums are of integers, so they are exact: no later value can
    leak in by rounding.
    """
    sums = np.concatenate(([0], np.cumsum(values[known])))
    here: Ints = np.cumsum(known) - known  # how many known values lie before each row
    begin = np.maximum(here[start], here - window)
    count = here - begin
    total = (sums[here] - sums[begin]).astype(np.float64)
    mean: Floats = np.divide(total, count, out=np.full(values.size, np.nan), where=count > 0)
    return mean
