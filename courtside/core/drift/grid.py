"""The grid a numeric column is counted on: about 1,024 cells fitted once on the reference.

Cells are (edges[i-1], edges[i]]. A value that repeats enough (an atom) has a cell of its own, made by its
predecessor float as a second edge, so that a constant 5 that becomes 4.999 is seen. Of fewer than 1,000 rows every
value has one; that of a value seen once is a little wider, as a thousand random floats do not compress.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.core.drift.buffers import as_numpy
from courtside.core.drift.lookup import Lookup
from courtside.core.drift.rounding import Floats, from_ordered_bits, ordered_bits, predecessors, shortest_between

if TYPE_CHECKING:
    from courtside.core.drift.slots import SlotTable

CELLS = 1024
BINS = 10
LARGEST_CELL = 1 / 1000
"""Share of the reference a cell may hold beside an atom; it bounds the error of the KS statistic."""
BIN_ATOM = 1 / (2 * BINS)
"""Share of the reference from which a decile's value is a PSI bin of its own."""
WIDEST_CELL = 1 / 256
"""Width of a core cell, in the core's range; wider ones are split. It bounds the error of the Wasserstein distance."""
TAIL_ERROR = 0.002
"""Width times mass of a tail cell, in standard deviations; larger ones are split."""
MOST_PARTS = 512
EXACT_ROWS = 400
"""Rows up to which values seen once are kept to the last bit; of more the profile would not be small."""
KEPT_BITS = 10_000
"""Bits that all values seen once have between them to cut the gap to the next value into."""
PROBED = 512
"""Values looked at to tell whether a column repeats its own."""


@dataclass(frozen=True, eq=False)
class Grid:
    """Edges, the cells that end a PSI bin, and the reference's median and standard deviation.

    `edges` are sorted distinct float64; `atoms` marks those whose cell holds one value only; `cuts` are the
    positions in `edges` where PSI bins end (the last bin is open); `core` are the positions of the first and last edge
    of the fine grid, outside which cells double in mass inwards and keep sums. Where `blur` is not 0, cells of 2**blur
    neighbouring floats hold values seen once.
    """

    edges: Floats
    atoms: NDArray[np.bool_]
    cuts: NDArray[np.int64]
    core: tuple[int, int]
    anchor: float
    sd: float
    blur: int = 0

    @property
    def cells(self) -> int:
        """Number of cells: one more than edges."""
        return self.edges.size + 1

    @cached_property
    def lookup(self) -> Lookup:
        """Value to cell; built at first use."""
        return Lookup.of(self.edges, centre=self.anchor)

    @cached_property
    def slots(self) -> "SlotTable | None":
        """The table that long columns are counted with; built at first use, None where it does not fit."""
        from courtside.core.drift.slots import SlotTable

        return SlotTable.of(self)

    @property
    def has_slots(self) -> bool:
        """Whether `slots` were built."""
        return "slots" in self.__dict__

    @cached_property
    def single(self) -> NDArray[np.bool_]:
        """Mark the cells that can hold one float only."""
        single = np.zeros(self.cells, np.bool_)
        single[1:-1] = np.nextafter(self.edges[:-1], np.inf) == self.edges[1:]
        return single

    @cached_property
    def blurred(self) -> NDArray[np.bool_]:
        """Mark the edges that end a cell of 2**blur floats, made for a value seen once."""
        ends = np.zeros(self.edges.size, np.bool_)
        if self.blur:
            ends[1:] = np.diff(ordered_bits(self.edges)) == 1 << self.blur
        return ends & ~self.atoms

    @cached_property
    def centred(self) -> Floats:
        """Edges relative to the anchor, so that timestamps keep their digits."""
        with np.errstate(over="ignore"):
            return self.edges - self.anchor

    @cached_property
    def bin_starts(self) -> NDArray[np.int64]:
        """First cell of each PSI bin."""
        return np.concatenate(([0], self.cuts + 1))

    @cached_property
    def tails(self) -> NDArray[np.int64]:
        """Cells outside the core, which keep sums."""
        cells = np.arange(self.cells)
        return cells[(cells <= self.core[0]) | (cells > self.core[1])]

    def same_as(self, other: "Grid") -> bool:
        """Tell whether counts on both grids can be added."""
        return self is other or (
            np.array_equal(self.edges, other.edges)
            and np.array_equal(self.cuts, other.cuts)
            and self.core == other.core
            and self.anchor == other.anchor
        )


def fit_grid(sample: Floats) -> Grid:
    """Fit a grid on finite reference values (any order, at least one).

    Quantile edges are rounded within the gap between neighbouring values; deciles and atoms are exact. Deciles are
    those of Hyndman & Fan 1996, definition 7 (numpy's default).
    """
    ordered = _ordered(sample + 0.0)
    deciles = _deciles(ordered)
    picks, picks_are_atoms, core = _picked(ordered)
    bin_atoms = _heavy(deciles, ordered)
    sharp, blurred, blur = _isolated(picks[picks_are_atoms], ordered)
    exact = np.union1d(sharp, bin_atoms)
    short = _rounded(picks[~picks_are_atoms], ordered)
    cuts = np.union1d(deciles, predecessors(bin_atoms))
    extremes = ordered[[0, -1]]
    edges = np.unique(np.concatenate((short, blurred, exact, predecessors(exact), cuts, extremes)))
    core = edges[np.searchsorted(edges, core)]
    sd = _standard_deviation(ordered)
    edges = np.union1d(edges, _splits(edges, core, ordered, sd))
    first, last = (int(position) for position in np.searchsorted(edges, core))
    return Grid(
        edges=edges,
        atoms=np.isin(edges, exact),
        cuts=np.searchsorted(edges, cuts).astype(np.int64),
        core=(first, last),
        anchor=float(deciles[BINS // 2 - 1]),
        sd=sd,
        blur=blur,
    )


def _ordered(values: Floats) -> Floats:
    """Sort; where values repeat, their distinct ones only, which spares most of the time."""
    probe = values[:: max(1, values.size // PROBED)]
    if 2 * np.unique(probe).size > probe.size:
        return np.sort(values)
    column: Any = pa.Array.from_buffers(pa.float64(), values.size, [None, pa.py_buffer(values.data)])
    found = column.value_counts()
    distinct, counts = as_numpy(found.field(0)), as_numpy(found.field(1))
    order = distinct.argsort()
    ordered: Floats = np.repeat(distinct[order], counts[order])
    return ordered


def _deciles(ordered: Floats) -> Floats:
    """Interpolate as numpy's default does; nearby values are enough of the sorted column, which spares a partition."""
    rank = np.arange(1, BINS) / BINS * (ordered.size - 1)
    below = np.floor(rank).astype(np.int64)
    low, high = ordered[below], ordered[np.minimum(below + 1, ordered.size - 1)]
    part = rank - below
    with np.errstate(over="ignore", invalid="ignore"):
        step = high - low
        deciles = np.where(part >= 1 / 2, high - step * (1 - part), low + step * part)
    return np.where(np.isfinite(deciles), deciles, low)


def _picked(ordered: Floats) -> tuple[Floats, NDArray[np.bool_], Floats]:
    """Return candidate edges (all values where they are few, else quantiles), which are atoms, and the core's ends."""
    rows = ordered.size
    starts = np.concatenate(([True], ordered[1:] != ordered[:-1]))
    few = int(np.count_nonzero(starts)) <= CELLS
    if few:
        picks = ordered[starts]
        core = picks[[0, -1]]
    else:
        step = max(1, rows // CELLS)
        inner = ordered[step - 1 : rows - 1 : step]
        core = inner[[0, -1]]
        beyond = 2 ** np.arange(step.bit_length()) - 1
        picks = np.unique(np.concatenate((ordered[beyond], inner, ordered[-1 - beyond])))
    ends = np.searchsorted(ordered, picks, "right")
    repeats = ends - np.searchsorted(ordered, picks, "left")
    within = np.diff(ends, prepend=0)
    alone = repeats > rows * LARGEST_CELL
    crowded = (within > rows * LARGEST_CELL) | (2 * CELLS * repeats >= rows) | few
    return picks, alone | ((repeats > 1) & crowded), core


def _heavy(deciles: Floats, ordered: Floats) -> Floats:
    distinct = np.unique(deciles)
    repeats = np.searchsorted(ordered, distinct, "right") - np.searchsorted(ordered, distinct, "left")
    return distinct[repeats >= BIN_ATOM * ordered.size]


def _isolated(atoms: Floats, ordered: Floats) -> tuple[Floats, Floats, int]:
    """Return the atoms to keep exactly, pairs of short edges close around the others, and their `blur`.

    Repeated values, the extremes and very near neighbours are exact; each of the others is alone in its interval
    (c 2**blur, (c + 1) 2**blur] of ordered bits, a small part of a typical gap between values.
    """
    bits = ordered_bits(ordered)
    blur = _blur(np.diff(bits).view(np.uint64))
    if not blur:
        return atoms, atoms[:0], 0
    code = (bits - 1) >> blur
    apart = np.diff(code) > 0
    alone = np.concatenate(([False], apart[:-1] & apart[1:], [False]))[ordered.searchsorted(atoms)]
    low = ((ordered_bits(atoms[alone]) - 1) >> blur) << blur
    return atoms[~alone], from_ordered_bits(np.concatenate((low, low + (1 << blur)))), blur


def _blur(gaps: NDArray[np.uint64]) -> int:
    """Return how many bits values seen once can do without, from the gaps between all values in ordered bits."""
    rows = gaps.size + 1
    if not EXACT_ROWS < rows < 1 / LARGEST_CELL:
        return 0
    typical = float(np.median(gaps[gaps > 0])) if gaps.any() else 1.0
    return max(0, math.frexp(typical)[1] - 1 - KEPT_BITS // rows)


def _rounded(picks: Floats, ordered: Floats) -> Floats:
    """Move each edge up within the gap before the next value, to where it has the fewest bits."""
    if not picks.size:
        return picks
    following = np.searchsorted(ordered, picks, "right")
    inner = following < ordered.size
    low, high = picks[inner], np.nextafter(ordered[following[inner]], -np.inf)
    return np.concatenate((shortest_between(low, high), picks[~inner]))


def _splits(edges: Floats, core: Floats, ordered: Floats, sd: float) -> Floats:
    """Return points that cut wide cells into even parts: those of the core by width, in the tails by width and mass."""
    low, high = edges[:-1], edges[1:]
    widest = float(core[1] * WIDEST_CELL - core[0] * WIDEST_CELL)
    with np.errstate(all="ignore"):
        widths = high - low
        mass = np.diff(np.searchsorted(ordered, edges, "right")) / ordered.size
        inside = (low >= core[0]) & (high <= core[1])
        parts = np.where(inside, widths / widest, widths * mass / (TAIL_ERROR * sd))
    splittable = np.isfinite(parts) & (parts > 1.5) & (np.nextafter(low, np.inf) < high)
    parts = np.minimum(np.ceil(parts[splittable]), MOST_PARTS).astype(np.int64)
    cell, part = np.repeat(np.flatnonzero(splittable), parts - 1), _ranges(parts - 1)
    width = widths[cell] / np.repeat(parts, parts - 1)
    points = low[cell] + part * width
    return shortest_between(points - width / 8, points + width / 8)


def _ranges(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return 1 … n for each n, one after the other."""
    starts = np.repeat(np.cumsum(sizes) - sizes, sizes)
    return np.arange(sizes.sum()) - starts + 1


def _standard_deviation(values: Floats) -> float:
    """Population standard deviation that does not overflow."""
    largest = float(np.abs(values).max())
    if largest == 0.0 or values[0] == values[-1]:
        return 0.0
    scale = largest if largest > 1e100 else 1.0  # squares overflow from 1e154
    return float(np.std(values / scale)) * scale
