"""Counting a long column per cell of a grid at 3 to 5 ns a value: by slots of equal width, and few comparisons.

A slot is a small interval; a table gives its code. Most slots lie within one cell and their code is that cell. The
others hold an edge, or lie in a tail: their rows are looked at again, one by one. Where values repeat, a slot's code
also names the value it is expected to hold, and only the rows with another one are looked at again.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from courtside.core.drift.grid import Grid
from courtside.core.drift.lookup import Indices
from courtside.core.drift.rounding import Floats

Counts = NDArray[np.int64]

SIZES = {16_384: 0.15, 65_536: 0.4}
"""Slots of a table, and the share of the rows, about, that may have to be looked at again before the next is taken."""
MOST_STEPS = 4
"""Edges in one slot up to which comparing with each is quicker than a binary search."""
WHOLE = 2.0**52
"""Adding this to a number below 2**51 rounds it to a whole one, which then stands in the last bits of the sum."""
WHOLE_BITS = np.float64(WHOLE).view(np.int64)
SAFELY_SMALL = -(2.0**50)


class Scratch:
    """Arrays that every batch is worked out in: fresh ones of this size cost as much as the work itself."""

    def __init__(self, rows: int) -> None:
        self.floats = np.empty(rows)
        self.slots = np.empty(rows, np.int64)
        self.codes = np.empty(rows, np.intp)


@dataclass(frozen=True, slots=True)
class SlotCounts:
    """One batch: rows per cell, rows counted by a repeated value per cell (None), other rows in tails, less anchor."""

    cells: Counts
    equal: Counts | None
    tail_cells: Indices
    tail_values: Floats


@dataclass(frozen=True, eq=False, slots=True)
class SlotTable:
    """Codes of slots: a cell's number, or from `cells` on a slot whose rows must be looked at again.

    Per code: `start` the first cell it may mean, `deep` whether it takes a search, `expected` the repeated value it
    stands for (NaN of none) and `owner` that value's cell; `expected` is None where the grid has no repeated values.
    """

    grid: Grid
    scale: float
    shift: float
    codes: Indices
    start: Indices
    deep: NDArray[np.bool_]
    steps: int
    expected: Floats | None
    owner: Indices
    padded: Floats

    @classmethod
    def of(cls, grid: Grid) -> "SlotTable | None":
        """Return the table of a grid; None where slots of equal width do not fit it (very heavy tails)."""
        low, high = (float(grid.centred[position]) for position in grid.core)
        span = high - low
        if not (np.isfinite(span) and np.isfinite(grid.centred[[0, -1]]).all()):
            return None
        for size, most_unsure in SIZES.items():
            scale = (size - 4) / span if span > 0 else 1.0
            shift = 2.0 - low * scale
            if not (np.isfinite(scale) and np.isfinite(shift) and abs(shift) < WHOLE / 4):
                return None
            if _unsure_share(grid, scale) <= most_unsure:
                return _table(grid, size, scale, shift)
        return None

    def count(self, values: Floats, centred: Floats, lowest: float, scratch: Scratch, *, by_value: bool) -> SlotCounts:
        """Count finite values; `centred` are the same less the anchor (overwritten), `lowest` the smallest of these.

        `by_value` spares looking at repeated values again: quicker where there are many, slower where there are few.
        """
        codes = self._codes(centred, lowest, scratch)
        counts = np.bincount(codes, minlength=self.start.size)
        again = codes >= self.grid.cells
        if by_value and self.expected is not None:
            again &= values != self.expected.take(codes)
        unsure = np.flatnonzero(again)
        rows, their = values[unsure], codes[unsure]
        cells = self._resolved(rows, their)
        per_cell = counts[: self.grid.cells] + np.bincount(cells, minlength=self.grid.cells)
        equal = None
        if by_value:
            counts -= np.bincount(their, minlength=counts.size)
            equal = np.zeros(self.grid.cells, np.int64)
            repeated = np.flatnonzero(counts[self.grid.cells :]) + self.grid.cells
            equal[self.owner[repeated]] = counts[repeated]
            per_cell += equal
        tail = np.flatnonzero((cells <= self.grid.core[0]) | (cells > self.grid.core[1]))
        return SlotCounts(per_cell, equal, cells[tail], rows[tail] - self.grid.anchor)

    def _codes(self, centred: Floats, lowest: float, scratch: Scratch) -> Indices:
        slots = _slots(centred, self.scale, self.shift, lowest, out=scratch.slots[: centred.size])
        return self.codes.take(slots, mode="clip", out=scratch.codes[: centred.size])

    def _resolved(self, rows: Floats, codes: Indices) -> Indices:
        cells = self.start.take(codes)
        for _ in range(self.steps):
            cells += rows > self.padded.take(cells)
        deep = np.flatnonzero(self.deep.take(codes))
        cells[deep] = self.grid.edges.searchsorted(rows[deep], "left")
        return cells


def _unsure_share(grid: Grid, scale: float) -> float:
    """Return about the share of rows in slots that hold an edge, if every cell of the core held as many rows.

    Cells of one repeated value are left out, as their rows are known by the value, and cells around a value seen
    once, as they hold hardly any.
    """
    first, last = grid.core
    widths = np.diff(grid.centred[first : last + 1]) * scale
    known = (grid.atoms | grid.blurred)[first + 1 : last + 1]
    unsure = np.where(known, 0, 1 / np.maximum(widths, 1))
    return float(unsure.mean()) if unsure.size else 0.0


def _slots(centred: Floats, scale: float, shift: float, lowest: float, *, out: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return each value's slot, not yet confined to the table; overwrites `centred`."""
    centred *= scale
    centred += shift + WHOLE
    if lowest * scale + shift < SAFELY_SMALL:
        np.maximum(centred, WHOLE, out=centred)
    return np.subtract(centred.view(np.int64), WHOLE_BITS, out=out)


def _table(grid: Grid, size: int, scale: float, shift: float) -> SlotTable:
    edges = grid.centred.copy()
    of_edge = _slots(edges, scale, shift, float(grid.centred[0]), out=np.empty(edges.size, np.int64))
    np.clip(of_edge, 0, size - 1, out=of_edge)
    low, high = of_edge[grid.core[0]], of_edge[grid.core[1]]
    places = np.unique(np.concatenate((np.arange(low), of_edge, np.arange(high + 1, size), [0])))
    first_cell, next_cell = of_edge.searchsorted(places, "left"), of_edge.searchsorted(places, "right")
    codes = np.repeat(next_cell, np.diff(places, append=size))
    codes[places] = grid.cells + np.arange(places.size)
    per_place = next_cell - first_cell
    deep = (per_place > MOST_STEPS) | (places <= low) | (places >= high)
    shallow = per_place[~deep]
    expected, owner = _expected(grid, of_edge, places)
    return SlotTable(
        grid=grid,
        scale=scale,
        shift=shift,
        codes=codes.astype(np.intp, copy=False),
        start=np.concatenate((np.arange(grid.cells), first_cell)).astype(np.intp),
        deep=np.concatenate((np.zeros(grid.cells, np.bool_), deep)),
        steps=int(shallow.max(initial=0)),
        expected=expected,
        owner=owner,
        padded=np.append(grid.edges, np.inf),
    )


def _expected(grid: Grid, of_edge: NDArray[np.int64], places: Indices) -> tuple[Floats | None, Indices]:
    """Return per code the repeated value in its slot and that value's cell; of several in one slot the last."""
    atoms = np.flatnonzero(grid.atoms)
    owner = np.zeros(grid.cells + places.size, np.intp)
    if not atoms.size:
        return None, owner
    expected = np.full(owner.size, np.nan)
    codes = grid.cells + places.searchsorted(of_edge[atoms])
    expected[codes] = grid.edges[atoms]
    owner[codes] = atoms
    return expected, owner
