"""A sorted numeric column is counted by the positions of the cells' edges, without looking up any value."""

import numpy as np

from courtside.core.drift.columns.column import NumericColumn
from courtside.core.drift.columns.grid import Grid
from courtside.core.drift.columns.rounding import Floats
from courtside.core.drift.columns.sums import loose_sums
from courtside.core.drift.columns.tally import Tally


def counted_sorted(name: str, grid: Grid, ordered: Floats, *, tally: Tally, dtypes: frozenset[str]) -> NumericColumn:
    """Return the same counts as for the column's finite values, at least one, in any other order."""
    counts = np.empty(grid.cells, np.int64)
    counts[:-1], counts[-1] = ordered.searchsorted(grid.edges, "right"), ordered.size
    counts[1:] -= counts[:-1].copy()
    minimum, maximum = float(ordered[0]), float(ordered[-1])
    return NumericColumn(
        name=name,
        grid=grid,
        counts=counts,
        tally=tally,
        total=grid.quantum.sum(ordered, minimum=minimum, maximum=maximum),
        tails=loose_sums(grid, ordered, counts, largest=max(-minimum, maximum)),
        minimum=minimum,
        maximum=maximum,
        dtypes=dtypes,
    )
