"""Counting a numeric column that is held sorted: its cells end where the edges stand, no value is looked up."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np

from courtside.core.drift.columns import NumericColumn
from courtside.core.drift.grid import Grid
from courtside.core.drift.rounding import Floats
from courtside.core.drift.sums import loose_sums, repeated_sums, sum_from
from courtside.core.drift.tally import Tally


def counted_held(
    name: str, grid: Grid, ordered: Floats, batches: Sequence[Floats], *, tally: Tally, dtypes: frozenset[str]
) -> NumericColumn:
    """Return what counting `batches` one by one and merging gives, to the last bit.

    `batches` are the column's finite values as they came, `ordered` the same in ascending order, at least one.
    """
    counts = np.empty(grid.cells, np.int64)
    counts[:-1], counts[-1] = ordered.searchsorted(grid.edges, "right"), ordered.size
    counts[1:] -= counts[:-1].copy()
    tails = repeated_sums(grid, counts)
    if counts[grid.loose_tails].any():
        for cell, value in _loose_sums(grid, batches):
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


def _loose_sums(grid: Grid, batches: Sequence[Floats]) -> Iterator[tuple[int, Fraction]]:
    inner = np.flatnonzero(~grid.loose)
    low, high = grid.edges[inner[0] - 1] if inner[0] else -np.inf, grid.edges[inner[-1]]
    for batch in batches:
        values = batch[np.flatnonzero((batch <= low) | (batch > high))]
        cells = grid.edges.searchsorted(values, "left")
        loose = grid.loose[cells]
        yield from loose_sums(grid, values[loose], cells[loose]).items()
