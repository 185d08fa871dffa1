"""Counts a numeric column that is already sorted: cells end at the edges' positions, so no value is looked up."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from courtside.core.drift.columns.column import NumericColumn
from courtside.core.drift.columns.grid import Grid
from courtside.core.drift.columns.rounding import Floats
from courtside.core.drift.columns.sums import loose_sums, sum_from
from courtside.core.drift.columns.tally import Tally


def counted_sorted(
    name: str, grid: Grid, ordered: Floats, batches: Sequence[Floats], *, tally: Tally, dtypes: frozenset[str]
) -> NumericColumn:
    """Return what counting `batches` one by one and merging gives, to the last bit.

    `batches` are the column's finite values as they came; `ordered` are the same values, at least one, in order.
    """
    counts = np.empty(grid.cells, np.int64)
    counts[:-1], counts[-1] = ordered.searchsorted(grid.edges, "right"), ordered.size
    counts[1:] -= counts[:-1].copy()
    tails: dict[int, Fraction] = {}
    for batch in batches if counts[grid.loose_tails].any() else ():
        for cell, value in loose_sums(grid, batch).items():
            tails[cell] = tails[cell] + value if cell in tails else value
    return NumericColumn(
        name=name,
        grid=grid,
        counts=counts,
        tally=tally,
        total=sum((sum_from(batch, grid.anchor) for batch in batches), Fraction(0)),
        tails=tails,
        minimum=float(ordered[0]),
        maximum=float(ordered[-1]),
        dtypes=dtypes,
    )
