"""The population stability index of equal-width bins, as older reports give it."""

from datetime import date

import numpy as np

from courtside.core.drift.columns.column import NumericColumn
from courtside.core.drift.columns.grid import BINS
from courtside.core.drift.columns.ordering import distinct
from courtside.core.drift.statistics.psi import Psi, stability_index
from courtside.core.drift.statistics.shares import require_comparable
from courtside.core.drift.statistics.statistic import NUMBERS, Figure, Statistic


def psi_equal_width(reference: NumericColumn, current: NumericColumn) -> Psi:
    """Return the index over ten bins of equal width across the reference's range, for comparison with older reports.

    Values beyond the range fall into the outermost bins. The bins' bounds are moved to the nearest edge of the grid, so
    the index is exact only for values on it; heavy tails put nearly all rows into one bin. Raises as `psi` does.
    """
    require_comparable(reference, current)
    low, high = reference.minimum, reference.maximum
    part = np.arange(BINS) / BINS
    bounds = low * (1 - part) + high * part  # even the range may overflow
    starts = reference.grid.edges.searchsorted(bounds, "right")
    starts[0] = 0
    starts = starts[distinct(starts)]  # bounds in the same cell make one bin
    expected, actual = (np.add.reduceat(column.counts, starts) / column.valid for column in (reference, current))
    return stability_index(expected, actual, reference.valid, current.valid)


STATISTIC = Statistic(
    name="psi_equal_width",
    kinds=NUMBERS,
    compute=lambda reference, current: {"psi_equal_width": psi_equal_width(reference, current).value},
    figures=(Figure("psi_equal_width", "PSI of equal-width bins, as older reports have it"),),
    added=date(2026, 11, 23),
    order=20,
)
