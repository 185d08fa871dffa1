"""The columns of a reference are reweighted to what they were on comparable days."""

from dataclasses import replace
from fractions import Fraction

import numpy as np

from courtside.core.drift.calibration.groups import Groups
from courtside.core.drift.columns.column import Column, Counts, NumericColumn
from courtside.core.drift.columns.rounding import Floats
from courtside.core.drift.columns.tally import Tally


def reweighted(column: Column, groups: Groups, wanted: Floats, *, rows: int) -> Column:
    """Return the column with `wanted` counts per group, which may be fractions; shares within a group stay the same."""
    held = groups.counts(column.cells)
    factor = wanted / np.maximum(held, 1)
    until = np.rint(np.cumsum(column.cells * factor[groups.of_cell])).astype(np.int64)
    counts = until - np.concatenate(([0], until[:-1]))
    valid = int(counts.sum())
    tally = Tally(rows=max(rows, valid), null=max(0, rows - valid))
    if isinstance(column, NumericColumn):
        return _number_column(column, counts, tally)
    if column.slots is None:
        return replace(column, counts=counts, tally=tally)
    named = np.rint(column.counts[:-1] * factor[groups.of_cell[column.cells_of(column.levels)]]).astype(np.int64)
    return replace(column, counts=np.append(named, max(0, valid - int(named.sum()))), tally=tally, slots=counts)


def _number_column(column: NumericColumn, counts: Counts, tally: Tally) -> NumericColumn:
    """Shift the mean by the shift of the cells' middles, and scale the sums of the tails with their counts."""
    valid = int(counts.sum())
    if not valid:
        return replace(column.blanked(), tally=tally)
    moved = float((counts / valid - column.counts / column.valid) @ _middles(column))
    shift = column.grid.quantum.units(Fraction(moved if np.isfinite(moved) else 0.0))
    mean = Fraction(column.total) / column.valid + shift
    tails = {
        cell: Fraction(total) * int(counts[cell]) / int(column.counts[cell])
        for cell, total in column.tails.items()
        if column.counts[cell]
    }
    return replace(column, counts=counts, tally=tally, total=mean * valid, tails=tails)


def _middles(column: NumericColumn) -> Floats:
    """Return the middle of each cell minus the anchor; for a tail cell this is the mean of its values."""
    edges = column.grid.centred
    middles = np.concatenate((edges[:1], (edges[:-1] + edges[1:]) / 2, edges[-1:]))
    single = column.grid.single
    middles[single] = np.append(edges, edges[-1])[single]
    middles[column.grid.tails] = np.nan_to_num(column.tail_means)
    return middles
